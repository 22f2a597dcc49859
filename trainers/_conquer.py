"""The second phase of divide and conquer: a tree found in a flat model's confusions, and its models fitted abreast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from trainers import _device, _division, _fit, _grouping, _metrics, _nodes, _random, _routing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from trainers._division import Division, Loss
    from trainers._grouping import Branches
    from trainers._networks import Network
    from trainers._recipe import Recipe
    from trainers.datasets._dataset import Dataset

RESAMPLES = 200
"""Bootstrap samples of the validation images, in each of which the group is sought again."""


@dataclass(frozen=True, slots=True)
class Model:
    """A node of the tree."""

    network: Network
    course: Iterator[dict[str, float]]
    """Its training, an epoch at a time."""
    images: int
    """How many it is fitted to."""


def conquer(
    dataset: Dataset,
    flat: Network,
    epochs: int,
    seed: int,
    recipe: Recipe,
    *,
    division: Division,
    make: Callable[[Dataset], Network],
    loss: Loss,
) -> Iterator[dict[str, float]]:
    """Divide the classes by what a flat model confuses, fit the models of the tree, yield how it answers each epoch."""
    device = _device.best_device()
    numbers = _device.computes_in(device, recipe.precision)
    images, labels = (torch.from_numpy(np.array(part)).to(device) for part in (dataset.val.images, dataset.val.labels))
    flat = flat.on(device, numbers)
    answers = _fit.answers(flat, images).argmax(dim=1)
    tree, found = divide(dataset, answers.cpu().numpy(), division, seed)
    found |= {"val_flat_accuracy": float((answers == labels).double().mean())}
    models = []
    for number, branches in enumerate(tree):
        part, own = _nodes.under(dataset, branches), _random.stream(seed, number, "node")
        torch.manual_seed(_random.stream(own, 0, "weights"))
        network = make(part)
        network = (_nodes.warmed(network, flat, branches) if division.warm_start else network).on(device, numbers)
        lesson = _fit.classification(part, recipe, _nodes.LOSSES[loss])
        models.append(Model(network, _fit.fit(part, network, epochs, own, recipe, lesson), len(part.train)))
    for measured in abreast([model.course for model in models]):
        scores = [_fit.answers(model.network, images) for model in models]
        lost = sum(own["train_loss"] * model.images for own, model in zip(measured, models, strict=True))
        yield {
            "train_loss": lost / sum(model.images for model in models),
            **judged(tree, scores, labels, dataset.classes, full=recipe.metrics == "full"),
            **found,
            "learning_rate": measured[0]["learning_rate"],
        }


def divide(
    dataset: Dataset, answers: np.ndarray[tuple[int], np.dtype[np.int64]], division: Division, seed: int
) -> tuple[list[Branches], dict[str, float]]:
    """Find the models of the tree, and say as metrics which classes are in the group and how surely."""
    counts = _grouping.confusion(np.asarray(dataset.val.labels), answers, len(dataset.classes))
    size = _division.size(division, len(dataset.classes))

    def find(counts: _grouping.Numbers) -> tuple[int, ...]:
        return _grouping.group(counts, size, division.grouping, division.edge_weight)

    group = find(counts)
    generator = np.random.default_rng(_random.stream(seed, 0, "bootstrap"))
    names = _metrics.in_metrics(dataset.classes)
    found = {f"group/{name}": float(number in group) for number, name in enumerate(names)}
    found["grouping_stability"] = _grouping.stability(counts, find, RESAMPLES, generator)
    return _grouping.nodes(_grouping.tree(_grouping.lengths(counts, division.edge_weight), group)), found


def judged(
    tree: Sequence[Branches], scores: Sequence[Tensor], labels: Tensor, classes: Sequence[str], *, full: bool
) -> dict[str, float]:
    """Judge the answers of all models together."""
    more = _metrics.more(_routing.soft(tree, scores, len(classes)), labels, classes) if full else {}
    return _routing.judge(tree, scores, labels, len(classes)) | more


def abreast(courses: Sequence[Iterator[dict[str, float]]]) -> Iterator[list[dict[str, float]]]:
    """Take a step of every training at a time; one that has ended keeps its last metrics while others go on."""
    last: list[dict[str, float]] = [{} for _ in courses]
    while True:
        steps = [next(course, None) for course in courses]
        if all(step is None for step in steps):
            return
        last = [before if step is None else step for before, step in zip(last, steps, strict=True)]
        yield last
