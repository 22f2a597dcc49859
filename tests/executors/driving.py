"""What the tests of executors have in common: trials, tasks and the loop that feeds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from doe.model import Completed, Failed, Outcome, Trial
from doe.protocols import Event, Executor, Task

HERE = Path(__file__).parent
LIGHT = ("numpy",)


def trial(run: int, replicate: int = 1) -> Trial:
    """One trial; its seed tells it from others."""
    return Trial(run, replicate, seed=100 * run + replicate, setting={})


def task(
    run: Trial,
    trainer: str = "odd.py:train",
    epochs: int = 2,
    timeout: float | None = None,
    missed: int | None = None,
    **told: str | float,
) -> Task:
    """What to do for it."""
    wanted = "loss" if trainer.startswith("mlp") else "y"
    return Task(f"{HERE / trainer}", None, {}, told, epochs, run.seed, wanted, timeout=timeout, missed_epochs=missed)


def drive(executor: Executor, work: Iterable[tuple[Trial, Task]]) -> Iterator[Event]:
    """Keep all slots busy until the work is done."""
    left = iter(work)
    free = executor.slots
    for trial_and_task in left:
        executor.submit(*trial_and_task)
        free -= 1
        if not free:
            break
    for event in executor.events():
        if isinstance(event, Completed | Failed) and (following := next(left, None)):
            executor.submit(*following)
        yield event


def outcomes(executor: Executor, work: Iterable[tuple[Trial, Task]]) -> dict[int, Outcome]:
    """What became of each run."""
    return {event.trial.run: event for event in drive(executor, work) if isinstance(event, Completed | Failed)}
