"""The optimizers that a trainer knows by name, with torch's defaults or with those of Keras."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from torch import nn, optim

if TYPE_CHECKING:
    from trainers._domains import Optimizer
    from trainers._recipe import Recipe

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
KERAS: Mapping[Optimizer, Mapping[str, float]] = {
    "sgd": {"lr": 1e-2},
    "adam": {"lr": 1e-3, "eps": 1e-7},
    "adamw": {"lr": 1e-3, "eps": 1e-7, "weight_decay": 4e-3},
    "rmsprop": {"lr": 1e-3, "alpha": 0.9, "eps": 1e-7},
    "adagrad": {"lr": 1e-3, "initial_accumulator_value": 0.1, "eps": 1e-7},
    "adadelta": {"lr": 1e-3, "rho": 0.95, "eps": 1e-7},
    "nadam": {"lr": 1e-3, "eps": 1e-7},
}
"""Keras 3's defaults under torch's names. Where the two add eps before or after a root they still differ in that."""


def optimizer(recipe: Recipe, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
    """Make the optimizer of a recipe, in torch's fused form where it has one.

    Its step is the learning rate (None: the default of this optimizer) times the relative one, which therefore means
    the same for all of them.
    """
    maker = OPTIMIZERS[recipe.optimizer]
    known = inspect.signature(maker).parameters
    form: dict[str, Any] = {"fused": True} if "fused" in known else {"foreach": True}
    form |= KERAS[recipe.optimizer] if recipe.optimizer_defaults == "keras" else {}
    own = form.get("lr", known["lr"].default)
    form["lr"] = (own if recipe.learning_rate is None else recipe.learning_rate) * recipe.relative_learning_rate
    if recipe.weight_decay is not None:
        form["weight_decay"] = recipe.weight_decay
    if recipe.momentum and recipe.optimizer == "sgd":
        form["momentum"] = recipe.momentum
    return maker(parameters, **form)
