"""``doe show``: what became of a study's trials so far."""

from __future__ import annotations

import typer

from doe.commands._json import ended, print_json
from doe.commands._options import AsJson, Begun
from doe.commands._rows import clock, columns_of, slides
from doe.concluding import recall


def show(
    study: Begun,
    as_json: AsJson = False,
) -> None:
    """Show the state of a study: its trials, their responses, and what failed."""
    conducted = recall(study)
    plan, total = conducted.study, conducted.total
    complete = conducted.is_complete
    if as_json:
        rows = [ended(plan, outcome) for outcome in conducted.outcomes]
        print_json(plan, "complete" if complete else "incomplete", rows, conducted.findings)
        return
    columns = columns_of(plan)
    typer.echo(f"{plan.name} · {plan.trainer} on {plan.dataset or 'no dataset'} · digest {plan.digest}")
    for sentence in slides(plan):
        typer.echo(sentence)
    typer.echo(columns.header)
    for outcome in conducted.outcomes:
        typer.echo(columns.outcome(outcome))
    state = [f"{conducted.completed} of {total} completed", f"{conducted.failed} failed"]
    state += [f"{conducted.pruned} stopped early"] if conducted.pruned else []
    state += [f"{conducted.left} left"]
    spent = sum(outcome.seconds for outcome in conducted.outcomes)
    typer.echo(f"\n{', '.join(state)} · {clock(spent)} of training · {conducted.folder}")
    if conducted.failed:
        typer.echo(
            f"what failed trials printed lies in {conducted.folder / 'logs'}; doe run ... --retry-failed tries again"
        )
