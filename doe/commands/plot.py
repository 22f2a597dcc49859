"""``doe plot``: draw one figure of a study, or of any table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doe.commands._target import Aim, Block, Columns, Factors, Response, Target, Within, is_table, read_table
from doe.concluding import recall
from doe.loading import nearest
from doe.model import StudyError
from doe.plots import PLOTS, save


def plot(
    target: Target,
    kind: Annotated[str, typer.Argument(help=f"What to draw: {', '.join(PLOTS)}.")],
    to: Annotated[Path, typer.Option(help="The file to write: .png, .svg or .pdf.")],
    response: Response = None,
    factors: Factors = None,
    goal: Aim = None,
    block: Block = None,
    within: Within = None,
) -> None:
    """Draw a figure of a study, or of any table of results, into a file."""
    if kind not in PLOTS:
        raise StudyError(f"no plot {kind!r}; {nearest(kind, PLOTS)}")
    columns = Columns(response, factors, goal, block, within)
    if is_table(target):
        name, results = target, read_table(Path(target), columns)
    else:
        columns.refuse(target)
        conducted = recall(target)
        name, results = conducted.study.name, conducted.results
    figure = PLOTS[kind](results)
    if figure is None:
        raise StudyError(f"{name} has nothing to draw {kind} of")
    save(figure, to)
    typer.echo(str(to))
