"""Precision, recall and F1 by class, held against scikit-learn; whose confusion matrix it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_fscore_support

from doe.analyses.classes import classes
from doe.confusions import confusion_of
from doe.model import Results
from tests import golden
from tests.plots.results import studied

NAMES = ("a", "b", "c")


def _confirmed(*matrices: np.ndarray) -> Results:
    cells = [f"confusion/{true}/{answered}" for true in NAMES for answered in NAMES]
    rows = [
        {"called": called, **dict(zip(cells, map(float, matrix.ravel()), strict=True))}
        for called, matrix in zip(("predicted", "predicted", "baseline"), matrices, strict=True)
    ]
    return replace(golden.founding_l9(), later={"confirm": pd.DataFrame(rows)})


def test_they_are_scikit_learns_over_all_trainings_of_the_confirmed_setting() -> None:
    """A class that is never answered has a precision of 0."""
    generator = np.random.default_rng(1)
    truth = generator.integers(0, 3, (2, 90))
    answers = np.where(generator.random((2, 90)) < 0.6, truth, generator.integers(0, 2, (2, 90)))
    answers[answers == 2] = 1
    matrices = [np.bincount(3 * t + a, minlength=9).reshape(3, 3) for t, a in zip(truth, answers, strict=True)]
    found = classes(_confirmed(*matrices, np.eye(3)))
    assert found is not None
    wanted = precision_recall_fscore_support(truth.ravel(), answers.ravel(), labels=range(3), zero_division=0)
    for column, values in zip(("precision", "recall", "f1"), wanted, strict=False):
        assert [row[column] for row in found.table] == pytest.approx(values.tolist())
    assert [row["images"] for row in found.table] == np.bincount(truth.ravel()).tolist()
    assert found.note.startswith("Predicted setting, 2 trainings together. c is recognised least often, and taken most")


def test_before_a_confirmation_it_is_the_best_training() -> None:
    """By the objective."""
    results = studied()
    best = max(results.completed, key=lambda trial: trial.readings[-1].metrics["val_accuracy"])
    found = confusion_of(results)
    assert found is not None
    assert found.of.startswith(f"run {best.trial.run}, replicate {best.trial.replicate}: val_accuracy")
    assert found.classes == ("happy", "sad")


def test_without_a_confusion_matrix_there_is_no_finding() -> None:
    """A table of accuracies says nothing of classes."""
    assert classes(golden.founding_l9()) is None
