"""``doe plot``: draw one figure of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doe import folders
from doe.loading import nearest
from doe.model import StudyError
from doe.plots import PLOTS, save
from doe.running import conclude, design_of


def plot(
    study: Annotated[str, typer.Argument(help="A study that was begun: its name, or the beginning of it.")],
    kind: Annotated[str, typer.Argument(help=f"What to draw: {', '.join(PLOTS)}.")],
    to: Annotated[Path, typer.Option(help="The file to write: .png, .svg or .pdf.")],
) -> None:
    """Draw a figure of a study into a file."""
    if kind not in PLOTS:
        raise StudyError(f"no plot {kind!r}; {nearest(kind, PLOTS)}")
    plan, history = folders.read_history(folders.find_begun(study))
    figure = PLOTS[kind](conclude(plan, history, design_of(plan).size(plan)).results)
    if figure is None:
        raise StudyError(f"{plan.name} has no completed trials to draw {kind} of")
    save(figure, to)
    typer.echo(str(to))
