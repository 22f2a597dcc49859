"""Trials before the user's eyes: progress while they run, Ctrl-C, and what is printed at the end."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from textwrap import fill
from types import FrameType

import typer

from doe.commands._json import ended, print_json
from doe.commands._progress import Screen
from doe.commands._rows import clock
from doe.concluding import Conducted
from doe.history import History
from doe.model import Phase
from doe.protocols import Progress
from doe.reports import REPORTS
from doe.running import Manner, Plan, go_on, run

SHORT = frozenset(
    {"response-table", "anova", "failures", "repair", "surface", "optimum", "pareto", "refinement", "confirmation"}
)
"""Findings that are shown at the end of a run; ``doe analyze`` and the report show all."""
INCOMPLETE = 3
INTERRUPTED = 130


def watch(ready: Plan, manner: Manner) -> tuple[Conducted, bool]:
    """Run the study before the user's eyes; a first Ctrl-C begins nothing new, a second kills."""
    moving = sys.stderr.isatty()
    with interruptible(quiet=moving) as stopping:
        screen = Screen(ready, lambda: bool(stopping), moving=moving)
        with screen:
            conducted = run(ready, manner, listen=screen, say=screen.say, stopping=lambda: bool(stopping))
    return conducted, bool(stopping) and conducted.left > 0


def carry_on(name: str, decide: Callable[[Conducted, History], Phase], manner: Manner, *, as_json: bool) -> None:
    """Train a phase of a study before the user's eyes, and say what the whole has found."""
    moving, begin = sys.stderr.isatty(), time.monotonic()
    screens: list[Screen] = []
    with interruptible(quiet=moving) as stopping, ExitStack() as stack:

        def show(plan: Plan, phase: Phase) -> None:
            if not as_json:
                typer.echo(f"{plan.study.name} · {phase.name} · {plan.total} trials from run {phase.first_run} on")
                for sentence in phase.why:
                    typer.echo(fill(sentence, 100, initial_indent="  · ", subsequent_indent="    "))
                typer.echo()
            screens.append(stack.enter_context(Screen(plan, lambda: bool(stopping), moving=moving)))

        def listen(event: Progress) -> None:
            screens[0](event)

        def say(text: str) -> None:
            screens[0].say(text) if screens else typer.echo(text, err=True)

        conducted = go_on(name, decide, manner, show=show, listen=listen, say=say, stopping=lambda: bool(stopping))
    finish(conducted, time.monotonic() - begin, interrupted=bool(stopping) and conducted.left > 0, as_json=as_json)


def finish(conducted: Conducted, seconds: float, *, interrupted: bool, as_json: bool) -> None:
    """Print what was found, and end with the exit code that says how it went."""
    complete = conducted.is_complete
    if as_json:
        status = "complete" if complete else "interrupted" if interrupted else "incomplete"
        rows = [ended(conducted.study, outcome) for outcome in conducted.outcomes]
        print_json(conducted.study, status, rows, conducted.findings)
    else:
        failed = f", {conducted.pruned} stopped early" if conducted.pruned else ""
        failed += f", {conducted.failed} failed" if conducted.failed else ""
        typer.echo(
            f"\n{conducted.completed} of {conducted.total} completed{failed} · {clock(seconds)}"
            f" · {conducted.folder} · doe ui shows the trainings\n"
        )
        short = [finding for finding in conducted.findings if finding.name in SHORT]
        typer.echo(REPORTS["screen"](replace(conducted.account, findings=tuple(short))))
        more = [finding.name for finding in conducted.findings if finding.name not in SHORT]
        page = conducted.folder / "report.html"
        said = f"doe analyze {conducted.study.name} shows {', '.join(more)} as well" if more else ""
        said += f"; all of it stands in {page}" if page.exists() else ""
        typer.echo("\n" + fill(said.removeprefix("; "), 100))
    if interrupted:
        raise typer.Exit(INTERRUPTED)
    if not complete:
        raise typer.Exit(INCOMPLETE)


@contextmanager
def interruptible(*, quiet: bool) -> Iterator[list[int]]:
    """A list that is empty until Ctrl-C; a second one, or SIGTERM, raises."""
    received: list[int] = []

    def handle(number: int, _: FrameType | None) -> None:
        if received or number == signal.SIGTERM:
            raise KeyboardInterrupt
        received.append(number)
        if not quiet:  # on a terminal the screen says so
            typer.echo("stopping: what is under way is finished; ctrl-C again kills it", err=True)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
