"""Scikit-learn's models as trainers: the same answers as by hand, and levels that reach them."""

from typing import Any, get_args

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from tests.trainers.test_contract import training
from trainers import classical
from trainers.datasets import digits
from trainers.datasets._dataset import Dataset


@pytest.fixture(scope="module")
def few_digits(cache: object) -> Dataset:
    """Handwritten digits, eight points a side."""
    return digits.load(size=8)


def _read(dataset: Dataset, **told: Any) -> dict[str, float]:
    (reading,) = training("classical", dataset, epochs=1, **{"model": "logistic_regression", **told})
    return reading


@pytest.mark.parametrize("model", get_args(classical.Model))
def test_every_model_reads_digits(model: str, few_digits: Dataset) -> None:
    """Far better than one in ten, with finite losses."""
    reading = _read(few_digits, model=model, trees=30)
    assert reading["val_accuracy"] > 0.8
    assert np.isfinite(reading["val_loss"])
    assert "val_auc" in reading


def test_the_answers_are_scikit_learns(few_digits: Dataset) -> None:
    """The accuracy is that of the model fitted by hand."""
    rows = [split.images.reshape(len(split), -1) / 255 for split in (few_digits.train, few_digits.val)]
    by_hand = LogisticRegression(C=0.5, max_iter=10_000).fit(rows[0], few_digits.train.labels)
    wanted = by_hand.score(rows[1], few_digits.val.labels)
    assert _read(few_digits, penalty=2.0)["val_accuracy"] == pytest.approx(wanted)
    by_hand = SVC(C=10, kernel="linear").fit(rows[0], few_digits.train.labels)
    wanted = by_hand.score(rows[1], few_digits.val.labels)
    # one against the rest and one against one may differ in ties
    assert _read(few_digits, model="svm", cost=10.0, kernel="linear")["val_accuracy"] == pytest.approx(wanted, abs=0.01)


def test_two_classes_are_told_apart_by_one_margin(squares: Dataset) -> None:
    """The sign of the margin is the answer."""
    assert _read(squares, model="svm")["val_accuracy"] == 1.0


@pytest.mark.parametrize(
    ("model", "change"),
    [
        ("nearest_neighbours", {"neighbours": 50}),
        ("tree", {"depth": 2}),
        ("forest", {"trees": 2}),
        ("svm", {"cost": 0.001}),
        ("logistic_regression", {"penalty": 1e4}),
        ("logistic_regression", {"shades": "standard"}),
    ],
    ids=["neighbours", "depth", "trees", "cost", "penalty", "shades"],
)
def test_every_level_reaches_its_model(model: str, change: dict[str, Any], few_digits: Dataset) -> None:
    """Another level gives other answers."""
    usual = _read(few_digits, model=model)
    assert _read(few_digits, model=model, **change)["val_loss"] != usual["val_loss"]
