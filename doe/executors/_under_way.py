"""A trial under way in a process of its own, as the one that listens to it knows it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL

from doe.executors._endings import ending, memory_kills
from doe.executors._logs import remove_if_empty
from doe.executors._wire import Lines, Message
from doe.model import Completed, Failed, Kind, Outcome, Reading, Trial
from doe.protocols import Epoch, Task

LEAST = 1.0
"""Seconds that an epoch counts at the least: shorter ones say little of how long the next may take."""


@dataclass(slots=True)
class UnderWay:
    """What is known of it so far."""

    trial: Trial
    task: Task
    slot: int
    channel: int
    """The pipe that it tells its readings through."""
    log: Path | None
    begin: float = field(default_factory=time.monotonic)
    pid: int | None = None
    overdue: bool = False
    why_stop: str | None = None
    """Why it was stopped early, if it was."""
    open: bool = True
    """Whether it may yet say something."""
    readings: list[Reading] = field(default_factory=list)
    heard: float = field(default_factory=time.monotonic)
    """When it last said something."""
    longest: float = 0.0
    """Seconds that its longest epoch has taken so far."""
    _lines: Lines = field(default_factory=Lines)
    _last_word: Message | None = None
    _memory_kills: int = field(default_factory=memory_kills)
    """How many processes the kernel had killed before it began."""

    @property
    def deadline(self) -> float | None:
        """When its time is over, which runs from its birth on, or it has been silent for too long; only once."""
        if self.pid is None or self.overdue:
            return None
        ends = [] if self.task.timeout is None else [self.begin + self.task.timeout]
        if self.task.missed_epochs and self.readings:
            ends.append(self.heard + self.task.missed_epochs * max(self.longest, LEAST))
        return min(ends, default=None)

    def born(self, pid: int) -> None:
        """Its process is there."""
        self.pid, self.begin = pid, time.monotonic()
        self.heard = self.begin

    def read(self) -> Iterator[Epoch]:
        """Take in all that stands in its pipe."""
        with suppress(BlockingIOError):
            while data := os.read(self.channel, 65536):
                for message in self._lines.cut(data):
                    if "epoch" in message:
                        self.readings.append(Reading(message["epoch"], message["metrics"]))
                        self.longest, self.heard = max(self.longest, time.monotonic() - self.heard), time.monotonic()
                        yield Epoch(self.trial, self.readings[-1])
                    else:
                        self._last_word = message
            self.open = False

    def kill(self) -> None:
        """Kill its whole process group."""
        if self.pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, SIGKILL)

    def let_go(self) -> None:
        """Keep nothing of it."""
        os.close(self.channel)
        remove_if_empty(self.log)

    def ended(self, status: int) -> Outcome:
        """What became of it, when its process has ended so and its pipe is read."""
        return self.outcome(*ending(status, out_of_memory=memory_kills() > self._memory_kills))

    def outcome(self, kind: Kind, reason: str) -> Outcome:
        """What became of it: its last word counts, else why there is none."""
        readings = tuple(self.readings)
        match self._last_word:
            case {"completed": seconds} if readings:
                return Completed(self.trial, readings, seconds)
            case {"failed": kind, "reason": reason, "seconds": seconds}:
                return Failed(self.trial, kind, reason, seconds, readings)
        if self.why_stop is not None:
            kind, reason = "pruned", self.why_stop
        elif self.overdue:
            last = f"the last reading was epoch {readings[-1].epoch}" if readings else "it never gave a reading"
            late = self.task.timeout is not None and time.monotonic() >= self.begin + self.task.timeout
            said = (
                f"no end after {self.task.timeout:g} seconds"
                if late
                else f"silent for as long as {self.task.missed_epochs} of its longest epoch"
            )
            kind, reason = "timeout", f"{said}; {last}"
        return Failed(self.trial, kind, reason, time.monotonic() - self.begin, readings)
