"""Trainings of several networks go on from one checkpoint, in whichever phase they were ended."""

from __future__ import annotations

import dataclasses
import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from trainers import _checkpoint, _conquer, _dcgan, _generators, _networks, _nodes, _random, _sealed, _tree
from trainers._division import Division
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset

from .test_checkpoint import steps  # noqa: F401 - a fixture

Training: TypeAlias = Callable[[Path | None], Iterator[dict[str, float]]]

RECIPE = Recipe(batch_size=12, patience=1, learning_rate=0.01, metrics="full")
EPOCHS, FLAT = 5, 2
"""Of all models, and of the flat one."""
GENERATED = 3
"""Epochs of generators."""


def tiny(dataset: Dataset) -> _networks.Network:
    """A network with all that may remember something: convolutions, batch norm, dropout."""
    layers = [nn.Conv2d(1, 4, 3, stride=4), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3), nn.Flatten()]
    return _networks.of_shades(nn.Sequential(*layers, nn.Linear(256, len(dataset.classes))))


def conquering(dataset: Dataset, recipe: Recipe = RECIPE, division: Division | None = None, seed: int = 5) -> Training:
    """Divide and conquer on a small scale, written down after each epoch."""
    plan = _tree.Plan(EPOCHS, seed, recipe, division or Division(FLAT), tiny, "ce")

    def train(folder: Path | None) -> Iterator[dict[str, float]]:
        torch.manual_seed(_random.stream(seed, 0, "weights"))
        return _conquer.train(dataset, tiny(dataset), plan, checkpoint=folder, every=0)

    return train


def generating(dataset: Dataset, settings: _dcgan.Settings | None = None) -> Training:
    """A generator a class on a small scale, written down after each epoch."""
    two = _nodes.under(dataset, ((0,), (3,)))
    small = settings or _dcgan.Settings(1 / 64, 4, 2e-3, 1e-3, batch_size=4)
    return lambda folder: _generators.train(two, GENERATED, 5, small, checkpoint=folder, every=0)


def read(train: Training, folder: Path | None = None, stop: int | None = None) -> list[str]:
    """The readings to their last digit."""
    return [repr(reading) for reading in itertools.islice(train(folder), stop)]


@pytest.mark.parametrize("division", [Division(FLAT), Division(FLAT, warm_start=False, grouping="ball")], ids=str)
def test_every_epoch_of_both_phases_can_be_the_last(
    division: Division,
    few_faces: Dataset,
    tmp_path: Path,
    steps: list[int],  # noqa: F811
) -> None:
    """Ended after each in turn, in the flat phase and in the tree's: no reading is another, no step comes twice."""
    train = conquering(few_faces, division=division)
    whole = read(train)
    assert len(set(whole)) == EPOCHS
    everything = len(steps)
    steps.clear()
    for stop in range(1, EPOCHS + 1):
        assert read(train, tmp_path, stop) == whole[:stop]
    assert len(steps) == everything
    assert [path.name for path in tmp_path.iterdir()] == [_checkpoint.FILE]


def test_a_phase_that_ends_early_goes_on_into_the_next(few_faces: Dataset, tmp_path: Path) -> None:
    """With rises of the loss as the end, of the flat model and then of some models of the tree before others."""
    recipe = dataclasses.replace(RECIPE, stop_after_rises=1, learning_rate=0.5, optimizer="sgd")
    train = conquering(few_faces, recipe, Division(4))
    whole = read(train)
    assert "val_stage_1_accuracy" in whole[-1]
    for stop in range(1, len(whole) + 1):
        assert read(train, tmp_path / str(stop), stop) == whole[:stop]
        assert read(train, tmp_path / str(stop)) == whole


def test_every_epoch_of_generators_can_be_the_last(
    few_faces: Dataset,
    tmp_path: Path,
    steps: list[int],  # noqa: F811
) -> None:
    """Weights, both optimizers and the order of images are what they were, for each class."""
    train = generating(few_faces)
    whole = read(train)
    everything = len(steps)
    steps.clear()
    for stop in range(1, GENERATED + 1):
        assert read(train, tmp_path, stop) == whole[:stop]
    assert len(steps) == everything


@pytest.mark.parametrize(
    ("of", "after"),
    [(conquering, 1), (conquering, FLAT), (conquering, FLAT + 1), (generating, 1)],
    ids=["flat", "between", "tree", "generators"],
)
def test_killed_in_any_phase_it_goes_on(
    of: Callable[[Dataset], Training], after: int, few_faces: Dataset, tmp_path: Path
) -> None:
    """By SIGKILL in the midst of the next epoch, between two steps of an optimizer."""
    train = of(few_faces)
    whole = read(train)
    killed = multiprocessing.get_context("fork").Process(target=_killed, args=(train, tmp_path, after))
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    (tmp_path / "123.part").write_bytes(b"half")
    kept = _sealed.read(tmp_path / _checkpoint.FILE)
    assert kept is not None
    assert len(kept[1]["readings"]) == after
    assert read(train, tmp_path) == whole


def test_the_flat_model_is_kept_by_its_weights_alone(few_faces: Dataset, tmp_path: Path) -> None:
    """From the second phase on, of which it is no more than the beginning."""
    train = conquering(few_faces)
    names = []
    for stop in (FLAT, FLAT + 1):
        read(train, tmp_path, stop)
        kept = _sealed.read(tmp_path / _checkpoint.FILE)
        assert kept is not None
        names.append({name for name in kept[0] if name.startswith("flat/optimizer/")})
    assert names[0]
    assert not names[1]


@pytest.mark.parametrize(
    ("other", "change"),
    [
        ("seed", lambda dataset: conquering(dataset, seed=6)),
        ("recipe", lambda dataset: conquering(dataset, Recipe(batch_size=8))),
        ("division", lambda dataset: conquering(dataset, division=Division(FLAT, edge_weight="rate"))),
        ("data", lambda dataset: conquering(_paler(dataset))),
    ],
    ids=["seed", "recipe", "division", "data"],
)
def test_what_is_of_another_division_is_left(
    other: str, change: Callable[[Dataset], Training], few_faces: Dataset, tmp_path: Path
) -> None:
    """It is said what differs, and none of it is taken over."""
    read(conquering(few_faces), tmp_path, 1)
    with pytest.warns(UserWarning, match=f"with another {other}; this one begins anew"):
        read(change(few_faces), tmp_path, 1)


def test_what_is_of_other_generators_is_left(few_faces: Dataset, tmp_path: Path) -> None:
    """Another setting, or other images."""
    other = _dcgan.Settings(1 / 64, 4, 1e-3, 1e-3, batch_size=4)
    read(generating(few_faces), tmp_path, 1)
    with pytest.warns(UserWarning, match="with another settings; this one begins anew"):
        read(generating(few_faces, other), tmp_path, 1)
    with pytest.warns(UserWarning, match="with another data; this one begins anew"):
        read(generating(_paler(few_faces), other), tmp_path, 1)


def _paler(dataset: Dataset) -> Dataset:
    images = (dataset.train.images // 2).astype(np.uint8)
    return dataclasses.replace(dataset, train=dataclasses.replace(dataset.train, images=images))


def _killed(train: Any, folder: Path, after: int) -> None:
    """Train until so many readings have been written down, and be killed in the midst of what follows."""
    training = train(folder)
    for _ in range(after):
        next(training)
    register_optimizer_step_post_hook(lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    next(training)
