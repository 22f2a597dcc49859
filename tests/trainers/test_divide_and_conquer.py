"""Divide and conquer: the models of its tree, its two phases, and what it finds in generated faces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from doe.loading.trainers import load_trainer
from tests.trainers.test_grouping import read
from tests.trainers.test_networks import faces_of
from trainers import _conquer, _grouping, _grouping_picture, _nodes, divide_and_conquer
from trainers._architecture import Architecture
from trainers._division import Division
from trainers.datasets import faces
from trainers.datasets._dataset import Dataset

SMALL = {"width": 1 / 16, "weights": "none", "precision": "float32", "flat_epochs": 1}
FINDS: dict[str, Any] = {
    "network": "vgg16",
    "batch_norm": True,
    "width": 0.125,
    "dropout": 0.0,
    "augmentation": "mirror",
    "learning_rate": 2e-3,
    "schedule": "constant",
    "flat_epochs": 8,
}


def readings(dataset: Dataset, epochs: int, seed: int = 0, **told: Any) -> list[dict[str, float]]:
    """Train a small form to the end."""
    trainer = load_trainer("divide_and_conquer")
    return [dict(metrics) for metrics in trainer.begin(dataset, epochs, seed, {**SMALL, **told})]


def test_each_node_sees_its_own_classes(few_faces: Dataset) -> None:
    """Its images are those of its classes, labelled by the output they belong under."""
    part = _nodes.under(few_faces, ((4,), (0, 2)))
    names = few_faces.classes
    assert part.classes == (names[4], f"{names[0]}+{names[2]}")
    chosen = np.isin(few_faces.train.labels, (0, 2, 4))
    assert np.array_equal(part.train.images, few_faces.train.images[chosen])
    assert part.train.labels.tolist() == [0 if label == 4 else 1 for label in few_faces.train.labels[chosen]]
    assert part.counts["val"] == {names[4]: 4, f"{names[0]}+{names[2]}": 8}


@pytest.mark.parametrize("network", ["resnet18", "vgg16", "cnn"])
def test_a_warm_start_answers_as_the_flat_model_does(network: Any, few_faces: Dataset) -> None:
    """Before any step a pair's logits are the flat ones of its classes, and a group's is the mean of its own."""
    from trainers import _architecture, _fit

    small = Architecture(network, weights="none", width=1 / 16, batch_norm=True)
    branches = ((3,), (0, 1))
    flat, fresh = (_architecture.build(small, d) for d in (few_faces, _nodes.under(few_faces, branches)))
    images = torch.from_numpy(np.array(few_faces.val.images))
    logits = _fit.answers(flat, images)
    assert not torch.allclose(_fit.answers(fresh, images)[:, 0], logits[:, 3])
    warm = _fit.answers(_nodes.warmed(fresh, flat, branches), images)
    assert torch.allclose(warm, torch.stack([logits[:, 3], logits[:, :2].mean(dim=1)], dim=1), atol=1e-5)


@given(st.integers(0, 2**31))
def test_the_l1_loss_is_twice_what_the_true_class_lacks(seed: int) -> None:
    """The sum over classes is 2(1 - p), and its gradient on the true logit 2p(p - 1): research/trainers.md 2.1."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(1, 5, generator=generator, dtype=torch.float64, requires_grad=True)
    loss = 5 * _nodes.absolute_error(logits, torch.tensor([2]))
    loss.backward()  # type: ignore[no-untyped-call]
    chance = logits.detach().softmax(dim=1)[0, 2].item()
    assert loss.item() == pytest.approx(2 * (1 - chance))
    assert logits.grad is not None
    assert logits.grad[0, 2].item() == pytest.approx(2 * chance * (chance - 1))
    weighed = _nodes.absolute_error(logits.repeat(2, 1), torch.tensor([2, 1]), torch.tensor([0.0, 0, 3, 0, 0]))
    assert weighed.item() == pytest.approx(loss.item() / 5)


def test_the_phases_follow_one_another(few_faces: Dataset) -> None:
    """First the flat model alone; then, in the epochs that are left, the tree beside the flat one's last accuracy."""
    told = readings(few_faces, 4, flat_epochs=2)
    assert len(told) == 4
    for reading in told[:2]:
        assert reading["val_accuracy"] == reading["val_flat_accuracy"]
        assert "val_routed_soft_accuracy" not in reading
    for reading in told[2:]:
        assert reading["val_flat_accuracy"] == told[1]["val_accuracy"]
        assert reading["val_accuracy"] == reading["val_routed_soft_accuracy"]
        assert sum(reading[f"group/{name}"] for name in few_faces.classes) == 3
        assert 0 <= reading["grouping_stability"] <= 1
    assert told[2]["train_loss"] > told[3]["train_loss"]


@pytest.mark.parametrize("told", [{"grouping": "none"}, {"group_size": 5}], ids=["none", "all of five"])
def test_one_node_is_the_flat_model(told: dict[str, Any], few_faces: Dataset) -> None:
    """Where nothing is divided every number is that of the network's own trainer, and all ways to count agree."""
    own = {"base": "trained", "precision": "float32", "weights": "none", "width": 1 / 16}
    flat = list(load_trainer("resnet18").begin(few_faces, 3, 5, own))
    for plain, reading in zip(flat, readings(few_faces, 3, 5, **told), strict=True):
        assert {name: reading[name] for name in plain} == plain
        alike = {value for name, value in reading.items() if name.startswith("val_") and name not in plain}
        assert alike == {plain["val_accuracy"]}


@pytest.mark.parametrize(
    "change",
    [{"warm_start": False}, {"loss": "l1"}, {"group_size": 2}, {"group_size": 4}, {"network": "cnn"}, {"dropout": 0.5}],
    ids=str,
)
def test_every_switch_changes_the_training(change: dict[str, Any], few_faces: Dataset) -> None:
    """Each gives other numbers in the second phase."""
    assert readings(few_faces, 2, **change)[1]["train_loss"] != readings(few_faces, 2)[1]["train_loss"]


def test_the_models_of_the_tree_have_the_loss_too(few_faces: Dataset) -> None:
    """The mean distance over three outputs is at most two thirds, and a fresh model's cross entropy is more."""
    assert readings(few_faces, 2, loss="l1", warm_start=False)[1]["train_loss"] <= 2 / 3
    assert readings(few_faces, 2, warm_start=False)[1]["train_loss"] > 2 / 3


def test_trainings_go_on_abreast() -> None:
    """One that has ended stands still until the last has."""
    courses = [iter([{"a": 1.0}, {"a": 2.0}, {"a": 3.0}]), iter([{"b": 7.0}])]
    wanted = [[{"a": 1.0}, {"b": 7.0}], [{"a": 2.0}, {"b": 7.0}], [{"a": 3.0}, {"b": 7.0}]]
    assert list(_conquer.abreast(courses)) == wanted


def test_a_flat_model_that_ends_early_leaves_its_epochs_to_the_tree(few_faces: Dataset) -> None:
    """A huge step makes losses rise; the tree begins at once, and every reading of it is whole."""
    told = readings(
        few_faces, 12, flat_epochs=8, learning_rate=5.0, optimizer="sgd", schedule="constant", stop_after_rises=1
    )
    flat = [reading for reading in told if "val_routed_hard_accuracy" not in reading]
    assert 2 <= len(flat) < 8
    assert len(flat) < len(told) <= 12
    assert len({frozenset(reading) for reading in told[len(flat) :]}) == 1


@pytest.mark.parametrize(("classes", "models"), [(2, 1), (3, 2), (4, 2)])
def test_few_classes(classes: int, models: int, few_faces: Dataset) -> None:
    """Two classes leave nothing to divide; three are a pair and one."""
    part = _nodes.under(few_faces, tuple((number,) for number in range(classes)))
    last = readings(part, 2)[-1]
    assert sum(name.startswith("val_stage_") for name in last) == models


def test_the_confusion_matrix_is_of_the_routed_answers(few_faces: Dataset) -> None:
    """Its diagonal is the soft accuracy."""
    last = readings(few_faces, 2, metrics="full")[-1]
    hits = sum(last[f"confusion/{name}/{name}"] for name in few_faces.classes)
    assert hits / len(few_faces.val) == last["val_accuracy"]


@pytest.mark.parametrize(
    ("architecture", "division", "epochs", "size", "line"),
    [
        ({}, {"group_size": 6}, 30, 48, "group_size=6 is no group of the 5 classes of blank; take 2 to 5, or 0"),
        ({}, {"flat_epochs": 30}, 30, 48, "flat_epochs=30 leaves nothing of epochs=30 for the models of the tree"),
        ({}, {}, 30, 7, "images of at least 8x8 are wanted, and blank has 7x7"),
        ({"network": "cnn"}, {}, 30, 31, "images of at least 32x32 are wanted, and blank has 31x31"),
        ({"network": "vgg16"}, {}, 30, 31, "images of at least 32x32 are wanted, and blank has 31x31"),
        ({"weights": "no.pth"}, {}, 30, 48, "weights=no.pth is no file; it may be imagenet, none or a file"),
    ],
)
def test_bad_input_is_one_line(
    architecture: dict[str, Any], division: dict[str, Any], epochs: int, size: int, line: str
) -> None:
    """Before any training, in the user's own words."""
    network = Architecture(**{"weights": "none", **architecture})
    with pytest.raises(ValueError, match=line) as error:
        divide_and_conquer.prepare(faces_of(size), epochs=epochs, architecture=network, division=Division(**division))
    assert "\n" not in str(error.value)
    divide_and_conquer.prepare(faces_of(48), epochs=2, architecture=Architecture(weights="none"), division=Division(1))


def test_the_picture_shows_graph_and_tree(tmp_path: Path) -> None:
    """Of FER2013: the three counts along the path, every class twice, a square a model with its outputs."""
    names, counts = read("fer2013_ipf_from_seed004")
    figure = _grouping_picture.draw(counts, names, _grouping.group(counts, 4))
    figure.savefig(tmp_path / "fer.png")
    graph, tree = ([text.get_text() for text in axes.texts] for axes in figure.axes)
    assert sorted(graph) == sorted([*names, "41", "73", "88"])
    assert sorted(tree) == sorted([*names, "2", "2", "2", "4"])
    assert (tmp_path / "fer.png").stat().st_size > 10_000


@pytest.mark.slow
def test_it_finds_the_designed_group_in_faces() -> None:
    """The four expressions that the generated faces blend most are put together."""
    dataset = faces.load(expressions=7, size=32, train_images=3000, val_images=2000, test_images=7)
    told = readings(dataset, 9, **FINDS)
    assert {name for name in dataset.classes if told[-1][f"group/{name}"]} == {"anger", "fear", "neutral", "sadness"}
    assert told[-1]["val_mean_stage_accuracy"] > told[-1]["val_accuracy"]
