"""``doe analyze``: what a study, or any table of results, has found so far."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from doe.analyses import analyze
from doe.commands._json import ended, print_json, print_page
from doe.concluding import recall
from doe.loading import nearest, read_results
from doe.model import Objective, Results, Role, StudyError
from doe.reports import REPORTS, finding_on_screen


def analyze_study(
    target: Annotated[str, typer.Argument(help="A study that was begun, or a .csv table with a heading.")],
    response: Annotated[str | None, typer.Option(help="The column of a table that was measured.")] = None,
    factors: Annotated[str | None, typer.Option(help="The columns of a table that were set: a,b,c.")] = None,
    goal: Annotated[str, typer.Option(help="maximize, minimize or target=VALUE.")] = "maximize",
    block: Annotated[str | None, typer.Option(help="A column that tells blocks apart.")] = None,
    within: Annotated[str | None, typer.Option(help="A column that was read off along each training.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Analyse a study again, or any table of results; nothing is trained."""
    if target.endswith(".csv"):
        columns = [name.strip() for name in factors.split(",")] if factors else []
        results = _table(Path(target), _objective(response, goal), columns, block, within)
        _say(Path(target), results, as_json=as_json)
        return
    conducted = recall(target)
    plan = conducted.study
    if as_json:
        status = "complete" if conducted.completed == conducted.total else "incomplete"
        print_json(plan, status, [ended(plan, outcome) for outcome in conducted.outcomes], conducted.findings)
    else:
        typer.echo(f"{plan.name} · {conducted.completed} of {conducted.total} trials completed\n")
        typer.echo(REPORTS["screen"](plan, conducted.findings))


def _table(path: Path, objective: Objective, factors: list[str], block: str | None, within: str | None) -> Results:
    roles: dict[str, Role] = {}
    if block:
        roles[block] = "block"
    if within:
        roles[within] = "within"
    return read_results(path, objective, factors, roles)


def _say(path: Path, results: Results, *, as_json: bool) -> None:
    findings = analyze(results)
    if as_json:
        print_page({"table": str(path), "rows": len(results.table)}, findings)
        return
    names = ", ".join(factor.name for factor in results.factors)
    aim = f"{results.objective.goal} {results.objective.response}"
    typer.echo(fill(f"{path} · {len(results.table)} rows · {aim} · factors {names}", 100) + "\n")
    typer.echo("\n\n".join(finding_on_screen(finding) for finding in findings))


def _objective(response: str | None, goal: str) -> Objective:
    if response is None:
        raise StudyError("--response COLUMN says which column of the table was measured")
    name, _, value = goal.partition("=")
    if name == "target":
        try:
            return Objective(response, "target", float(value))
        except ValueError:
            raise StudyError(f"--goal {goal}: wanted target=NUMBER") from None
    if goal not in {"maximize", "minimize"}:
        raise StudyError(f"no goal {goal!r}; {nearest(goal, ['maximize', 'minimize', 'target=VALUE'])}")
    return Objective(response, "maximize" if goal == "maximize" else "minimize")
