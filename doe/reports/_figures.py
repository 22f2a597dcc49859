"""Figures as pictures within a file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESOLUTION = 220
"""Dots to the inch: sharp in print at the width of a page."""

DOTS = 96
"""Dots to the inch of a picture that was drawn elsewhere, as on a screen."""


def as_png(figure: Figure) -> io.BytesIO:
    """The figure in pixels; the same figure gives the same bytes."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=RESOLUTION, metadata={"Software": None})
    out.seek(0)
    return out


def first_frame(file: Path) -> tuple[io.BytesIO, float, float]:
    """A picture's first frame as PNG, and how many inches it is wide and high where a dot is a 96th of one."""
    from PIL import Image

    out = io.BytesIO()
    with Image.open(file, formats=["PNG", "GIF"]) as picture:
        picture.seek(0)
        picture.convert("RGB").save(out, format="PNG")
        wide, high = picture.size
    out.seek(0)
    return out, wide / DOTS, high / DOTS
