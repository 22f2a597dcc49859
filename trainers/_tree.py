"""The tree of models that a flat model's confusions ask for: how it is found, what each of its models is fitted to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from trainers import _division, _fit, _grouping, _metrics, _nodes, _random, _routing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from trainers._checkpoint import Checkpoint, Part
    from trainers._division import Division, Loss
    from trainers._grouping import Branches, Numbers
    from trainers._networks import Network
    from trainers._recipe import Recipe
    from trainers.datasets._dataset import Dataset, Split

RESAMPLES = 200
"""Bootstrap samples of the validation images, in each of which the group is sought again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How both phases are trained."""

    epochs: int
    seed: int
    recipe: Recipe
    division: Division
    make: Callable[[Dataset], Network]
    """Builds a network for the classes of a dataset."""
    loss: Loss

    @property
    def fitting(self) -> Recipe:
        """The recipe of each model by itself, which reads no test split."""
        return replace(self.recipe, read_test=False)


@dataclass(frozen=True, slots=True)
class Model:
    """A node of the tree."""

    part: Dataset
    """The images under it, labelled by its outputs."""
    network: Network
    course: Iterator[dict[str, float]]
    """Its training, an epoch at a time."""
    readings: list[dict[str, float]]
    """Of its training until now."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Which classes are told apart where, and by what."""

    classes: tuple[str, ...]
    counts: Numbers
    """The confusion matrix of the flat model."""
    group: tuple[int, ...]
    branches: list[Branches]
    """Of each model the classes under its outputs."""
    found: dict[str, float]
    """As metrics: which classes are in the group, how surely, and how good the flat model was."""
    models: list[Model]
    epochs: int
    """Of each model, if it does not end early."""

    def answers(self, images: Tensor) -> list[Tensor]:
        """The logits of each model, for all images."""
        return [_fit.answers(model.network, images) for model in self.models]

    def routed(self, scores: Sequence[Tensor]) -> Tensor:
        """The log of each class's probability, by soft routing."""
        return _routing.soft(self.branches, scores, len(self.classes))


def grown(dataset: Dataset, flat: Network, plan: Plan, kept: Checkpoint, epochs: int) -> Tree:
    """Divide the classes by what a flat model on its device confuses; begin the training of each model of the tree."""
    images, labels = on_device(flat, dataset.val)
    answers = _fit.answers(flat, images).argmax(dim=1)
    counts = _grouping.confusion(np.asarray(dataset.val.labels), answers.cpu().numpy(), len(dataset.classes))
    group, branches, found = divide(counts, dataset.classes, plan.division, plan.seed)
    found |= {"val_flat_accuracy": float((answers == labels).double().mean())}
    models = [
        _model(_nodes.under(dataset, own), own, number, flat, plan, place=kept.part(f"node {number}"), epochs=epochs)
        for number, own in enumerate(branches)
    ]
    return Tree(dataset.classes, counts, group, branches, found, models, epochs)


def divide(
    counts: Numbers, classes: Sequence[str], division: Division, seed: int
) -> tuple[tuple[int, ...], list[Branches], dict[str, float]]:
    """Find the group and the models of the tree, and say as metrics which classes are in it and how surely."""
    size = _division.size(division, len(classes))

    def find(counts: Numbers) -> tuple[int, ...]:
        return _grouping.group(counts, size, division.grouping, division.edge_weight)

    group = find(counts)
    generator = np.random.default_rng(_random.stream(seed, 0, "bootstrap"))
    names = _metrics.in_metrics(classes)
    found = {f"group/{name}": float(number in group) for number, name in enumerate(names)}
    found["grouping_stability"] = _grouping.stability(counts, find, RESAMPLES, generator)
    return group, _grouping.nodes(_grouping.tree(_grouping.lengths(counts, division.edge_weight), group)), found


def on_device(network: Network, split: Split) -> tuple[Tensor, Tensor]:
    """Images and labels of a split, where a network is."""
    images, labels = (torch.from_numpy(np.array(part)) for part in (split.images, split.labels))
    return images.to(network.mean.device), labels.to(network.mean.device)


def _model(
    part: Dataset, branches: Branches, number: int, flat: Network, plan: Plan, *, place: Part, epochs: int
) -> Model:
    own = _random.stream(plan.seed, number, "node")
    torch.manual_seed(_random.stream(own, 0, "weights"))
    network = plan.make(part)
    network = _nodes.warmed(network, flat, branches) if plan.division.warm_start else network
    network = network.on(flat.mean.device, flat.numbers)
    lesson = _fit.classification(part, plan.recipe, _nodes.LOSSES[plan.loss])
    course = _fit.fit(part, network, epochs, own, plan.fitting, lesson, checkpoint=place)
    readings: list[dict[str, float]] = []
    return Model(part, network, _noted(course, readings), readings)


def _noted(course: Iterator[dict[str, float]], into: list[dict[str, float]]) -> Iterator[dict[str, float]]:
    for reading in course:
        into.append(reading)
        yield reading
