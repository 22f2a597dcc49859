"""Conduct a study: propose, train, write down, again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field

from doe.history import History, is_final, write_begun, write_event
from doe.journal import Journal
from doe.model import Completed, Failed, Outcome, Reading, Study, Trial
from doe.protocols import Again, Design, Epoch, Event, Executor, Progress, Started, TakenUp, Task


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
    judge = _Judge(study, design, executor, task, done)
    again: deque[Trial] = deque()
    proposals: Iterator[Trial] = iter(())

    def next_trial() -> Trial | None:
        nonlocal proposals
        if again:
            return again.popleft()
        if (trial := next(proposals, None)) is None:
            # spent, or a sequential design, which is asked anew once something has changed
            proposals = iter(design.propose(study, done, tuple(pending.values())))
            trial = next(proposals, None)
        return trial

    def begin() -> bool:
        while not stopping() and len(pending) < executor.slots and (trial := next_trial()):
            history.attempts[trial.key] += 1
            write_begun(journal, trial, history.attempts[trial.key], study.passed(trial.setting))
            pending[trial.key] = trial
            executor.submit(trial, task(trial))
        return bool(pending)

    while begin():
        for event in executor.events():
            write_event(journal, event)
            _place(event, history)
            judge.hear(event)
            if isinstance(event, Completed | Failed):
                del pending[event.trial.key]
                told = _settle(event, history, study.retries)
                if isinstance(told, Again):
                    again.append(event.trial)
                else:
                    done.append(event)
                yield told
                begin()
            else:
                yield event


@dataclass(frozen=True, slots=True)
class _Judge:
    """Stops the trials that lag behind, where the design says so."""

    study: Study
    design: Design
    executor: Executor
    task: Callable[[Trial], Task]
    done: list[Outcome]
    readings: dict[tuple[int, int], list[Reading]] = field(default_factory=dict)
    """Of each trial under way, so far."""

    def hear(self, event: Event) -> None:
        """Take in what happened; a trial may be stopped at any epoch but its last."""
        if not isinstance(event, Epoch):
            self.readings.pop(event.trial.key, None)
            return
        self.readings.setdefault(event.trial.key, []).append(event.reading)
        if event.reading.epoch >= self.task(event.trial).epochs:
            return
        if why := self.design.stops(self.study, self.done, self.readings, event.trial):
            self.executor.stop(event.trial, why)


def _place(event: Event, history: History) -> None:
    """Keep where a trial is carried out."""
    if isinstance(event, Started):
        history.where[event.trial.key] = event.where


def _settle(event: Completed | Failed, history: History, retries: int) -> Again | Completed | Failed:
    """Whether an outcome is the trial's last."""
    if isinstance(event, Completed):
        history.completed[event.trial.key] = event
        return event
    failures = history.failures[event.trial.key]
    failures.append(event)
    return event if is_final(failures, retries) else Again(event)
