"""Correlations of a model's columns."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from doe.statistics.correlations import correlations, with_interactions

GRID = np.array(list(product([-1.0, 1.0], repeat=3)))


def _terms(
    rows: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    return {name: rows[:, [place]] for place, name in enumerate("abc")}


def test_a_half_fraction_aliases_each_main_effect_with_one_interaction() -> None:
    """With c = ab, the columns of c and a x b are one."""
    terms = with_interactions(_terms(GRID[GRID.prod(axis=1) > 0]))
    assert list(terms) == ["a", "b", "c", "a x b", "a x c", "b x c"]
    expected = np.eye(6) + np.fliplr(np.eye(6))
    assert correlations(terms) == pytest.approx(expected)


def test_the_whole_cube_keeps_all_apart() -> None:
    """And so does any column that does not vary: it is correlated with nothing."""
    assert correlations(with_interactions(_terms(GRID))) == pytest.approx(np.eye(6))
    flat = correlations({"a": GRID[:, [0]], "flat": np.ones((8, 1))})
    assert flat == pytest.approx(np.diag([1.0, 0.0]))
