"""``doe analyze``: what a study has found so far."""

from __future__ import annotations

from typing import Annotated

import typer

from doe import folders
from doe.commands._json import ended, print_json
from doe.reports import REPORTS
from doe.running import conclude, design_of


def analyze_study(
    study: Annotated[str, typer.Argument(help="A study that was begun: its name, or the beginning of it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Analyse a study again, without training anything."""
    plan, history = folders.read_history(folders.find_begun(study))
    conducted = conclude(plan, history, design_of(plan).size(plan))
    if as_json:
        status = "complete" if conducted.completed == conducted.total else "incomplete"
        print_json(plan, status, [ended(plan, outcome) for outcome in conducted.outcomes], conducted.findings)
    else:
        typer.echo(f"{plan.name} · {conducted.completed} of {conducted.total} trials completed\n")
        typer.echo(REPORTS["screen"](plan, conducted.findings))
