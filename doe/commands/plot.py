"""``doe plot``: draw one figure of a study, or of any table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doe.commands._asked import Typed
from doe.commands._options import grouped
from doe.commands._target import Columns, Target, is_table, read_table
from doe.concluding import recall
from doe.loading import nearest
from doe.model import StudyError
from doe.plots import PLOTS, save


@grouped(columns=Columns, typed=Typed)
def plot(
    target: Target,
    kind: Annotated[str, typer.Argument(help=f"What to draw: {', '.join(PLOTS)}.")],
    to: Annotated[Path, typer.Option(help="The file to write: .png, .svg or .pdf.")],
    *,
    columns: Columns,
    typed: Typed,
) -> None:
    """Draw a figure of a study, or of any table of results, into a file."""
    if kind not in PLOTS:
        raise StudyError(f"no plot {kind!r}; {nearest(kind, PLOTS)}")
    if is_table(target):
        name, results = target, read_table(Path(target), columns, typed.asked)
    else:
        columns.refuse(target)
        conducted = typed.over(recall(target))
        name, results = conducted.study.name, conducted.results
    figure = PLOTS[kind](results)
    if figure is None:
        raise StudyError(f"{name} has nothing to draw {kind} of")
    save(figure, to)
    typer.echo(str(to))
