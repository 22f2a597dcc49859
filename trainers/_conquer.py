"""Both phases of divide and conquer: a flat model, and the tree found in its confusions, whose models learn abreast."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from trainers import _checkpoint, _device, _fit, _grouping_picture, _metrics, _nodes, _pictures, _routing, _tree

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

    from torch import Tensor

    from trainers._networks import Network
    from trainers._tree import Plan, Tree
    from trainers.datasets._dataset import Dataset

    Readings = list[dict[str, float]]


def train(
    dataset: Dataset,
    flat: Network,
    plan: Plan,
    *,
    checkpoint: Path | None = None,
    every: float = _checkpoint.EVERY,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Fit a flat model, divide the classes by what it confuses, fit the models of the tree; yield every epoch.

    All models are kept in one checkpoint, with the readings so far: a training that goes on from there gives those at
    once, and then the same numbers, in whichever phase it was ended.
    """
    device = _device.best_device()
    flat = flat.on(device, _device.computes_in(device, plan.recipe.precision))
    kept = _checkpoint.Checkpoint(checkpoint, every, _about(dataset, flat, plan) if checkpoint else {})
    readings = kept.readings
    yield from map(dict, readings)
    before = yield from _first(dataset, flat, plan, kept, readings)
    if before < plan.epochs:
        kept.finish("flat")
        tree = _tree.grown(dataset, flat, plan, kept, plan.epochs - before)
        yield from _second(dataset, tree, plan, kept, readings, pictures)


def _first(
    dataset: Dataset, flat: Network, plan: Plan, kept: _checkpoint.Checkpoint, readings: Readings
) -> Generator[dict[str, float], None, int]:
    """Yield the flat model's epochs, but those that were read before; give how many there were."""
    epochs = min(plan.epochs, plan.division.flat_epochs)
    lesson = _fit.classification(dataset, plan.recipe, _nodes.LOSSES[plan.loss])
    course = _fit.fit(dataset, flat, epochs, plan.seed, plan.fitting, lesson, checkpoint=kept.part("flat"))
    epoch = 0
    for epoch, measured in enumerate(course, start=1):
        if epoch > len(readings):
            readings.append(measured | {"val_flat_accuracy": measured["val_accuracy"]})
            kept.keep(readings)
            yield dict(readings[-1])
    return epoch


def _second(
    dataset: Dataset,
    tree: Tree,
    plan: Plan,
    kept: _checkpoint.Checkpoint,
    readings: Readings,
    pictures: Path | None,
) -> Iterator[dict[str, float]]:
    """Yield the epochs of all models of the tree together, but those that were read before."""
    images, labels = _tree.on_device(tree.models[0].network, dataset.val)
    before = plan.epochs - tree.epochs
    for epoch, steps in enumerate(abreast([model.course for model in tree.models]), start=before + 1):
        if epoch <= len(readings):
            continue
        scores = tree.answers(images)
        total = sum(step["train_loss"] * len(model.part.train) for step, model in zip(steps, tree.models, strict=True))
        readings.append(
            {
                "train_loss": total / sum(len(model.part.train) for model in tree.models),
                **judged(tree, scores, labels, full=plan.recipe.metrics == "full"),
                **tree.found,
                "learning_rate": steps[0]["learning_rate"],
            }
        )
        if all(_fit.over(model.readings, tree.epochs, plan.recipe) for model in tree.models):
            readings[-1] |= _tested(dataset, tree) if plan.recipe.read_test else {}
            answers = tree.routed(scores)
            _draw(pictures, tree, plan, _pictures.Shown(dataset.classes, images, labels, answers))
        kept.keep(readings)
        yield dict(readings[-1])


def judged(tree: Tree, scores: Sequence[Tensor], labels: Tensor, *, full: bool) -> dict[str, float]:
    """Judge the answers of all models together."""
    more = _metrics.more(tree.routed(scores), labels, tree.classes) if full else {}
    return _routing.judge(tree.branches, scores, labels, len(tree.classes)) | more


def abreast(courses: Sequence[Iterator[dict[str, float]]]) -> Iterator[list[dict[str, float]]]:
    """Take a step of every training at a time; one that has ended keeps its last metrics while others go on."""
    last: list[dict[str, float]] = [{} for _ in courses]
    while True:
        steps = [next(course, None) for course in courses]
        if all(step is None for step in steps):
            return
        last = [before if step is None else step for before, step in zip(last, steps, strict=True)]
        yield last


def _tested(dataset: Dataset, tree: Tree) -> dict[str, float]:
    """What is read on the test split, of the soft answers."""
    images, labels = _tree.on_device(tree.models[0].network, dataset.test)
    return _metrics.tested(tree.routed(tree.answers(images)), labels)


def _draw(folder: Path | None, tree: Tree, plan: Plan, shown: _pictures.Shown) -> None:
    """Draw the grouping, the surest mistakes, and where each model looks to tell its classes apart."""
    if folder is None:
        return
    division = plan.division
    ordered = division.grouping in {"path", "greedy"}
    names, weight = tree.classes, division.edge_weight
    draw = partial(_grouping_picture.draw, tree.counts, names, tree.group, weight, ordered=ordered)
    _pictures.save(folder, "grouping", draw)
    _pictures.mistakes(folder, shown)
    for number, model in enumerate(tree.models, start=1):
        images, labels = _tree.on_device(model.network, model.part.val)
        seen = _pictures.Shown(model.part.classes, images, labels, _fit.answers(model.network, images))
        _pictures.saliency(folder, f"saliency-stage-{number}", model.network, seen)


def _about(dataset: Dataset, flat: Network, plan: Plan) -> dict[str, object]:
    """On what its numbers hang; see `_checkpoint.about`."""
    told = {
        "seed": plan.seed,
        "number of epochs": plan.epochs,
        "recipe": repr(replace(plan.recipe, share=True)),
        "division": repr(plan.division),
        "loss": plan.loss,
    }
    data = [tensor for split in (dataset.train, dataset.val) for tensor in _tree.on_device(flat, split)]
    return _checkpoint.about(flat, told, data)
