"""Aliases among interactions, against regression of one on the other."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from doe.statistics import contrasts
from doe.statistics.interactions import interaction_aliases

CUBE = np.array(list(product((0, 1), repeat=5)))
FRACTIONS = {
    "resolution 4": CUBE[(CUBE[:, 0] + CUBE[:, 1] + CUBE[:, 2] + CUBE[:, 3]) % 2 == 0],
    "resolution 5": CUBE[CUBE.sum(axis=1) % 2 == 0],
    "three levels": np.array([(*row, sum(row) % 3) for row in product((0, 1, 2), repeat=3)]),
}


@pytest.mark.parametrize("name", FRACTIONS)
def test_shares_are_those_of_regression(name: str) -> None:
    """The mean squared multiple correlation of one interaction's columns with those of the other."""
    array = FRACTIONS[name]
    columns = [contrasts.helmert(int(column.max()) + 1)[column] for column in array.T]
    pairs = list(combinations(range(array.shape[1]), 2))
    found = interaction_aliases(array)
    assert found is not None
    for one, other in product(pairs, pairs):
        left, right = (contrasts.product(columns[a], columns[b]) for a, b in (one, other))
        explained = right @ np.linalg.lstsq(right, left, rcond=None)[0]
        share = float((explained**2).sum() / (left**2).sum())
        if one != other:
            assert found.get((one, other), 0.0) == pytest.approx(share, abs=1e-9)
    assert all(one != other for one, other in found)
    assert bool(found) == (name != "resolution 5")


def test_too_many_interactions_are_not_compared() -> None:
    """Of eighty columns there are 3,160."""
    assert interaction_aliases(np.tile([[0], [1]], (4, 80))) is None
