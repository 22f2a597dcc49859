"""The same task gives the same readings, whoever carries it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest
import torch

from doe.executors import EXECUTORS
from doe.model import Completed, Reading, Setting
from doe.protocols import Executor, Resources, Task

from .driving import outcomes, task, trial

ONE = Resources(slots=2, gpus_per_trial=0, preload=("numpy", "torch"))
TWO = Resources(slots=2, gpus_per_trial=0, preload=("numpy", "torch"), threads=2)


@pytest.fixture(scope="module")
def executors(ray_running: None) -> Iterator[Mapping[str, Executor]]:
    """One of each; they are used again and again, since importing torch takes them seconds."""
    with (
        closing(EXECUTORS["serial"](ONE)) as serial,
        closing(EXECUTORS["local"](ONE)) as local,
        closing(EXECUTORS["ray"](ONE)) as ray,
    ):
        yield {"serial": serial, "local": local, "ray": ray}


def test_bit_identical_over_executors(executors: Mapping[str, Executor]) -> None:
    """A network's losses agree in their last digit, though torch had other threads here before and has them again."""
    torch.set_num_threads(2)
    readings = {name: _trained(executor, 1, 2) for name, executor in executors.items()}
    assert torch.get_num_threads() == 2
    assert set(readings) == set(EXECUTORS)
    assert readings["serial"] == readings["local"] == readings["ray"]
    losses = [reading.metrics["loss"] for trained in readings["serial"].values() for reading in trained]
    assert len(set(losses)) == 6
    assert losses[2] < losses[0]


def test_order_and_neighbours_change_nothing(executors: Mapping[str, Executor]) -> None:
    """In another order, among other trials, a second time: readings are the same."""
    alone = _trained(executors["local"], 1)
    for executor in executors.values():
        assert _trained(executor, 3, 1, 2)[1] == alone[1]


def test_unseeded_numbers_follow_from_the_seed(executors: Mapping[str, Executor]) -> None:
    """What a trainer draws without seeding is a trial's own, though all processes are copies of one."""
    drawn = {name: _trained(executor, 1, 2, trainer="odd.py:draw") for name, executor in executors.items()}
    assert drawn["serial"] == drawn["local"] == drawn["ray"]
    first, second = (drawn["local"][run][0].metrics for run in (1, 2))
    assert not set(first.values()) & set(second.values())


SMALL = {"train_images": 60, "val_images": 30, "test_images": 10, "size": 32}
SCRATCH: Setting = {"width": 0.0625, "weights": "none", "base": "trained", "batch_norm": True, "batch_size": 16}
SHELF = {
    "synthetic": Task("trainers.synthetic:train", None, {}, {"optimizer": "sgd"}, 3, 7, "val_accuracy"),
    "vgg16": Task("trainers.vgg16:train", "trainers.datasets.faces:load", SMALL, SCRATCH, 3, 7, "val_accuracy"),
}


@pytest.mark.parametrize("name", SHELF)
def test_a_trainer_from_the_shelf_reads_the_same(executors: Mapping[str, Executor], name: str) -> None:
    """A trainer that is a module, and not a file; the one with augmentation, dropout and batch norm too."""
    ended = [outcomes(executor, [(trial(1), SHELF[name])])[1] for executor in executors.values()]
    assert all(isinstance(outcome, Completed) for outcome in ended), ended
    readings = [outcome.readings for outcome in ended]
    assert len(readings[0]) == 3
    assert readings[0] == readings[1] == readings[2]


def test_threads_are_as_many_as_asked() -> None:
    """Two a trial, in this process and in others, with the same readings."""
    with closing(EXECUTORS["serial"](TWO)) as serial, closing(EXECUTORS["local"](TWO)) as local:
        here, there = _trained(serial, 1), _trained(local, 1)
    assert here == there
    assert {reading.metrics["threads"] for reading in here[1]} == {2.0}


def _trained(executor: Executor, *runs: int, trainer: str = "mlp.py:train") -> dict[int, tuple[Reading, ...]]:
    ended = outcomes(executor, [(trial(run), task(trial(run), trainer, epochs=3)) for run in runs])
    assert all(isinstance(outcome, Completed) for outcome in ended.values()), ended
    return {run: ended[run].readings for run in sorted(ended)}
