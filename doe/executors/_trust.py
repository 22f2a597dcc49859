"""GPUs on which trial after trial breaks as on a lost one: while there are others, they are given no more trials."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from doe.model import Completed, Failed, Trial
from doe.protocols import Event

Place: TypeAlias = tuple[str, ...]
"""The GPUs that a trial sees, by name, with whatever else tells them from others; empty: it is on the CPU."""

ENOUGH = 2
"""Trials in a row that must break so on a GPU."""

LOST = re.compile(
    r"unspecified launch failure|CUDA (error: )?unknown error|no CUDA-capable device is detected"
    r"|CUDA-capable device\(s\) is/are busy or unavailable|No CUDA GPUs are available"
    r"|uncorrectable (ECC|NVLink) error|hardware (stack )?error"
    r"|GPU is lost|fallen off the bus|Unable to determine the device handle",
    re.IGNORECASE,
)
"""What is said where a GPU is lost: by CUDA 13 (``cudaGetErrorString``) through torch, by torch 2.15 itself, by NVML.

Asserts and illegal addresses are not among it: those are the trainer's own.
"""


@dataclass(frozen=True, slots=True)
class Trust:
    """What is known of the GPUs so far.

    A trial that met a lost one goes on elsewhere. Where it breaks so, too, that is the trial's own doing.
    """

    lost: set[Place] = field(default_factory=set)
    """Those that are given no more trials."""
    doubts: dict[Place, int] = field(default_factory=dict)
    """How many trials in a row broke there."""
    _met: dict[tuple[int, int], set[Place]] = field(default_factory=dict)
    """Of each trial that broke so, where."""

    def left(self, places: Collection[Place]) -> set[Place]:
        """Those of the places that are given trials; where there are none but lost ones, these."""
        return set(places) - self.lost or set(places)

    def suits(self, place: Place, trial: Trial, places: Collection[Place]) -> bool:
        """Whether a trial may begin there, or is rather to wait for another of these places."""
        left, met = self.left(places), self._met.get(trial.key, set())
        return place in left and (place not in met or met >= left)

    def hear(self, event: Event, place: Place, places: Collection[Place]) -> Event:
        """Take in what happened to a trial there; where it was one failure too many, its reason says so."""
        if not isinstance(event, Completed | Failed):
            return event
        if not (place and isinstance(event, Failed) and LOST.search(event.reason)):
            if event.readings:
                self.doubts.pop(place, None)
            if isinstance(event, Completed):
                self._met.pop(event.trial.key, None)
            return event
        met = self._met.setdefault(event.trial.key, set())
        met.add(place)
        if len(met) > 1:
            for each in met:
                self.doubts.pop(each, None)
            return event
        self.doubts[place] = self.doubts.get(place, 0) + 1
        others_work = any(each not in self.doubts for each in self.left(places) - {place})
        if self.doubts[place] < ENOUGH or not others_work or place in self.lost:
            return event
        self.lost.add(place)
        shunned = f"{self.doubts[place]} in a row: no more trials on cuda:{','.join(place)}"
        return replace(event, reason=f"{event.reason}; {shunned}")
