"""``doe analyze``: what a study, or any table of results, has found so far."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

import typer

from doe.analyses import analyze
from doe.commands._asked import Typed
from doe.commands._json import ended, print_json, print_page
from doe.commands._options import AsJson, grouped
from doe.commands._target import Columns, Target, is_table, read_table
from doe.concluding import recall
from doe.model import Results
from doe.reports import REPORTS, finding_on_screen


@grouped(columns=Columns, typed=Typed)
def analyze_study(target: Target, *, columns: Columns, typed: Typed, as_json: AsJson = False) -> None:
    """Analyse a study again, or any table of results; nothing is trained."""
    if is_table(target):
        _say(Path(target), read_table(Path(target), columns, typed.asked), as_json=as_json)
        return
    columns.refuse(target)
    conducted = typed.over(recall(target))
    plan = conducted.study
    if as_json:
        status = "complete" if conducted.is_complete else "incomplete"
        print_json(plan, status, [ended(plan, outcome) for outcome in conducted.outcomes], conducted.findings)
    else:
        typer.echo(f"{plan.name} · {conducted.completed} of {conducted.total} trials completed\n")
        typer.echo(REPORTS["screen"](conducted.account))


def _say(path: Path, results: Results, *, as_json: bool) -> None:
    findings = analyze(results)
    if as_json:
        print_page({"table": str(path), "rows": len(results.table)}, findings)
        return
    names = ", ".join(factor.name for factor in results.factors)
    aim = f"{results.objective.goal} {results.objective.response}"
    typer.echo(fill(f"{path} · {len(results.table)} rows · {aim} · factors {names}", 100) + "\n")
    typer.echo("\n\n".join(finding_on_screen(finding) for finding in findings))
