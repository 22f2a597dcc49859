"""Efficiency and variance inflation, by their definitions and against the literature."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from statsmodels.stats.outliers_influence import variance_inflation_factor

from doe.statistics.contrasts import helmert
from doe.statistics.efficiency import efficiency, inflation

GRID = np.array(list(product([-1.0, 1.0], repeat=3)))
CANDIDATES = np.hstack([np.ones((8, 1)), GRID])


def test_a_balanced_plan_is_wholly_efficient() -> None:
    """A half fraction of the cube estimates three main effects as precisely as four runs can."""
    half = CANDIDATES[GRID.prod(axis=1) > 0]
    found = efficiency(half, CANDIDATES)
    assert found is not None
    assert (found.d, found.a, found.g, found.i) == pytest.approx((1, 1, 1, 1))


def test_an_unbalanced_plan_is_less_efficient_by_every_criterion() -> None:
    """By the definitions: determinant, trace, largest and mean variance of a prediction."""
    model = CANDIDATES[[0, 1, 2, 4, 7, 7]]
    inverse = np.linalg.inv(model.T @ model)
    variances = [row @ inverse @ row for row in CANDIDATES]
    found = efficiency(model, CANDIDATES)
    assert found is not None
    assert found.d == pytest.approx(np.linalg.det(model.T @ model) ** 0.25 / 6)
    assert found.a == pytest.approx(4 / (6 * np.trace(inverse)))
    assert found.g == pytest.approx(4 / (6 * max(variances)))
    assert found.i == pytest.approx(4 / (6 * np.mean(variances)))
    assert max(found.d, found.a, found.g, found.i) < 1


def test_what_cannot_be_estimated_has_no_efficiency() -> None:
    """Three runs for four coefficients."""
    assert efficiency(CANDIDATES[:3], CANDIDATES) is None


def test_inflation_is_that_of_statsmodels_for_single_columns() -> None:
    """The usual factor: one over one minus the squared multiple correlation."""
    model = CANDIDATES[[0, 1, 2, 4, 7, 7, 3]]
    expected = [variance_inflation_factor(model, column) for column in (1, 2, 3)]
    assert inflation([model[:, [column]] for column in (1, 2, 3)]) == pytest.approx(expected)


def test_inflation_of_terms_does_not_depend_on_their_coding() -> None:
    """Fox and Monette's factor is the same for any contrasts of the same levels."""
    generator = np.random.default_rng(3)
    levels = generator.integers(0, 3, (12, 2))
    helmerts = [helmert(3)[column] for column in levels.T]
    dummies = [np.eye(3)[column][:, 1:] for column in levels.T]
    assert inflation(helmerts) == pytest.approx(inflation(dummies))


def test_an_aliased_term_has_no_inflation() -> None:
    """Two columns that are the same cannot be told apart."""
    column = GRID[:, [0]]
    assert inflation([column, -column, GRID[:, [1]]]) == [None, None, pytest.approx(1.0)]
