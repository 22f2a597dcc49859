"""Contrasts: they add up to zero, are orthogonal, and have mean square one."""

from __future__ import annotations

import numpy as np
import pytest

from doe.statistics.contrasts import Matrix, helmert, polynomial, product


@pytest.mark.parametrize(
    "contrast",
    [*map(helmert, range(2, 8)), polynomial([1, 2, 3]), polynomial([1e-4, 1e-3, 1e-2, 1.0]), polynomial([0, 1])],
    ids=lambda contrast: "x".join(map(str, contrast.shape)),
)
def test_columns_are_orthogonal_to_each_other_and_to_the_mean(contrast: Matrix) -> None:
    """With a column of ones they make an orthogonal basis, each of mean square one."""
    levels = len(contrast)
    whole = np.hstack([np.ones((levels, 1)), contrast])
    assert whole.T @ whole / levels == pytest.approx(np.eye(levels), abs=1e-9)


def test_trends_are_those_of_the_textbook() -> None:
    """Three even levels have the linear contrast -1 0 1 and the quadratic one 1 -2 1, up to scale."""
    linear, quadratic = polynomial([30, 40, 50]).T
    assert linear / linear[2] == pytest.approx([-1, 0, 1])
    assert quadratic / quadratic[2] == pytest.approx([1, -2, 1])


def test_an_interaction_has_every_product() -> None:
    """Two columns times one column give two, row by row."""
    left, right = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0], [6.0]])
    assert product(left, right).tolist() == [[5.0, 10.0], [18.0, 24.0]]
