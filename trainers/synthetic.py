"""A response whose effects are stated, without any training: what an analysis finds can be checked against them."""

import math
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge, Gt, Interval

Failure: TypeAlias = Literal["never", "diverge", "overflow", "raise", "memory", "exit", "kill", "hang", "missing"]

OPTIMIZER = {"adam": 0.0, "adagrad": -0.020, "adadelta": -0.045, "sgd": -0.030}
"""What each optimizer adds to the accuracy."""
DROPOUT = -0.02
"""What one more of dropout would add: between 0.4 and 0.6 almost nothing, as in the founding study."""
BATCH_SIZE = 0.015
"""What twice the batch size adds."""
LEARNING_RATE = -0.06
"""What a factor of ten from the best learning rate, 0.001, adds, either way."""
WEIGHT_DECAY = -0.01
"""What a factor of ten from the best weight decay, 0.0001, adds, either way."""
MISSING, MISSING_EPOCHS = -0.30, 20.0
"""What is still missing at the start, and after how many epochs only 1/e of it is."""
BASELINE = 0.90
"""The accuracy after very many epochs of adam, dropout 0.5, batch size 64 and the best rate and decay."""


def accuracy(
    epoch: float,
    *,
    optimizer: str = "adam",
    dropout: float = 0.5,
    batch_size: float = 64,
    learning_rate: float = 1e-3,
    weight_decay: float = 1e-4,
    interaction: float = 0.0,
) -> float:
    """Give the accuracy that is expected after an epoch: a sum of effects, one a factor, and one stated interaction."""
    dropped, doublings = (dropout - 0.5) / 0.1, math.log2(batch_size / 64)
    effects = (
        OPTIMIZER[optimizer],
        DROPOUT * (dropout - 0.5),
        BATCH_SIZE * doublings,
        LEARNING_RATE * abs(math.log10(learning_rate / 1e-3)),
        WEIGHT_DECAY * abs(math.log10(weight_decay / 1e-4)),
        MISSING * math.exp(-epoch / MISSING_EPOCHS),
        interaction * dropped * doublings,
    )
    return BASELINE + sum(effects)


def train(
    dataset: object = None,  # noqa: ARG001 - nothing is learned from it
    epochs: int = 30,
    seed: int = 0,
    *,
    optimizer: Literal["adam", "adagrad", "adadelta", "sgd"] = "adam",
    dropout: Annotated[float, Interval(ge=0, lt=1)] = 0.5,
    batch_size: Annotated[int, Ge(1)] = 64,
    learning_rate: Annotated[float, Gt(0)] = 1e-3,
    relative_learning_rate: Annotated[float, Gt(0)] = 1.0,
    weight_decay: Annotated[float, Gt(0)] = 1e-4,
    interaction: float = 0.0,
    noise: Annotated[float, Ge(0)] = 0.005,
    seconds: Annotated[float, Ge(0)] = 0.0,
    fail: Failure = "never",
    fail_epoch: Annotated[int, Ge(1)] = 1,
    fail_once: str | None = None,
) -> Iterator[dict[str, float]]:
    """Yield the expected accuracy with Gaussian noise of standard deviation `noise`, after sleeping `seconds` an epoch.

    The effects are the constants of this module, added up by `accuracy`; they do not interact but for `interaction`,
    which each 0.1 of dropout above 0.5 adds for each doubling of the batch size above 64. Half of the noise's variance
    belongs to the training, drawn from its seed and hyperparameters, and half is drawn anew each epoch; a longer
    training begins like a shorter one.

    `fail` says in what way it breaks from `fail_epoch` on: losses turn to NaN or infinity, RuntimeError or MemoryError
    is raised, the process exits, kills itself or hangs, or the accuracy is not reported. With `fail_once`, a file's
    name, it breaks only while there is no such file, and makes it first.
    """
    learning_rate *= relative_learning_rate
    draws = Random(f"{seed} {optimizer} {dropout} {batch_size} {learning_rate} {weight_decay}")  # noqa: S311
    offset = draws.gauss(0, noise * math.sqrt(0.5))
    for epoch in range(1, epochs + 1):
        time.sleep(seconds)
        expected = accuracy(
            epoch,
            optimizer=optimizer,
            dropout=dropout,
            batch_size=batch_size,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            interaction=interaction,
        )
        reached = min(max(expected + offset + draws.gauss(0, noise * math.sqrt(0.5)), 0.0), 1.0)
        metrics = {"train_loss": 1 - reached, "val_loss": 1.1 - reached, "val_accuracy": reached}
        if epoch >= fail_epoch and _fails(fail, fail_once):
            metrics = FAILURES[fail](metrics)
        yield metrics


def _fails(fail: Failure, fail_once: str | None) -> bool:
    if fail == "never" or (fail_once is not None and Path(fail_once).exists()):
        return False
    if fail_once is not None:
        Path(fail_once).touch()
    return True


def _raise(metrics: dict[str, float]) -> dict[str, float]:
    raise RuntimeError(f"broken on purpose, here at a training loss of {metrics['train_loss']:.3f}")


def _exhaust(metrics: dict[str, float]) -> dict[str, float]:
    raise MemoryError(f"out of memory on purpose, here with {len(metrics)} metrics")


def _exit(metrics: dict[str, float]) -> dict[str, float]:
    os._exit(len(metrics))


def _kill(metrics: dict[str, float]) -> dict[str, float]:
    os.kill(os.getpid(), signal.SIGKILL)
    return metrics


def _hang(metrics: dict[str, float]) -> dict[str, float]:
    while metrics:
        time.sleep(60)
    return metrics


FAILURES: Mapping[str, Callable[[dict[str, float]], dict[str, float]]] = {
    "diverge": lambda metrics: dict.fromkeys(metrics, math.nan),
    "overflow": lambda metrics: {**metrics, "train_loss": math.inf, "val_loss": math.inf},
    "raise": _raise,
    "memory": _exhaust,
    "exit": _exit,
    "kill": _kill,
    "hang": _hang,
    "missing": lambda metrics: {name: value for name, value in metrics.items() if name != "val_accuracy"},
}
"""What happens to the metrics, or to the process, in each way of failing."""
