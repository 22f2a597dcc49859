"""Orthogonal arrays: whether a table of level numbers is balanced, how far, and what it confounds.

An array is a matrix of whole numbers, one row a run, one column a factor, levels counted from 0.
"""

from __future__ import annotations

from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.intp]


BITS = np.array([number.bit_count() for number in range(256)])
"""How many bits of a byte are set."""


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
    if columns == 2:  # noqa: PLR2004 - all pairs at once
        uneven = _uneven_pairs(array, level_counts(array))
        return [(int(one), int(two)) for one, two in np.argwhere(np.triu(uneven, 1))]
    return [choice for choice in combinations(range(array.shape[1]), columns) if not is_balanced(array, choice)]


def strength(array: Array) -> int:
    """The largest t such that any t columns hold every combination of their levels equally often.

    Every choice of columns is counted, none is sampled. Hedayat, Sloane and Stufken, Orthogonal Arrays (1999),
    definition 1.1, for mixed levels as well.
    """
    factors: int = array.shape[1]
    if is_balanced(array, tuple(range(factors))):
        return factors
    reached = 0
    while reached < factors and has_strength(array, reached + 1):
        reached += 1
    return reached


def has_strength(array: Array, wanted: int) -> bool:
    """Whether any so many columns, or all if there are fewer, hold all combinations of their levels equally often."""
    return _has_strength(array, level_counts(array), min(wanted, array.shape[1]))


def _has_strength(array: Array, counts: tuple[int, ...], wanted: int) -> bool:
    """Strength t is strength t - 1 of the columns behind each one, at each of its levels, all as often."""
    if wanted == 0:
        return True
    if not all(_is_even(column, size) for column, size in zip(array.T, counts, strict=True)):
        return False
    if wanted <= 2:  # noqa: PLR2004 - columns, or pairs of them
        return wanted == 1 or not _uneven_pairs(array, counts).any()
    return all(
        _has_strength(array[array[:, first] == level, first + 1 :], counts[first + 1 :], wanted - 1)
        for first in range(len(counts) - wanted + 1)
        for level in range(counts[first])
    )


def _is_even(column: Array, size: int) -> bool:
    met = np.bincount(column, minlength=size)
    return bool((met == met[0]).all())


def _uneven_pairs(array: Array, counts: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """For every two columns whether they do not hold all pairs of levels equally often.

    Each level of each column is the set of its runs, as bits: how often two meet is how many bits they share.
    """
    starts = np.cumsum([0, *counts[:-1]])
    marks = np.zeros((sum(counts), len(array)), dtype=np.bool_)
    marks[array + starts, np.arange(len(array))[:, None]] = True
    met = np.zeros((len(marks), len(marks)), dtype=np.intp)
    for byte in np.packbits(marks, axis=1).T:
        met += BITS[byte[:, None] & byte]
    share = np.repeat(np.array(counts), counts)
    off = met * np.outer(share, share) != len(array)
    uneven = np.logical_or.reduceat(np.logical_or.reduceat(off, starts, axis=0), starts, axis=1)
    np.fill_diagonal(uneven, val=False)
    return np.asarray(uneven)


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
