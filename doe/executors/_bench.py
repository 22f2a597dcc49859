"""The process on a Ray cluster in which trials are begun: one for each GPU, or for each machine without."""

from __future__ import annotations

import os
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Lock

from doe.executors._crew import Crew
from doe.executors._devices import kind_of, visible_gpus
from doe.executors._slots import Seat, Slot
from doe.model import Trial
from doe.protocols import Event, Resources, Task

PATIENCE = 5.0
"""Seconds after which the driver hears that there is nothing new."""


class Bench:
    """A crew behind Ray's door: its methods are called from several threads, but only one of them drives the crew."""

    def __init__(self, resources: Resources, seat: Seat, places: Sequence[str]) -> None:
        # which of its GPUs an actor may use, Ray says in CUDA_VISIBLE_DEVICES
        self._gpus = visible_gpus()[: seat.gpus] if seat.gpus else ()
        slot = Slot(self._gpus, kind_of(self._gpus) or (seat.node.kind if self._gpus else ""))
        self._crew = Crew(resources, [slot] * seat.slots, places)
        self._orders: SimpleQueue[tuple[Trial, Task | str]] = SimpleQueue()
        """Trials with what is to be done for them, or with the reason why they are to be stopped."""
        self._driving = Lock()
        self._closing = False
        self._bell, self._rope = os.pipe()
        os.set_blocking(self._bell, False)
        self._crew.watch(self._bell)

    def ready(self) -> tuple[str, ...]:
        """Trials may come; they will be on these GPUs."""
        return self._gpus

    def submit(self, trial: Trial, task: Task) -> None:
        """Leave a trial for the thread that drives the crew, and ring."""
        self._orders.put((trial, task))
        os.write(self._rope, b"!")

    def stop(self, trial: Trial, reason: str) -> None:
        """Leave word that a trial is to be stopped, and ring."""
        self._orders.put((trial, reason))
        os.write(self._rope, b"!")

    def poll(self) -> list[Event]:
        """What has happened, as soon as something has; nothing if all is quiet for long."""
        with self._driving:
            for _ in range(2):  # a ring ends the first turn; its trial should have a chance to say something
                if self._closing or self._crew.events:
                    break
                self._crew.turn(PATIENCE)
                self._take_up()
            events = list(self._crew.events)
            self._crew.events.clear()
            return events

    def close(self) -> None:
        """Kill all trials."""
        self._closing = True
        os.write(self._rope, b"!")
        with self._driving:
            self._crew.close()

    def _take_up(self) -> None:
        try:
            os.read(self._bell, 4096)
        except BlockingIOError:
            return
        while not self._closing:
            try:
                trial, order = self._orders.get_nowait()
            except Empty:
                return
            if isinstance(order, str):
                self._crew.stop(trial, order)
            else:
                self._crew.submit(trial, order)
