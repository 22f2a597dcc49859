"""``doe report``: all that a study, or any table of results, has to say, as a page to be handed in."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from doe.commands._asked import Typed
from doe.commands._options import grouped, words
from doe.commands._target import Columns, Target, is_table, read_table
from doe.concluding import recall, report_of
from doe.model import StudyError
from doe.reporting import account_of_table, check_suffix, write_report


@grouped(columns=Columns, typed=Typed)
def report(
    target: Target,
    to: Annotated[Path, typer.Option(help="The file to write: .html, .pdf, .md, .docx or .tex.")],
    *,
    columns: Columns,
    typed: Typed,
) -> None:
    """Write a report: the answer and how sure it is, what was run, what was found, and how to repeat it."""
    check_suffix(to)
    if is_table(target):
        results = read_table(Path(target), columns, typed.asked)
        if results.table[results.objective.response].notna().sum() == 0:
            raise StudyError(f"{target} has no row with a number for {results.objective.response}")
        again = shlex.join(["doe", "analyze", Path(target).name, *words(columns, typed)])
        account = account_of_table(Path(target), results, again)
    else:
        columns.refuse(target)
        conducted = typed.over(recall(target))
        if not conducted.completed:
            raise StudyError(f"no trial of {conducted.study.name} has completed: there is nothing to report yet")
        account = report_of(conducted)
    for path in write_report(account, to):
        typer.echo(str(path))
