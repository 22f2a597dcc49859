"""Conduct a study: propose, train, write down, again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from doe.history import History, is_final, write_begun, write_event
from doe.journal import Journal
from doe.model import Completed, Failed, Outcome, Reading, Study, Trial
from doe.order import Queue
from doe.protocols import Again, Design, Epoch, Event, Executor, Progress, Started, TakenUp, Task
from doe.provenance import without_secrets


def conduct(
    study: Study,
    design: Design,
    executor: Executor,
    task: Callable[[Trial], Task],
    *,
    journal: Journal,
    history: History,
    runs: Container[int] | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Carry out every trial that the design asks for, and yield what happens after it was written down.

    What the history holds of these ``runs`` (None: of all) counts as done, so a study that was cut off goes on where it
    stopped. Once ``stopping`` says so, nothing new is begun, and what is under way comes to its end.
    """
    done: list[Outcome] = history.outcomes(study.retries, runs)
    yield TakenUp(len(done))
    pending: dict[tuple[int, int], Trial] = {}
    judge = _Judge(study, design, executor, done)
    queue = Queue(study, lambda: iter(design.propose(study, done, tuple(pending.values()))))
    line = _Line(queue, history)
    for outcome in done:
        queue.hear(outcome)

    def begin() -> bool:
        while not stopping() and len(pending) < executor.slots:
            trial = line.take(pending, executor.slots)
            if trial is None:
                break
            told = task(trial)
            _begin(trial, told, study, journal, history)
            pending[trial.key] = trial
            judge.epochs[trial.key] = told.epochs
            executor.submit(trial, told)
        return bool(pending)

    while begin():
        slots = executor.slots
        for said in map(_discreet, executor.events()):
            write_event(journal, said)
            event = _in_all(said, history)
            _place(event, history)
            judge.hear(event)
            queue.hear(event)
            if isinstance(event, Completed | Failed):
                del pending[event.trial.key]
                told = _settle(event, history, study.retries)
                if isinstance(told, Again):
                    line.again.append(event.trial)
                else:
                    done.append(event)
                yield told
                begin()
            else:
                yield event
                if executor.slots > slots:  # it has found that there is room for more
                    begin()
            slots = executor.slots


@dataclass(frozen=True, slots=True)
class _Line:
    """Who is next: trials that are tried again first; one that ran out of memory with nothing beside it."""

    queue: Queue
    history: History
    again: deque[Trial] = field(default_factory=deque)

    def take(self, pending: Mapping[tuple[int, int], Trial], slots: int) -> Trial | None:
        """The next trial that may begin beside those under way."""
        if any(map(self._alone, pending.values())):
            return None
        trial = self.again.popleft() if self.again else self.queue.take(slots)
        if trial is not None and pending and self._alone(trial):
            self.again.appendleft(trial)
            return None
        return trial

    def _alone(self, trial: Trial) -> bool:
        failures = self.history.failures.get(trial.key)
        return bool(failures and failures[-1].kind == "memory")


@dataclass(frozen=True, slots=True)
class _Judge:
    """Stops the trials that lag behind, where the design says so."""

    study: Study
    design: Design
    executor: Executor
    done: list[Outcome]
    epochs: dict[tuple[int, int], int] = field(default_factory=dict)
    """How many each trial under way is asked for."""
    readings: dict[tuple[int, int], list[Reading]] = field(default_factory=dict)
    """Of each trial under way, so far."""

    def hear(self, event: Event) -> None:
        """Take in what happened; a trial may be stopped at any epoch but its last."""
        if not isinstance(event, Epoch):
            self.readings.pop(event.trial.key, None)
            if not isinstance(event, Started):
                self.epochs.pop(event.trial.key, None)
            return
        self.readings.setdefault(event.trial.key, []).append(event.reading)
        if event.reading.epoch >= self.epochs[event.trial.key]:
            return
        if why := self.design.stops(self.study, self.done, self.readings, event.trial):
            self.executor.stop(event.trial, why)


def _begin(trial: Trial, told: Task, study: Study, journal: Journal, history: History) -> None:
    """Note an attempt, and whether it goes on from what an earlier one has kept."""
    goes_on = told.checkpoint is not None and Path(told.checkpoint).exists()
    if not goes_on:
        history.earlier.pop(trial.key, None)
    history.attempts[trial.key] += 1
    write_begun(journal, trial, history.attempts[trial.key], study.passed(trial.setting), goes_on=goes_on)


def _place(event: Event, history: History) -> None:
    """Keep where a trial is carried out."""
    if isinstance(event, Started):
        history.where[event.trial.key] = event.where


def _discreet(event: Event) -> Event:
    """The event, without who logs in with what, which a trainer may quote where it breaks."""
    return replace(event, reason=without_secrets(event.reason)) if isinstance(event, Failed) else event


def _in_all(event: Event, history: History) -> Event:
    """The event, where it ends a trial with the seconds of the attempts too that it went on from."""
    match event:
        case Completed(trial=trial, seconds=seconds):
            return replace(event, seconds=seconds + history.earlier.pop(trial.key, 0.0))
        case Failed(trial=trial, seconds=seconds):
            history.earlier[trial.key] += seconds
    return event


def _settle(event: Completed | Failed, history: History, retries: int) -> Again | Completed | Failed:
    """Whether an outcome is the trial's last."""
    if isinstance(event, Completed):
        history.completed[event.trial.key] = event
        return event
    failures = history.failures[event.trial.key]
    failures.append(event)
    return event if is_final(failures, retries) else Again(event)
