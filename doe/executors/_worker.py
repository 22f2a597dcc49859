"""A worker on a Ray cluster, as its driver sees it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from doe.executors._slots import Seat
from doe.executors._trust import Place, Trust
from doe.model import Reading, Trial
from doe.protocols import Task

START_UP = 15.0
"""Seconds that a GPU is left to the trials already on it, because another's worker is just starting."""


def nothing(dataset: None, epochs: int, seed: int) -> Iterator[dict[str, float]]:  # noqa: ARG001, a trainer's arguments
    """Train nothing."""
    yield {"nothing": 0.0}


NOTHING = Trial(0, 0, 0, {}), Task(f"{__name__}:{nothing.__name__}", None, {}, {}, 1, 0, "nothing")
"""A trial that ends as soon as the worker's fork server has imported what trials need."""


@dataclass(slots=True)
class Worker:
    """An actor, what it holds, and what it has under way."""

    seat: Seat
    actor: Any
    answer: Any
    """Ray's reference to what it will say next."""
    gpus: tuple[str, ...] | None = None
    """Its GPUs, as CUDA_VISIBLE_DEVICES names them; None until it is ready, as Ray tells it alone."""
    tries: int = 1
    hired: float = field(default_factory=time.monotonic)
    trials: dict[tuple[int, int], Trial] = field(default_factory=dict)
    readings: dict[tuple[int, int], list[Reading]] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether it can take up trials."""
        return self.gpus is not None

    @property
    def place(self) -> Place:
        """Its GPUs, told from those of other machines."""
        node = self.seat.node.name
        return tuple(gpu if node is None else f"{gpu} of {node[:8]}" for gpu in self.gpus or ())

    @property
    def starting(self) -> bool:
        """Whether it will be ready any moment; one that must wait for others' GPUs may take for ever."""
        return not self.ready and time.monotonic() - self.hired < START_UP

    def taken(self, beside: Collection[tuple[str, ...]]) -> int:
        """How many trials there are where it is: its own, and those of others that hold any of its GPUs.

        Args:
            beside: The GPUs of each trial that another executor has under way; none: it is on the CPU.
        """
        ours = self.gpus or ()
        return len(self.trials) + sum(not set(ours).isdisjoint(gpus) if ours else not gpus for gpus in beside)

    def room(self, beside: Collection[tuple[str, ...]]) -> int:
        """How many trials it could take up now."""
        return max(0, self.seat.slots - self.taken(beside)) if self.ready else 0

    def take(self, trial: Trial, task: Task) -> None:
        """Have it begin a trial."""
        self.trials[trial.key] = trial
        self.actor.submit.remote(trial, task)


def places(workers: Sequence[Worker]) -> set[Place]:
    """Where they are; of those that are just starting, only that they will be elsewhere."""
    later: set[Place] = {("starting",)} if any(worker.starting for worker in workers) else set()
    return {worker.place for worker in workers if worker.ready} | later


def emptiest(
    workers: Sequence[Worker], trial: Trial, trust: Trust, beside: Collection[tuple[str, ...]]
) -> Worker | None:
    """The one with the fewest trials, of those that have room and suit a trial; None where it has to wait."""
    there = places(workers)
    free = [each for each in workers if each.room(beside) and trust.suits(each.place, trial, there)]
    if not free:
        return None
    worker = min(free, key=lambda each: (trust.doubts.get(each.place, 0), each.taken(beside)))
    return None if worker.taken(beside) and any(other.starting for other in workers) else worker
