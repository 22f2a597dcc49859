"""The optimizers that a trainer knows by name, with torch's defaults or with those of Keras."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn, optim

from trainers import _blocks, _muon, _recipe

if TYPE_CHECKING:
    from trainers._domains import Optimizer
    from trainers._recipe import Recipe

Kind = TypeVar("Kind", bound=optim.Optimizer)

COMPILES = False
"""Whether what is trained here makes use of torch's compiler: else who imports for many leaves it out."""

OPTIMIZERS: Mapping[Optimizer, type[Any]] = {
    "sgd": optim.SGD,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
    "rmsprop": optim.RMSprop,
    "adagrad": optim.Adagrad,
    "adadelta": optim.Adadelta,
    "nadam": optim.NAdam,
    **({"muon": optim.Muon} if hasattr(optim, "Muon") else {}),
}
"""By name what makes each; muon is torch's from 2.9 on."""
KERAS: Mapping[Optimizer, Mapping[str, float]] = {
    "sgd": {"lr": 1e-2},
    "adam": {"lr": 1e-3, "eps": 1e-7},
    "adamw": {"lr": 1e-3, "eps": 1e-7, "weight_decay": 4e-3},
    "rmsprop": {"lr": 1e-3, "alpha": 0.9, "eps": 1e-7},
    "adagrad": {"lr": 1e-3, "initial_accumulator_value": 0.1, "eps": 1e-7},
    "adadelta": {"lr": 1e-3, "rho": 0.95, "eps": 1e-7},
    "nadam": {"lr": 1e-3, "eps": 1e-7},
    "muon": {"lr": 1e-3, "weight_decay": 4e-3},
}
"""Keras 3's defaults under torch's names. Where the two add eps before or after a root they still differ in that."""


def without_compiler(kind: type[Kind]) -> type[Kind]:
    """An optimizer of torch's to the same bits, that does not import torch's compiler: 1.3 s, for nothing here.

    Torch keeps its compiler out of some methods by wrappers that import it. One takes what it finds to call instead,
    here the method itself; that of `step` does without gradients besides, and is left out. A torch that does otherwise
    imports its compiler again, and no more.
    """
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        own = getattr(getattr(optim.Optimizer, name), "__wrapped__", None)
        if own is not None and "torch._dynamo" not in sys.modules and not hasattr(own, "__dynamo_disable"):
            setattr(own, "__dynamo_disable", own)
    return type(kind.__name__, (kind,), {"step": torch.no_grad()(inspect.unwrap(kind.step))})


def optimizer(recipe: Recipe, parameters: Iterable[nn.Parameter], *, whole: bool = True) -> optim.Optimizer:
    """Make the optimizer of a recipe, in torch's fused form where it has one.

    Its step is the learning rate (None: the default of this optimizer) times the relative one, which therefore means
    the same for all of them. With muon all but hidden weights are AdamW's, of the same learning rate; unless the
    parameters are a `whole` network's, a frozen part stands before them.
    """
    trained = list(parameters)
    hidden = _muon.hidden(trained, whole=whole) if recipe.optimizer == "muon" else []
    _recipe.check(recipe.optimizer, hidden=bool(hidden))
    form = _told(recipe, recipe.optimizer)
    if recipe.optimizer == "adadelta" and _blocks.pay(trained):
        return without_compiler(_blocks.Adadelta)(trained, **form | {"foreach": False})
    if recipe.optimizer != "muon":
        kind: type[optim.Optimizer] = OPTIMIZERS[recipe.optimizer]
        return without_compiler(kind)(trained, **form)
    chosen = set(hidden)
    others = [parameter for parameter in trained if parameter not in chosen]
    return without_compiler(_muon.MuonWithAdamW)(hidden, others, form, _told(recipe, "adamw") | {"lr": form["lr"]})


def _told(recipe: Recipe, name: Optimizer) -> dict[str, Any]:
    """What torch is told of an optimizer."""
    known = inspect.signature(OPTIMIZERS[name]).parameters
    form: dict[str, Any] = {"fused": True} if "fused" in known else {"foreach": True} if "foreach" in known else {}
    form |= KERAS[name] if recipe.optimizer_defaults == "keras" else {}
    own = form.get("lr", known["lr"].default)
    form["lr"] = (own if recipe.learning_rate is None else recipe.learning_rate) * recipe.relative_learning_rate
    if recipe.weight_decay is not None:
        form["weight_decay"] = recipe.weight_decay
    if recipe.momentum and name == "sgd":
        form["momentum"] = recipe.momentum
    return form
