"""The one loop that fits every image network, with the images on the device and no waiting for it inside an epoch."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import torch
from torch.nn import functional

from trainers import (
    _augment,
    _checkpoint,
    _device,
    _features,
    _metrics,
    _optimizers,
    _pictures,
    _random,
    _rounded,
    _schedules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from torch import Tensor
    from torch.optim import Optimizer as TorchOptimizer

    from trainers._networks import Network
    from trainers._pictures import Tasks
    from trainers._recipe import Recipe
    from trainers.datasets._dataset import Dataset, Split

JUDGED_AT_ONCE = 256
"""Validation images in a batch; the answers do not depend on it beyond rounding."""

Objective: TypeAlias = "Callable[[Network, Tensor, Tensor], Tensor]"
"""A network, a batch of float images from 0 to 255 and what is wanted of them in, the mean loss out."""
Judge: TypeAlias = "Callable[[Tensor, Tensor], dict[str, float]]"
"""All answers and what was wanted in, metrics out; ``val_loss`` among them."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network is to learn, and how well it has."""

    objective: Objective
    judge: Judge
    targets: Callable[[Split], Tensor] = lambda split: torch.from_numpy(split.labels)
    """What is wanted of each image of a split, one row an image; of several tasks a column each, the classes first."""
    tasks: Tasks = ()
    """What is told besides the class, in the order of the columns and of the logits."""


@dataclass(frozen=True, slots=True)
class Data:
    """A split's images on the device, and what is wanted of them."""

    images: Tensor
    """Bytes of shape (images, channels, height, width)."""
    labels: Tensor
    """Class indices, or whatever the lesson is about."""


def fit(
    dataset: Dataset,
    network: Network,
    epochs: int,
    seed: int,
    recipe: Recipe,
    lesson: Lesson | None = None,
    *,
    checkpoint: Path | _checkpoint.Part | None = None,
    every: float = _checkpoint.EVERY,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train `network.trained` on what `network.frozen` makes of the images; yield the metrics of each epoch.

    Everything random depends on the seed and the epoch alone, so that any epoch can be trained again from the weights,
    the optimizer's and the schedule's state before it. Seeds torch's global generator each epoch, for dropout. The
    network's own modules are trained: they are what was given, on the device, when it ends.

    In the folder `checkpoint` all this is kept every so many seconds, with the metrics so far. The same training begun
    again with that folder yields those at once, and goes on from there to the same numbers. In the folder `pictures`,
    where one is given, lies in the end what there is to be seen of the trained network; that changes no number.
    """
    _device.keep_memory(epochs * len(dataset.train) // recipe.batch_size)
    device = _device.best_device()
    lesson = lesson or classification(dataset, recipe)
    train, val = (_resident(split, lesson, device) for split in (dataset.train, dataset.val))
    network = network.on(device, _device.computes_in(device, recipe.precision))
    weights = _chances(dataset.train, recipe)
    fitted = _optimizers.optimizer(recipe, network.trained.parameters(), whole=network.whole)
    course = _schedules.course(recipe, fitted, epochs, len(batches(torch.arange(len(train.labels)), recipe.batch_size)))
    training = _checkpoint.Training(network, fitted, course.schedule)
    told = {"seed": seed, "number of epochs": epochs, "recipe": repr(replace(recipe, share=True))}
    kept = _checkpoint.part(checkpoint, every, network, told, (train.images, train.labels, val.images, val.labels))
    readings = kept.take_up(training)
    yield from map(dict, readings)
    learner, steps = _rounded.beside(_features.learner(network, train.images), fitted)
    views = _features.moved(network, train.images, recipe, seed) if learner.seen else None
    judged = _features.still(network, val.images, recipe) if learner.seen else val.images
    for epoch in _left(readings, epochs, recipe):
        rate = float(fitted.param_groups[0]["lr"])
        parts = _epoch(train, recipe, seed, epoch, weights, views.at(epoch, epochs) if views else None)
        total = _train(learner, steps, parts, lesson.objective, course)
        found = answers(learner, judged)
        measured = lesson.judge(found, val.labels)
        course.after_epoch(measured["val_loss"])
        readings.append({"train_loss": float(total) / len(train.labels), **measured, "learning_rate": rate})
        if not over(readings, epochs, recipe):
            kept.keep()
        else:
            readings[-1] |= _tested(dataset, network, lesson) if recipe.read_test else {}
            shown = _pictures.Shown(dataset.classes, val.images, val.labels, found, lesson.tasks)
            _pictures.of_training(pictures, network, shown)
        yield dict(readings[-1])


def _tested(dataset: Dataset, network: Network, lesson: Lesson) -> dict[str, float]:
    """What is read on the test split, of the classes alone."""
    test = _resident(dataset.test, lesson, network.mean.device)
    found = answers(network, test.images)
    return _metrics.tested(*_pictures.of_classes(found, test.labels, dataset.classes, lesson.tasks))


def _left(readings: Sequence[Mapping[str, float]], epochs: int, recipe: Recipe) -> Iterator[int]:
    """The epochs that are still to come after these readings, to which each adds its own."""
    while not over(readings, epochs, recipe):
        yield len(readings) + 1


def over(readings: Sequence[Mapping[str, float]], epochs: int, recipe: Recipe) -> bool:
    """Whether a training with these readings has come to its end, be it an early one."""
    most_rises = recipe.stop_after_rises
    return len(readings) >= epochs or bool(most_rises and _rises(readings) >= most_rises)


def _rises(readings: Sequence[Mapping[str, float]]) -> int:
    """How often in a row, until now, the validation loss has risen."""
    losses = [reading["val_loss"] for reading in readings]
    falls = [place for place, (last, now) in enumerate(pairwise(losses), start=1) if not now > last]
    return max(len(losses) - 1, 0) - (falls[-1] if falls else 0)


def classification(dataset: Dataset, recipe: Recipe, loss: Callable[..., Tensor] = functional.cross_entropy) -> Lesson:
    """To tell classes apart, by cross entropy unless another loss is given that takes the same arguments."""
    device = _device.best_device()  # at once: a copy for each batch would wait for it
    weight = _weights(dataset.train, len(dataset.classes)).to(device) if recipe.class_balance == "weights" else None

    def objective(network: Network, images: Tensor, labels: Tensor) -> Tensor:
        logits = network.answer(network.see(images))
        own = None if weight is None else weight.to(logits.device)
        return loss(logits, labels, weight=own, label_smoothing=recipe.label_smoothing)

    def judge(logits: Tensor, labels: Tensor) -> dict[str, float]:
        usual = {f"val_{name}": value for name, value in _metrics.classification(logits, labels).items()}
        return usual | (_metrics.more(logits, labels, dataset.classes) if recipe.metrics == "full" else {})

    return Lesson(objective, judge)


def _weights(split: Split, classes: int) -> Tensor:
    """What an image of each class counts in the loss: the fewer there are, the more; one on average over the images."""
    counts = torch.bincount(torch.tensor(split.labels), minlength=classes).float()
    return len(split) / (classes * counts.clamp(min=1))


def _chances(split: Split, recipe: Recipe) -> Tensor | None:
    """How likely each image is to be drawn where classes are drawn equally often; None where each comes once."""
    if recipe.class_balance != "oversampling":
        return None
    labels = torch.tensor(split.labels)
    return 1 / torch.bincount(labels).float()[labels]


def _resident(split: Split, lesson: Lesson, device: torch.device) -> Data:
    with warnings.catch_warnings():  # images mapped from the cache are read-only, and nothing here writes to them
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable", category=UserWarning)
        return Data(torch.from_numpy(split.images).to(device), lesson.targets(split).to(device))


def _epoch(
    data: Data, recipe: Recipe, seed: int, epoch: int, chances: Tensor | None = None, features: Tensor | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Give the batches of an epoch, as float images from 0 to 255 or as their features, with their labels."""
    count, _, height, width = data.images.shape
    device = data.images.device
    order = _order(count, _random.generator(seed, epoch, "order"), chances).to(device)
    augmentation, maps = _augment.chosen(recipe), None
    if augmentation.moves and features is None:
        draws = _random.generator(seed, epoch, "augmentation")
        maps = _augment.draw(augmentation, count, height, width, draws).to(device)
    torch.manual_seed(_random.stream(seed, epoch, "dropout"))
    for chosen in batches(order, recipe.batch_size):
        images = data.images[chosen].float() if features is None else features[chosen]
        yield images if maps is None else _augment.warp(images, maps[chosen]), data.labels[chosen]


def _order(count: int, generator: torch.Generator, chances: Tensor | None) -> Tensor:
    if chances is None:
        return torch.randperm(count, generator=generator)
    return torch.multinomial(chances, count, replacement=True, generator=generator)


def batches(order: Tensor, batch_size: int) -> list[Tensor]:
    """Cut an order into batches; a single image left over joins the last one, for batch norm cannot learn from one."""
    parts = list(torch.split(order, batch_size))
    if batch_size > 1 and len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


def _train(
    network: Network,
    fitted: TorchOptimizer | _rounded.Steps,
    parts: Iterator[tuple[Tensor, Tensor]],
    objective: Objective,
    course: _schedules.Course,
) -> Tensor:
    """Fit to each batch once; give the sum of the losses, still on the device."""
    network.trained.train()
    total = torch.zeros((), dtype=torch.float64, device=next(network.trained.parameters()).device)
    for images, labels in parts:
        loss = objective(network, images, labels)
        fitted.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        fitted.step()
        course.after_batch()
        total += loss.detach() * len(labels)
    return total


@torch.inference_mode()
def answers(network: Network, images: Tensor) -> Tensor:
    """Give what the network answers to images, bytes of shape (images, channels, height, width) on its device.

    One that learnt from features answers to features.
    """
    network.trained.eval()
    parts = torch.split(images, JUDGED_AT_ONCE)
    return torch.cat([network.answer(network.see(part if network.seen else part.float())) for part in parts])
