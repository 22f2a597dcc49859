"""``doe run``: conduct a study, and say what it found."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Annotated

import typer

from doe import folders
from doe.commands import _options as options
from doe.commands._json import planned, print_json
from doe.commands._options import AsJson, Named, grouped
from doe.commands._plan import plan_text
from doe.commands._watching import finish, watch
from doe.loading import Wishes
from doe.model import Objective, StudyError
from doe.running import Manner, Plan, plan
from doe.working import started_early


@grouped(wishes=options.wishes, manner=options.manner)
def run_study(
    study: Named,
    maximize: Annotated[str | None, typer.Option(help="The response to maximize.")] = None,
    minimize: Annotated[str | None, typer.Option(help="The response to minimize.")] = None,
    name: Annotated[str | None, typer.Option(help="Call the study so, instead of STUDY-TRAINER.")] = None,
    trial_timeout: Annotated[
        float | None, typer.Option(min=0.0, help="Seconds after which a trial has failed.")
    ] = None,
    missed_epochs: Annotated[
        int | None, typer.Option(min=1, help="Silent for as many of its longest epoch, a trial hangs and has failed.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew; the trials so far are kept beside.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, and train nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    *,
    wishes: Wishes,
    manner: Manner,
    as_json: AsJson = False,
) -> None:
    """Conduct a study, and say what it found. Run again, it goes on where it stopped."""
    wishes = replace(
        wishes,
        objective=_objective(maximize, minimize),
        trial_timeout=trial_timeout,
        missed_epochs=missed_epochs,
        name=name,
    )
    manner = replace(manner, fresh=fresh)
    if dry_run:
        _show(plan(study, wishes), manner, as_json=as_json)
        return
    with started_early(manner) as told:
        ready = plan(study, wishes, told=told)
        if not as_json:
            typer.echo(plan_text(ready, manner))
        if fresh and not yes and not as_json and sys.stdin.isatty() and folders.journal_of(ready.study.name).exists():
            typer.confirm(f"Set the trials of {ready.study.name} aside and begin anew?", abort=True, err=True)
        begin = time.monotonic()
        conducted, interrupted = watch(ready, manner)
    finish(conducted, time.monotonic() - begin, interrupted=interrupted, as_json=as_json)


def _show(ready: Plan, manner: Manner, *, as_json: bool) -> None:
    if as_json:
        print_json(ready.study, "planned", map(planned, ready.trials), ready.findings)
    else:
        typer.echo(plan_text(ready, manner))


def _objective(maximize: str | None, minimize: str | None) -> Objective | None:
    if maximize and minimize:
        raise StudyError("--maximize and --minimize are both given; a study has one objective")
    if maximize:
        return Objective(maximize)
    return Objective(minimize, "minimize") if minimize else None
