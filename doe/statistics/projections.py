"""Projections: which few columns of an array a word stands in, and the generalised resolution that follows."""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from math import comb, sqrt

import numpy as np

from doe.statistics.arrays import Array, level_counts
from doe.statistics.contrasts import Matrix, helmert, product

MOST = 100_000
"""Choices of columns that are looked at one by one; more would take longer than the answer is worth."""

ROUNDING = 1e-9
"""A word this short is nothing but rounding."""


def contrasts(array: Array) -> list[Matrix]:
    """The orthogonal contrasts of each column, one row a run."""
    return [helmert(levels)[column] for column, levels in zip(array.T, level_counts(array), strict=True)]


def projected_words(array: Array, size: int) -> dict[tuple[int, ...], float] | None:
    """The generalised words of exactly that many columns, for each choice of columns; they add up to A of that size.

    Xu and Wu, Generalized minimum aberration for asymmetrical fractional factorial designs, Annals of Statistics 29
    (2001), by definition: the squared means of all products of contrasts. None where there are too many choices.
    """
    factors = array.shape[1]
    if comb(factors, size) > MOST:
        return None
    columns = contrasts(array)
    starts = np.cumsum([0, *(column.shape[1] for column in columns)])
    everything = np.hstack(columns)
    words = {}
    for first in combinations(range(factors), size - 1):
        # the last column of a choice is taken together with all that stand behind the others
        block = reduce(product, (columns[place] for place in first), np.ones((len(array), 1)))
        squares = ((everything.T @ block / len(array)) ** 2).sum(axis=1)
        for last in range(max(first, default=-1) + 1, factors):
            word = float(squares[starts[last] : starts[last + 1]].sum())
            words[*first, last] = 0.0 if word < ROUNDING else word
    return words


def generalised_resolution(array: Array, resolution: int) -> float | None:
    """The resolution and how far the worst words are from complete: 3.67 is better than 3.33, 4 has none of length 3.

    Grömping and Xu, Generalized resolution for orthogonal arrays, Annals of Statistics 42 (2014), definition 3.

    Args:
        array: Of at least as many columns as the resolution.
        resolution: The length of its shortest word: one more than its strength.
    """
    words = projected_words(array, resolution)
    if words is None:
        return None
    counts = level_counts(array)
    worst = max(word / max(1, min(counts[place] for place in choice) - 1) for choice, word in words.items())
    return resolution + 1 - sqrt(worst)
