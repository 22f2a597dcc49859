"""The schedules of the learning rate that a trainer knows by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import optim

if TYPE_CHECKING:
    from trainers._recipe import Recipe


@dataclass(frozen=True, slots=True)
class Course:
    """What is done to the learning rate, and when."""

    after_batch: Callable[[], None]
    """Called after each step."""
    after_epoch: Callable[[float], None]
    """Called after each epoch with its validation loss."""
    schedule: optim.lr_scheduler.LRScheduler | None = None
    """What remembers how far it is; None where there is nothing to remember."""


def course(recipe: Recipe, fitted: optim.Optimizer, epochs: int, batches: int) -> Course:
    """The schedule of a training of so many epochs, each of so many batches.

    `plateau` is Keras's; `cosine` falls to nothing at the last epoch (Loshchilov and Hutter, 2017); `one_cycle` rises
    for three tenths of the steps to ten times the learning rate over 25, and falls (Smith and Topin, 2018; torch's
    defaults, with the learning rate as its maximum).
    """
    if recipe.schedule == "plateau":
        plateaus = plateau(fitted, recipe.patience)
        return Course(_nothing, plateaus.step, plateaus)
    if recipe.schedule == "cosine":
        cosine = optim.lr_scheduler.CosineAnnealingLR(fitted, T_max=epochs)
        return Course(_nothing, lambda _: cosine.step(), cosine)
    if recipe.schedule == "one_cycle":
        highest = [group["lr"] for group in fitted.param_groups]
        cycle = optim.lr_scheduler.OneCycleLR(
            fitted, max_lr=highest, total_steps=epochs * batches + 1, cycle_momentum=False
        )
        return Course(cycle.step, lambda _: None, cycle)
    return Course(_nothing, lambda _: None)


def plateau(fitted: optim.Optimizer, patience: int) -> optim.lr_scheduler.ReduceLROnPlateau:
    """Halve the learning rate when the validation loss has not fallen for `patience` epochs, exactly as Keras does.

    Keras halves when it has waited `patience` epochs, torch when it has waited more; Keras's least gain is absolute.
    """
    return optim.lr_scheduler.ReduceLROnPlateau(
        fitted, factor=0.5, patience=patience - 1, threshold=1e-4, threshold_mode="abs", min_lr=1e-10, eps=0
    )


def _nothing() -> None:
    """Leave the learning rate as it is."""
