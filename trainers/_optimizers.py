"""The optimizers and schedules that a trainer knows by name, with torch's own defaults."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from torch import nn, optim

if TYPE_CHECKING:
    from trainers._domains import Optimizer

Maker: TypeAlias = Callable[..., optim.Optimizer]

OPTIMIZERS: Mapping[Optimizer, Maker] = {
    "sgd": optim.SGD,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
    "rmsprop": optim.RMSprop,
    "adagrad": optim.Adagrad,
    "adadelta": optim.Adadelta,
    "nadam": optim.NAdam,
}


def optimizer(
    name: Optimizer,
    parameters: Iterable[nn.Parameter],
    learning_rate: float | None,
    relative_learning_rate: float,
    weight_decay: float | None,
) -> optim.Optimizer:
    """Make an optimizer, in torch's fused form where it has one.

    Its step is `learning_rate` (None: torch's default for this optimizer) times `relative_learning_rate`, which
    therefore means the same for all of them.
    """
    maker = OPTIMIZERS[name]
    known = inspect.signature(maker).parameters
    step = known["lr"].default if learning_rate is None else learning_rate
    form: dict[str, bool | float] = {"fused": True} if "fused" in known else {"foreach": True}
    if weight_decay is not None:
        form["weight_decay"] = weight_decay
    return maker(parameters, lr=step * relative_learning_rate, **form)


def plateau(fitted: optim.Optimizer, patience: int) -> optim.lr_scheduler.ReduceLROnPlateau:
    """Halve the learning rate when the validation loss has not fallen for `patience` epochs, exactly as Keras does.

    Keras halves when it has waited `patience` epochs, torch when it has waited more; Keras's least gain is absolute.
    """
    return optim.lr_scheduler.ReduceLROnPlateau(
        fitted, factor=0.5, patience=patience - 1, threshold=1e-4, threshold_mode="abs", min_lr=1e-10, eps=0
    )
