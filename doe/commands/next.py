"""``doe next``: the one command that is worth running now, what it costs and what it brings."""

from __future__ import annotations

import typer

from doe.advising import Step, next_steps
from doe.commands._json import print_json
from doe.commands._options import AsJson, Begun
from doe.concluding import recall


def next_command(
    study: Begun,
    as_json: AsJson = False,
) -> None:
    """Name the command worth running now, with what it costs and what it brings, and what would come then."""
    conducted = recall(study)
    steps = next_steps(conducted.study, conducted.results, conducted.findings, conducted.history)
    if as_json:
        complete = conducted.completed == conducted.total
        rows = [_row(step) for step in steps]
        print_json(conducted.study, "complete" if complete else "incomplete", [], (), next=rows)
        return
    if not steps:
        verdict = next((f.note.partition(". ")[0] for f in conducted.findings if f.name == "confirmation"), "")
        typer.echo(f"Nothing more is worth training. {verdict}".strip())
        return
    first, *others = steps
    label = "Largest doubt: " if first.doubts else "Now:  "
    typer.echo(f"{label}{_said(first)}")
    if others:
        typer.echo(f"{'Then:':{len(label)}}{_said(others[0])}")


def _said(step: Step) -> str:
    return f"{step.why}  ->  {step.command}     {step.price}"


def _row(step: Step) -> dict[str, object]:
    return {
        "why": step.why,
        "command": step.command,
        "trials": step.trials,
        "minutes": None if step.seconds is None else step.seconds / 60,
        "gain": step.gain or None,
    }
