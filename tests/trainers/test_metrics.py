"""The metrics beyond the usual ones, held against their definitions and against scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix

from trainers import _metrics, resnet18
from trainers._recipe import Recipe
from trainers.datasets._dataset import Dataset

CLASSES = ("a", "b:c", "d/e", "f")


def _answers() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    return torch.randn(60, 4, generator=generator) * 2, torch.randint(0, 4, (60,), generator=generator)


def test_the_confusion_matrix_is_scikit_learns() -> None:
    """Row by row, under names that a tracker takes."""
    logits, labels = _answers()
    found = _metrics.more(logits, labels, CLASSES)
    wanted = confusion_matrix(labels, logits.argmax(dim=1), labels=range(4))
    names = ["a", "b_c", "d_e", "f"]
    cells = [[found[f"confusion/{true}/{answered}"] for answered in names] for true in names]
    assert cells == wanted.tolist()


def test_keras_counts_every_class_of_every_image() -> None:
    """An answer that is sure and wrong still has all other classes right: 2 of 4 here, and 3 of 4 for one not sure."""
    sure, unsure = torch.tensor([[9.0, -9, -9, -9]]), torch.zeros(1, 4)
    wrong = torch.tensor([1])
    assert _metrics.more(sure, wrong, CLASSES)["val_binary_accuracy"] == 0.5
    assert _metrics.more(unsure, wrong, CLASSES)["val_binary_accuracy"] == 0.75
    logits, labels = _answers()
    probabilities = np.exp(logits.double().numpy())
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    wanted = ((probabilities > 0.5) == np.eye(4, dtype=bool)[labels.numpy()]).mean()
    assert _metrics.more(logits, labels, CLASSES)["val_binary_accuracy"] == pytest.approx(wanted)


def test_a_trainer_yields_them_when_they_are_asked_for(squares: Dataset) -> None:
    """The diagonal is the accuracy, and the usual metrics are what they were."""
    small = {"weights": "none", "width": 0.125, "base": "trained"}
    (full,) = resnet18.train(squares, 1, 0, recipe=Recipe(batch_size=16, metrics="full"), **small)  # type: ignore[arg-type]
    (usual,) = resnet18.train(squares, 1, 0, recipe=Recipe(batch_size=16), **small)  # type: ignore[arg-type]
    hits = full["confusion/above/above"] + full["confusion/below/below"]
    assert hits / len(squares.val) == full["val_accuracy"]
    assert {name: full[name] for name in usual} == usual


def test_the_test_split_is_read_after_the_last_epoch_only_when_told(squares: Dataset) -> None:
    """Its answers are packed so that each can be told again, and nothing else of the training changes."""
    small = {"weights": "none", "width": 0.125, "base": "trained"}
    told = list(resnet18.train(squares, 2, 0, recipe=Recipe(batch_size=16, read_test=True), **small))  # type: ignore[arg-type]
    plain = list(resnet18.train(squares, 2, 0, recipe=Recipe(batch_size=16), **small))  # type: ignore[arg-type]
    assert "test_accuracy" not in told[0]
    assert told[0] == plain[0]
    assert {name: told[1][name] for name in plain[1]} == plain[1]
    assert told[1]["test_images"] == len(squares.test)
    assert int(told[1]["test_right/0"]).bit_count() / len(squares.test) == told[1]["test_accuracy"]


def test_answers_are_packed_bit_by_bit() -> None:
    """The lowest bit of the first number is the first image's; 48 to a number."""
    logits, labels = _answers()
    right = (logits.argmax(dim=1) == labels).tolist()
    found = _metrics.tested(logits, labels)
    bits = [(int(found[f"test_right/{place // 48}"]) >> place % 48) & 1 for place in range(60)]
    assert bits == [int(hit) for hit in right]
