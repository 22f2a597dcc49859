"""Several tasks on one trunk: each is learnt, none disturbs the expression's numbers unless it is given weight."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainers.test_contract import training
from trainers import _architecture, _fit, _tasks, multi_task
from trainers._architecture import Architecture
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset, Split

NET: dict[str, Any] = {"width": 1 / 16, "weights": "none", "augmentation": "none", "batch_size": 16}


@pytest.fixture(scope="module")
def corners(squares: Dataset) -> Dataset:
    """Bright above or below is the expression; beside it a bright left edge, and a shade of the right one of three."""
    random = np.random.default_rng(1)

    def split(old: Split) -> Split:
        marked, tone = random.integers(0, 2, len(old)), random.integers(0, 3, len(old))
        images = np.array(old.images, dtype=np.uint8)
        images[:, 0, :, :8] = 250 * marked[:, None, None]
        images[:, 0, :, 24:] = 120 * tone[:, None, None]
        return Split(images, old.labels, {"marked": marked, "tone": tone})

    return replace(squares, train=split(squares.train), val=split(squares.val), test=split(squares.test))


def _read(dataset: Dataset, epochs: int = 2, seed: int = 0, **told: Any) -> list[dict[str, float]]:
    return training("multi_task", dataset, epochs, seed, **{**NET, "tasks": "all", **told})


def test_every_task_is_learnt(corners: Dataset) -> None:
    """On an easy problem all three come out right, and the loss falls."""
    readings = _read(corners, epochs=15, learning_rate=3e-3, attribute_weight=1.0)
    last = readings[-1]
    assert last["train_loss"] < 0.5 * readings[0]["train_loss"]
    assert min(last["val_accuracy"], last["val_marked_accuracy"], last["val_tone_accuracy"]) > 0.9


@pytest.mark.parametrize(
    ("network", "own"),
    [("resnet18", {}), ("cnn", {"network": "final"}), ("vgg16", {"vertical_flip": True})],
    ids=["resnet18", "cnn", "vgg16"],
)
def test_without_weight_the_attributes_change_nothing(network: str, own: dict[str, Any], few_faces: Dataset) -> None:
    """Every number of the expression is bit for bit that of the network's own trainer, losses too."""
    told = {"network": network, "batch_norm": True, "attribute_weight": 0.0}
    alone = training(network, few_faces, 2, 3, augmentation="none", batch_size=16, **own)
    beside = _read(few_faces, 2, 3, **told)
    for one, other in zip(alone, beside, strict=True):
        assert one == {name: other[name] for name in one}
    assert _read(few_faces, 2, 3, **told, tasks="none") == alone


def test_with_weight_they_change_the_expression(few_faces: Dataset) -> None:
    """The trunk is shared: another weight gives other answers to the expression."""
    plain, weighed = (_read(few_faces, 2, attribute_weight=weight) for weight in (0.0, 1.0))
    assert plain[0]["val_expression_loss"] != weighed[0]["val_expression_loss"]


@pytest.mark.parametrize(("tasks", "names"), [("all", ["old", "glasses", "beard"]), ("beard+old", ["beard", "old"])])
def test_each_task_has_its_metrics(tasks: str, names: list[str], few_faces: Dataset) -> None:
    """An accuracy and a recall each, all of them numbers."""
    (metrics,) = _read(few_faces, 1, tasks=tasks)
    usual = {
        "train_loss",
        "learning_rate",
        *(f"val_{n}" for n in ["loss", "accuracy", "precision", "recall", "f1", "auc"]),
    }
    own = {f"val_{name}_{measure}" for name in names for measure in ("accuracy", "recall")}
    assert set(metrics) == usual | own | {"val_expression_loss"}
    assert all(np.isfinite(value) for value in metrics.values())


def test_the_losses_are_the_weighted_sum(few_faces: Dataset) -> None:
    """By hand from the logits: each task's cross entropy, the attributes' as a mean."""
    values = _tasks.chosen("all", few_faces)
    assert values == {"old": 2, "glasses": 2, "beard": 2}
    torch.manual_seed(0)
    small = Architecture(width=1 / 16, weights="none")
    network = _tasks.with_heads(_architecture.build(small, few_faces), values)
    recipe = Recipe(augmentation="none")
    lesson = _tasks.lesson(few_faces, recipe, values, _tasks.Weights(0.5, 2.0))
    wanted = lesson.targets(few_faces.val)
    network.trained.eval()
    images = torch.tensor(few_faces.val.images)
    logits = _fit.answers(network, images)
    assert logits.shape == (20, 5 + 2 + 2 + 2)
    parts = [
        -part.log_softmax(1)[torch.arange(20), column].mean()
        for part, column in zip(torch.split(logits, [5, 2, 2, 2], dim=1), wanted.T, strict=True)
    ]
    by_hand = float(0.5 * parts[0] + 2.0 * sum(parts[1:]) / 3)
    measured = lesson.judge(logits, wanted)
    assert measured["val_loss"] == pytest.approx(by_hand, rel=1e-5)
    assert lesson.objective(network, images.float(), wanted).item() == pytest.approx(by_hand, rel=1e-5)
    glasses = (logits[:, 7:9].argmax(1) == wanted[:, 2]).float().mean()
    assert measured["val_glasses_accuracy"] == pytest.approx(float(glasses))


def test_attributes_alone_teach_the_expression_nothing(corners: Dataset) -> None:
    """With no weight of its own its output layer stays as it began, and the tasks are learnt."""
    readings = _read(corners, 8, expression_weight=0.0, attribute_weight=1.0, learning_rate=3e-3)
    assert readings[-1]["val_marked_accuracy"] > 0.9
    assert readings[-1]["val_loss"] < readings[0]["val_loss"]


def test_the_seed_decides_with_tasks_too(few_faces: Dataset) -> None:
    """Bit for bit, and a longer training begins like a shorter one."""
    assert _read(few_faces, 3, 5)[:2] == _read(few_faces, 2, 5)
    assert _read(few_faces, 1, 5) != _read(few_faces, 1, 6)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"tasks": "age"}, "tasks=age: faces has no attribute 'age' to learn; there is old, glasses, beard"),
        ({"tasks": "old+old"}, r"tasks=old\+old names an attribute twice"),
        ({"tasks": "none", "expression_weight": 0.0}, "expression_weight=0 leaves nothing to learn"),
        ({"attribute_weight": 0.0, "expression_weight": 0.0}, "expression_weight=0 leaves nothing to learn"),
    ],
    ids=["unknown", "twice", "nothing", "no weight"],
)
def test_bad_tasks_are_one_line(told: dict[str, Any], line: str, few_faces: Dataset) -> None:
    """Before any training."""
    with pytest.raises(ValueError, match=line):
        multi_task.prepare(few_faces, architecture=Architecture(weights="none"), tasks=multi_task.Tasks(**told))


def test_datasets_without_attributes_are_named(squares: Dataset, corners: Dataset) -> None:
    """As are attributes of one value, and values that train never shows; a subject is no task."""
    plain = Architecture(weights="none")
    with pytest.raises(ValueError, match="tasks=all wants attributes of squares, and it has none; take tasks=none"):
        multi_task.prepare(squares, architecture=plain)
    strange = replace(corners.val, attributes={"tone": corners.val.attributes["tone"] + 1})
    with pytest.raises(ValueError, match=r"'tone' of squares has the values 0, 1, 2 in train and 1, 2, 3 in val"):
        multi_task.prepare(replace(corners, val=strange), architecture=plain, tasks=multi_task.Tasks(tasks="tone"))
    who = {"subject": corners.train.labels}
    seen = replace(corners, train=replace(corners.train, attributes=who), val=replace(corners.val, attributes={}))
    with pytest.raises(ValueError, match="it has none"):
        multi_task.prepare(seen, architecture=plain)
