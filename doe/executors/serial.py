"""Trials one after another, in this very process: the plain twin of the other executors."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import TextIO

from doe.executors._devices import cpu_count, kind_of, visible_gpus
from doe.executors._logs import log_file, remove_if_empty
from doe.executors._printing import Printed
from doe.executors._slots import slot_map
from doe.executors._surroundings import pinned, preload, settle, trial_variables, whereabouts
from doe.model import Completed, Failed, Outcome, Reading, Trial
from doe.protocols import Epoch, Event, Resources, Started, Task
from doe.training import BrokenError, carry_out


class Serial:
    """Carries out each trial when its events are asked for; no isolation, so a crash of a trial is a crash of all."""

    slots = 1

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._slot = slot_map(resources, visible_gpus(), cpu_count())[0]
        if resources.logs:
            resources.logs.mkdir(parents=True, exist_ok=True)
        self._taken: tuple[Trial, Task] | None = None
        self._why_stop: str | None = None

    def submit(self, trial: Trial, task: Task) -> None:
        """Take a trial up; it begins when ``events`` comes to it."""
        if self._taken:
            raise RuntimeError("the only slot is taken")
        self._taken, self._why_stop = (trial, task), None

    def events(self) -> Iterator[Event]:
        """Train, and tell; an interrupt from the keyboard passes through."""
        while self._taken:
            trial, task = self._taken
            threads = self._resources.threads
            yield Started(trial, whereabouts(self._slot.device, threads, kind=kind_of(self._slot.gpus)))
            preload(self._resources.preload)
            with pinned(threads, trial_variables(threads, self._slot.gpus)):
                settle(threads, task.seed)
                outcome = yield from self._train(trial, task, log_file(self._resources.logs, trial))
            self._taken = None
            yield outcome

    def stop(self, trial: Trial, reason: str) -> None:
        """End it before its next reading."""
        if self._taken and self._taken[0].key == trial.key:
            self._why_stop = reason

    def close(self) -> None:
        """Forget what has not begun."""
        self._taken = None

    def _train(self, trial: Trial, task: Task, log: Path | None) -> Generator[Event, None, Outcome]:
        begin = time.monotonic()
        readings: list[Reading] = []
        steps = carry_out(task)
        try:
            while self._why_stop is None:
                # what is printed between two readings is the trial's, what is printed after one is the listener's
                with _printing_to(log):
                    reading = next(steps, None)
                if reading is None:
                    return Completed(trial, tuple(readings), time.monotonic() - begin)
                readings.append(reading)
                yield Epoch(trial, reading)
            with _printing_to(log), suppress(Exception):  # how it takes its end does not matter any more
                steps.close()
            return Failed(trial, "pruned", self._why_stop, time.monotonic() - begin, tuple(readings))
        except BrokenError as error:
            with _printing_to(log):
                traceback.print_exception(error)
            return Failed(trial, error.kind, str(error), time.monotonic() - begin, tuple(readings))
        finally:
            remove_if_empty(log)


@contextmanager
def _printing_to(log: Path | None) -> Iterator[None]:
    printed = Printed(_opened(log))
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            yield
    finally:
        printed.close()


def _opened(log: Path | None) -> TextIO:
    with suppress(OSError):  # no room for a file is no reason to train nothing
        return Path(log or os.devnull).open("a", buffering=1)
    return Path(os.devnull).open("a")
