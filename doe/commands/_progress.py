"""What is seen while a study runs: moving bars on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer

from doe.commands._rows import Columns, clock, columns_of
from doe.model import Completed, Failed, Metrics, Trial
from doe.protocols import Again, Epoch, Progress, Started, TakenUp
from doe.running import Plan

if TYPE_CHECKING:
    from rich.console import RenderableType

BAR = 18
QUIET = 60.0
"""Seconds between two plain lines on trials that are still under way."""


@dataclass(slots=True)
class Underway:
    """A trial while it runs."""

    trial: Trial
    epochs: int
    since: float = field(default_factory=time.monotonic)
    epoch: int = 0
    metrics: Metrics = field(default_factory=dict)


class Screen:
    """Shows what it is told, until it is left; the numbers it shows are derived from that alone."""

    def __init__(self, plan: Plan, stopping: Callable[[], bool], *, moving: bool) -> None:
        """Begin with nothing done; ``moving`` where there is a terminal."""
        self._stopping = stopping
        self._plan, self._moving = plan, moving
        self._total = plan.total
        epochs = [plan.prepared.task(trial).epochs for trial in plan.trials]
        self._mean_epochs = sum(epochs) / len(epochs) if epochs else 1.0
        self._columns: Columns = columns_of(plan.study)
        self._running: dict[tuple[int, int], Underway] = {}
        self._ended, self._failed, self._before = 0, 0, 0
        self._epochs, self._busy, self._abreast = 0, 0.0, 1
        self._begin = self._last_line = time.monotonic()
        self._live: object = None
        self._headed = False

    def __enter__(self) -> Self:
        """Take the lower end of the terminal, if there is one."""
        if self._moving:
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), get_renderable=self._render, refresh_per_second=4)
            self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back."""
        if self._moving:
            self._live.__exit__(kind, error, trace)  # type: ignore[attr-defined]

    def say(self, text: str) -> None:
        """Print a line that stays."""
        if self._moving:
            self._live.console.print(text, markup=False, highlight=False, soft_wrap=True)  # type: ignore[attr-defined]
        else:
            typer.echo(text, err=True)

    def __call__(self, event: Progress) -> None:
        """Take in what happened."""
        if not self._headed:
            self._headed = True
            self.say(self._columns.header)
        match event:
            case TakenUp(done):
                self._before = done
            case Started(trial):
                self._running[trial.key] = Underway(trial, self._plan.prepared.task(trial).epochs)
                self._abreast = max(self._abreast, len(self._running))
            case Epoch(trial, reading):
                under = self._running[trial.key]
                under.epoch, under.metrics = reading.epoch, reading.metrics
            case Again(failed):
                self._leave(failed)
                self.say(f"{self._columns.outcome(failed)} · tried once more")
            case Completed() | Failed():
                self._leave(event)
                self._ended += 1
                self._failed += isinstance(event, Failed) and event.kind != "pruned"
                self.say(self._columns.outcome(event))
        if not self._moving and time.monotonic() - self._last_line > QUIET:
            self._last_line = time.monotonic()
            self.say("\n".join([*(self._line(under) for under in self._running.values()), self.footer]))

    @property
    def footer(self) -> str:
        """How far the study is, and how long it will still take."""
        parts = [f"{self._before + self._ended} of {self._total} done"]
        parts += [f"{self._failed} failed"] if self._failed else []
        parts += [f"{len(self._running)} running"] if self._running else []
        left = f", about {clock(self._left)} left" if self._epochs_seen else ""
        return f"  {', '.join(parts)} · {clock(time.monotonic() - self._begin)}{left}"

    def _leave(self, outcome: Completed | Failed) -> None:
        under = self._running.pop(outcome.trial.key, None)
        if under:
            self._epochs += under.epoch
            self._busy += outcome.seconds

    @property
    def _epochs_seen(self) -> int:
        return self._epochs + sum(under.epoch for under in self._running.values())

    @property
    def _left(self) -> float:
        """Seconds left, if every epoch takes what those so far took on average."""
        now = time.monotonic()
        rate = (self._busy + sum(now - u.since for u in self._running.values())) / max(self._epochs_seen, 1)
        begun = self._before + self._ended + len(self._running)
        ahead = (self._total - begun) * self._mean_epochs + sum(u.epochs - u.epoch for u in self._running.values())
        return rate * ahead / max(min(self._abreast, self._total - self._before - self._ended), 1)

    def _line(self, under: Underway) -> str:
        value = under.metrics.get(self._plan.study.objective.response)
        filled = round(BAR * under.epoch / under.epochs)
        bar = "━" * filled + "─" * (BAR - filled)
        response = "" if value is None else f"{value:.4f}"
        return f"{self._columns.line(under.trial, response)}  {bar}  {under.epoch}/{under.epochs}"

    def _render(self) -> RenderableType:
        from rich.text import Text

        asked = "stopping once these have ended; ctrl-C again kills them"
        hint = f"      {asked if self._stopping() else 'ctrl-C stops cleanly; the same command goes on'}"
        return Text("\n".join([*(self._line(under) for under in self._running.values()), self.footer + hint]))
