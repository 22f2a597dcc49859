"""``doe plot``: draw one figure of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doe.concluding import recall
from doe.loading import nearest
from doe.model import StudyError
from doe.plots import PLOTS, save


def plot(
    study: Annotated[str, typer.Argument(help="A study that was begun: its name, or the beginning of it.")],
    kind: Annotated[str, typer.Argument(help=f"What to draw: {', '.join(PLOTS)}.")],
    to: Annotated[Path, typer.Option(help="The file to write: .png, .svg or .pdf.")],
) -> None:
    """Draw a figure of a study into a file."""
    if kind not in PLOTS:
        raise StudyError(f"no plot {kind!r}; {nearest(kind, PLOTS)}")
    conducted = recall(study)
    figure = PLOTS[kind](conducted.results)
    if figure is None:
        raise StudyError(f"{conducted.study.name} has no completed trials to draw {kind} of")
    save(figure, to)
    typer.echo(str(to))
