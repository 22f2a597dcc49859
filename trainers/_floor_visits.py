"""All that people would look at of what was seen on a floor, written into a folder."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from trainers import _floor_film, _floor_picture, _looks

if TYPE_CHECKING:
    from pathlib import Path

    from trainers._watching import Watched
    from trainers.datasets._footage import Footage

DOTS = 110
"""An inch."""


def write(footage: Footage, watched: Watched, folder: Path) -> None:
    """Write pictures, a short film, and a table with a row a track."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "frames": _floor_picture.strip(footage, watched),
        "counts": _floor_picture.over_time(footage, watched),
        "floor-map": _floor_picture.floor_map(footage, watched),
    }
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=DOTS)
    _floor_film.write(footage, watched, folder / "clip.gif")
    names = ["who", "first_frame", "last_frame", "in_at", "out_at", *footage.floor.sections, *_looks.TOLD]
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(_floor_picture.table(footage, watched))
