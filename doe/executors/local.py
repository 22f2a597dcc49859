"""Trials side by side on this machine, each in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

from doe.executors._crew import Crew
from doe.executors._devices import cpu_count, kind_of, visible_gpus
from doe.executors._slots import slot_map
from doe.model import Trial
from doe.protocols import Event, Resources, Task


class Local:
    """Forks each trial from one process that has imported what they need; whatever a trial does, the others go on."""

    def __init__(self, resources: Resources) -> None:
        slots = slot_map(resources, visible_gpus(), cpu_count())
        self._crew = Crew(resources, [replace(slot, kind=kind_of(slot.gpus)) for slot in slots], sys.path)

    @property
    def slots(self) -> int:
        """As many as were asked for, else one a GPU, else one a core."""
        return self._crew.size

    @property
    def busy(self) -> bool:
        """Whether anything is under way, or is still to be told."""
        return self._crew.busy

    def submit(self, trial: Trial, task: Task) -> None:
        """Fork it."""
        self._crew.submit(trial, task)

    def events(self) -> Iterator[Event]:
        """What the trials say, and how they end."""
        while self.busy:
            if (event := self.hear()) is not None:
                yield event

    def hear(self, patience: float | None = None) -> Event | None:
        """What happened next, waited for at most so many seconds; None where nothing has happened by then."""
        if not self._crew.events:
            self._crew.turn(patience)
        return self._crew.events.popleft() if self._crew.events else None

    def watch(self, descriptor: int) -> None:
        """Wait no longer when there is something to read there."""
        self._crew.watch(descriptor)

    def stop(self, trial: Trial, reason: str) -> None:
        """Kill its process."""
        self._crew.stop(trial, reason)

    def close(self) -> None:
        """Kill them all."""
        self._crew.close()
