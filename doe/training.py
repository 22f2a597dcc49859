"""One trial, from its task to its readings: what a worker does, in whatever process it does it."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from doe.loading.datasets import load_dataset
from doe.loading.trainers import load_trainer
from doe.model import DoeError, Kind, Reading
from doe.protocols import Task


class BrokenError(Exception):
    """A trial broke; what of is an outcome, not an error of doe."""

    def __init__(self, kind: Kind, reason: str) -> None:
        """Keep the kind beside the reason."""
        super().__init__(reason)
        self.kind = kind


def carry_out(task: Task) -> Generator[Reading, None, None]:
    """Train, and yield each reading as it comes.

    Raises:
        BrokenError: Whatever else happens.
    """
    try:
        yield from _readings(task)
    except BrokenError:
        raise
    except DoeError as error:
        raise BrokenError("error", str(error)) from error
    except (Exception, SystemExit) as error:  # whatever a trainer breaks on is a result of the experiment
        kind: Kind = "memory" if _is_memory(error) else "error"
        first = str(error).strip().partition("\n")[0]
        raise BrokenError(kind, f"{type(error).__name__}: {first}" if first else type(error).__name__) from error


def _readings(task: Task) -> Iterator[Reading]:
    begin = time.monotonic()
    trainer = load_trainer(task.trainer)
    dataset = load_dataset(task.dataset, task.options) if task.dataset else None
    read: set[int] = set()
    metrics: Mapping[str, float] = {}
    epoch = 0
    folders = _reached(task.checkpoint), _reached(task.pictures)
    training = trainer.begin(dataset, task.epochs, task.seed, task.hyperparameters, *folders)
    for epoch, metrics in enumerate(training, start=1):
        reading = Reading(epoch, _checked(metrics, epoch, task.wanted))
        if task.timeout is not None and time.monotonic() - begin > task.timeout:
            raise BrokenError("timeout", f"took longer than {task.timeout:g} seconds; stopped at epoch {epoch}")
        if task.wanted in metrics:
            read.add(epoch)
        yield reading
        if epoch == task.epochs:
            break
    if epoch == 0:
        raise BrokenError("missing", "the trainer yielded nothing")
    for wanted_at in task.read_at or (epoch,):
        if wanted_at not in read:
            reported = ", ".join(sorted(metrics))
            there = f"it reported {reported}" if epoch >= wanted_at else f"it ended at epoch {epoch}"
            raise BrokenError("missing", f"the trainer never reported {task.wanted!r} at epoch {wanted_at}; {there}")


def _reached(place: str | None) -> Path | None:
    """A folder of the study's; None where the study's files are out of reach, on another machine."""
    folder = Path(place) if place else None
    return folder if folder and folder.parent.is_dir() else None


def _checked(metrics: Mapping[str, float], epoch: int, wanted: str) -> dict[str, float]:
    try:
        numbers = {str(name): float(value) for name, value in metrics.items()}
    except (AttributeError, TypeError, ValueError):
        raise BrokenError(
            "error", f"epoch {epoch}: the trainer yielded {metrics!r}; wanted names and numbers"
        ) from None
    for name, number in numbers.items():
        if not math.isfinite(number) and ("loss" in name or name == wanted):
            raise BrokenError(
                "diverged", f"{name} became {'NaN' if math.isnan(number) else 'infinite'} at epoch {epoch}"
            )
    return numbers


def _is_memory(error: BaseException) -> bool:
    """Whether host or device ran out of memory; torch's own kind is known by name, so that torch is not imported."""
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
