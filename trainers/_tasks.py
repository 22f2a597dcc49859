"""Further labels of an image as tasks of their own: which they are, their heads, and how well each is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from trainers import _fit, _metrics
from trainers._synthesis import UNKNOWN
from trainers.datasets._dataset import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from trainers._networks import Network
    from trainers._recipe import Recipe
    from trainers.datasets._dataset import Dataset, Split


@dataclass(frozen=True, slots=True)
class Weights:
    """What each loss counts."""

    expression: float
    attributes: float
    """Of the mean over the attributes' losses."""


class Heads(nn.Module):
    """An output layer a task, side by side on the same features."""

    def __init__(self, expression: nn.Linear, values: Mapping[str, int]) -> None:
        """Keep the expression's layer as it is, and begin a fresh one for each attribute."""
        super().__init__()
        fresh = [nn.Linear(expression.in_features, count) for count in values.values()]
        self.layers = nn.ModuleList([expression, *fresh])

    def forward(self, features: Tensor) -> Tensor:
        """Give the logits of all tasks in a row."""
        return torch.cat([layer(features) for layer in self.layers], dim=1)


def chosen(tasks: str, dataset: Dataset) -> dict[str, int]:
    """Give the attributes that are tasks, each with how many values it has.

    Raises:
        ValueError: There is no such attribute, or it cannot be learnt.
    """
    known = [name for name in dataset.train.attributes if name != SUBJECT]
    if tasks == "none":
        return {}
    names = known if tasks == "all" else tasks.split("+")
    there = f"there is {', '.join(known)}" if known else "it has none"
    if not names:
        raise ValueError(f"tasks={tasks} wants attributes of {dataset.name}, and {there}; take tasks=none")
    for name in names:
        if name not in known:
            raise ValueError(f"tasks={tasks}: {dataset.name} has no attribute {name!r} to learn; {there}")
    if len(set(names)) < len(names):
        raise ValueError(f"tasks={tasks} names an attribute twice")
    return {name: _values(dataset, name) for name in names}


def _values(dataset: Dataset, name: str) -> int:
    """Count the values of an attribute: all in val must be learnt in train."""
    train, val = (set[int](split.attributes[name].tolist()) for split in (dataset.train, dataset.val))
    if min(train) < 0 or len(train) == 1 or val - train:
        raise ValueError(
            f"tasks: {name!r} of {dataset.name} has the values {_few(train)} in train and {_few(val)} in val; wanted at"
            " least two from 0 on, and those of val in train"
        )
    return int(max(train)) + 1


def _few(values: set[int]) -> str:
    shown = [str(value) for value in sorted(values)[:4]]
    return ", ".join([*shown, "..."] if len(values) > len(shown) else shown)


def with_heads(network: Network, values: Mapping[str, int]) -> Network:
    """Put heads in the place of a network's output layer, which stays the first of them."""
    if not values:
        return network
    trained = network.trained
    name = [name for name, layer in trained.named_modules() if isinstance(layer, nn.Linear)][-1]
    last = trained.get_submodule(name)
    if not isinstance(last, nn.Linear):
        raise TypeError(name)
    trained.set_submodule(name, Heads(last, values))
    return replace(network, trained=trained)


def lesson(dataset: Dataset, recipe: Recipe, values: Mapping[str, int], weights: Weights) -> _fit.Lesson:
    """To answer all tasks at once; ``val_accuracy`` and its kin are the expression's.

    An image of which a task's value is `UNKNOWN` teaches nothing of that task.
    """
    sizes = [len(dataset.classes), *values.values()]
    plain = _fit.classification(dataset, recipe)
    sparse = any(UNKNOWN in dataset.train.attributes[name] for name in values)

    def targets(split: Split) -> Tensor:
        columns = [split.labels, *(split.attributes[name] for name in values)]
        return torch.stack([torch.tensor(column) for column in columns], dim=1)

    def loss(logits: Tensor, wanted: Tensor, weight: Tensor | None = None, label_smoothing: float = 0.0) -> Tensor:
        expression, *others = _parts(logits, sizes)
        total = weights.expression * functional.cross_entropy(
            expression, wanted[:, 0], weight=weight, label_smoothing=label_smoothing
        )
        if not others:
            return total
        each = [
            _of_known(other, wanted[:, number], label_smoothing, sparse=sparse)
            for number, other in enumerate(others, start=1)
        ]
        return total + weights.attributes * torch.stack(each).mean()

    def judge(logits: Tensor, wanted: Tensor) -> dict[str, float]:
        expression, *others = _parts(logits, sizes)
        measured = plain.judge(expression, wanted[:, 0])
        if not others:
            return measured | {"val_loss": weights.expression * measured["val_loss"]}
        losses, read = [], {"val_expression_loss": measured["val_loss"]}
        for number, (name, other) in enumerate(zip(_metrics.in_metrics(list(values)), others, strict=True), start=1):
            found = _metrics.classification(other, wanted[:, number])
            losses.append(found["loss"])
            read |= {f"val_{name}_accuracy": found["accuracy"], f"val_{name}_recall": found["recall"]}
        whole = weights.expression * measured["val_loss"] + weights.attributes * sum(losses) / len(losses)
        return measured | read | {"val_loss": whole}

    named = tuple((name, tuple(f"{name}={value}" for value in range(count))) for name, count in values.items())
    return _fit.Lesson(_fit.classification(dataset, recipe, loss).objective, judge, targets, named)


def _of_known(logits: Tensor, wanted: Tensor, label_smoothing: float, *, sparse: bool) -> Tensor:
    """The mean cross entropy over the images whose value is known; 0 where none is."""
    if not sparse:
        return functional.cross_entropy(logits, wanted, label_smoothing=label_smoothing)
    total = functional.cross_entropy(
        logits, wanted, ignore_index=UNKNOWN, label_smoothing=label_smoothing, reduction="sum"
    )
    return total / (wanted != UNKNOWN).sum().clamp(min=1)


def _parts(logits: Tensor, sizes: list[int]) -> list[Tensor]:
    """Cut the logits of all tasks apart."""
    return list(torch.split(logits, sizes, dim=1))
