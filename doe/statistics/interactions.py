"""Aliases among interactions: how much of one two-factor interaction an array cannot tell from another."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from doe.statistics.arrays import Array, level_counts
from doe.statistics.contrasts import helmert, product

MOST = 3000
"""Columns of interactions that are compared; of more the table would be longer than anyone reads."""

ROUNDING = 1e-9
"""A share below this is nothing but rounding."""


def interaction_aliases(array: Array) -> dict[tuple[tuple[int, int], tuple[int, int]], float] | None:
    """The share of each two-factor interaction that lies in another, for each two that are not orthogonal.

    The share is the mean of the squared correlations of the first one's contrasts with the second one's columns, as
    for main effects. None where there are too many.

    Args:
        array: Of strength 3 or more, so that the contrasts of an interaction of two columns are orthogonal.
    """
    columns = [helmert(levels)[column] for column, levels in zip(array.T, level_counts(array), strict=True)]
    pairs = list(combinations(range(len(columns)), 2))
    blocks = [product(columns[one], columns[two]) for one, two in pairs]
    starts = np.cumsum([0, *(block.shape[1] for block in blocks)])
    if starts[-1] > MOST:
        return None
    everything = np.hstack(blocks) / np.sqrt(len(array))
    squares = (everything.T @ everything) ** 2
    found = {}
    for first, second in combinations(range(len(pairs)), 2):
        met = squares[starts[first] : starts[first + 1], starts[second] : starts[second + 1]]
        for one, other, axis in ((first, second, 1), (second, first, 0)):
            share = float(met.sum(axis=axis).mean()) if met.size else 0.0
            if share > ROUNDING:
                found[pairs[one], pairs[other]] = 1.0 if share > 1 - ROUNDING else share
    return found
