"""Orthogonal arrays: whether a table of level numbers is balanced, how far, and what it confounds.

An array is a matrix of whole numbers, one row a run, one column a factor, levels counted from 0.
"""

from __future__ import annotations

from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.intp]


def level_counts(array: Array) -> tuple[int, ...]:
    """How many levels each column has."""
    return tuple(int(column.max()) + 1 for column in array.T)


def is_balanced(array: Array, columns: tuple[int, ...]) -> bool:
    """Whether the columns hold every combination of their levels equally often."""
    counts = level_counts(array[:, columns])
    cells = int(np.prod(counts))
    if len(array) % cells:
        return False
    met = np.bincount(np.ravel_multi_index(tuple(array[:, columns].T), counts), minlength=cells)
    return bool((met == met[0]).all())


def unbalanced(array: Array, columns: int) -> list[tuple[int, ...]]:
    """Every choice of that many columns that does not hold all combinations of levels equally often."""
    return [choice for choice in combinations(range(array.shape[1]), columns) if not is_balanced(array, choice)]


def strength(array: Array) -> int:
    """The largest t such that any t columns hold every combination of their levels equally often.

    Hedayat, Sloane and Stufken, Orthogonal Arrays (1999), definition 1.1, for mixed levels as well.
    """
    factors: int = array.shape[1]
    if is_balanced(array, tuple(range(factors))):
        return factors
    reached = 0
    while reached < factors and all(is_balanced(array, choice) for choice in combinations(range(factors), reached + 1)):
        reached += 1
    return reached


def word_lengths(array: Array) -> npt.NDArray[np.float64]:
    """The generalised word length pattern A0, A1, ..., one number for each count of factors.

    Xu and Wu, Generalized minimum aberration for asymmetrical fractional factorial designs, Annals of Statistics 29
    (2001), by their theorem 4: each pair of runs adds a product over the columns, (1 + (s - 1) z) where the two agree
    and (1 - z) where they differ; A_j is the coefficient of z^j over the squared number of runs.
    """
    pattern = np.zeros(array.shape[1] + 1)
    counts = np.array(level_counts(array))
    sizes = np.unique(counts)
    for run in array:
        agreements = np.stack([(array == run)[:, counts == size].sum(axis=1) for size in sizes], axis=1)
        for agreed, times in zip(*np.unique(agreements, axis=0, return_counts=True), strict=True):
            product = np.ones(1)
            for size, equal in zip(sizes, agreed, strict=True):
                for factor in [[1, size - 1]] * equal + [[1, -1]] * (int((counts == size).sum()) - equal):
                    product = np.convolve(product, factor)
            pattern += times * product
    return pattern / len(array) ** 2
