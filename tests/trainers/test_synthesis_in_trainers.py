"""Generated images in trainers: one more factor of each, and no more than that."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
import torch

from tests.trainers.test_contract import training
from tests.trainers.test_synthesis import SMALL, kept, own_cache  # noqa: F401 - a fixture
from trainers import _architecture, _synthetic_images, _tasks
from trainers._architecture import Architecture
from trainers._recipe import Recipe
from trainers._synthesis import UNKNOWN
from trainers.datasets._dataset import Dataset, Split

TOLD: Mapping[str, object] = {
    "synthetic_images": "dcgan",
    "synthetic_fraction": 0.5,
    "gan_epochs": 2,
    "gan_width": 1 / 16,
    "gan_batch_size": 16,
}
"""`SMALL`, as it is told to a trainer."""


@pytest.mark.parametrize("name", ["classical", "cnn", "divide_and_conquer", "multi_task"])
def test_a_training_sees_them_and_none_changes_nothing(name: str, squares: Dataset) -> None:
    """Numbers are those of the joined dataset, whatever the trainer; the trial's seed makes no other images."""
    own = {"classical": {"model": "logistic_regression"}}.get(name, {})

    def numbers(dataset: Dataset, told: Mapping[str, object], seed: int = 0) -> list[dict[str, float]]:
        return training(name, dataset, 1, seed, **own, **told)

    joined = _synthetic_images.joined(squares, SMALL)
    files = len(kept())
    assert numbers(squares, TOLD) == numbers(joined, {}) != numbers(squares, {})
    if name != "classical":  # a regression has no use for a seed
        assert numbers(squares, TOLD, 1) != numbers(squares, TOLD)
    assert len(kept()) == files


def test_a_tree_of_models_is_divided_by_real_images_alone(few_faces: Dataset) -> None:
    """Of five classes each model gets the generated images of its own; what is confused is read on val, as ever."""
    many = dataclasses.replace(few_faces, train=_repeated(few_faces.train, 4))
    readings = training("divide_and_conquer", many, 2, 0, **TOLD)
    assert sum(readings[1][f"group/{label}"] for label in few_faces.classes) == 3
    joined = _synthetic_images.joined(many, SMALL)
    assert joined.val is few_faces.val
    assert training("divide_and_conquer", joined, 2, 0) == readings


def test_generated_images_teach_no_attribute(few_faces: Dataset) -> None:
    """Of theirs nothing is known: a head that has only them to learn from stays as it began, and no loss is NaN."""
    many = dataclasses.replace(few_faces, train=_repeated(few_faces.train, 4))
    joined = _synthetic_images.joined(many, SMALL)
    assert all(set(column[len(many.train) :]) == {UNKNOWN} for column in joined.train.attributes.values())
    values = _tasks.chosen("all", many)
    lesson = _tasks.lesson(joined, Recipe(), values, _tasks.Weights(0.0, 1.0))
    torch.manual_seed(0)
    network = _tasks.with_heads(_architecture.build(Architecture(weights="none", width=1 / 16), many), values)
    wanted = lesson.targets(joined.train)
    loss = lesson.objective(network, torch.tensor(joined.train.images[-8:]).float(), wanted[-8:])
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 0
    assert not any(parameter.grad.any() for parameter in network.trained.parameters() if parameter.grad is not None)
    mixed = torch.arange(len(many.train) - 4, len(many.train) + 4)
    images = torch.tensor(joined.train.images)
    plain = _tasks.lesson(many, Recipe(), values, _tasks.Weights(0.0, 1.0))
    network.trained.eval()
    known = plain.objective(network, images[mixed[:4]].float(), wanted[mixed[:4]])
    assert lesson.objective(network, images[mixed].float(), wanted[mixed]).item() == pytest.approx(known.item())
    readings = training("multi_task", many, 1, 0, **{**TOLD, "tasks": "all"})
    assert all(np.isfinite(value) for value in readings[0].values())


def _repeated(split: Split, times: int) -> Split:
    columns = {name: np.tile(column, times) for name, column in split.attributes.items()}
    images = np.concatenate([split.images] * times)
    return Split(images, np.tile(split.labels, times), columns)
