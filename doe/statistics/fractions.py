"""Regular two-level fractions: the ones that confound least, and what a given one confounds.

A fraction of 2^m runs is a list of columns, each a whole number whose bits say which of the m basic factors it is the
product of: 1, 2, 4, ... are the basic factors themselves, 7 is the product of the first three.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from math import comb
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Pattern: TypeAlias = tuple[int, ...]
"""How many words of length 1, 2, 3, ... the defining relation has."""

BEAM = {7: 10, 8: 5, 9: 3}
"""How many fractions, different by the words their columns stand in, are built on at each step; else 40."""


@cache
def least_aberration(basic: int, factors: int) -> tuple[int, ...]:
    """The columns of the fraction of ``2 ** basic`` runs whose shortest words are fewest.

    Fractions grow by one column at a time; of those alike in word lengths and in the words of each column, one is kept
    (Chen, Sun and Wu, A catalogue of two-level and three-level fractional factorial designs with small runs,
    International Statistical Review 61, 1993), and of all, the ``BEAM`` that confound least. As the best of few columns
    do not grow into the best of many, fractions whose words are all even grow beside them. The published patterns of
    up to 64 runs are reached; nothing proves that there is none better beyond.

    Args:
        basic: How many factors the runs are a full factorial of.
        factors: How many columns, ``basic`` at least and ``2 ** basic - 1`` at most.
    """
    kinds = (False, True) if factors <= 2 ** (basic - 1) else (False,)
    columns = min((_grown(basic, factors, even)[0] for even in kinds), key=lambda found: pattern(basic, found))
    # the shortest products last: 2^(5-1) is written e = abcd
    return (*columns[:basic], *sorted(columns[basic:], key=lambda column: (column.bit_count(), column)))


@cache
def _grown(basic: int, factors: int, even: bool) -> tuple[tuple[int, ...], ...]:  # noqa: FBT001 - cached by place
    """The best fractions of that many columns, best first; of words of even length only, if so asked."""
    if factors == basic:
        return (tuple(1 << bit for bit in range(basic)),)
    bits = _parities(basic)
    table = krawtchouk(factors)
    beam = BEAM.get(basic, 40)
    seen: dict[tuple[Pattern, tuple[Pattern, ...]], tuple[int, ...]] = {}
    for columns in _grown(basic, factors - 1, even):
        weights = bits[list(columns)].sum(axis=0)
        rest = [c for c in range(1, 2**basic) if c not in columns and (not even or c.bit_count() % 2)]
        patterns = _patterns(weights + bits[rest], table)
        for place in sorted(range(len(rest)), key=lambda place: patterns[place])[:beam]:
            grown = (*columns, rest[place])
            without = _patterns(weights + bits[rest[place]] - bits[list(grown)], table)
            seen.setdefault((patterns[place], tuple(sorted(without))), grown)
    return tuple(seen[key] for key in sorted(seen)[:beam])


@cache
def krawtchouk(factors: int) -> npt.NDArray[np.float64]:
    """The Krawtchouk polynomials: row w, column j is the coefficient of z^j in (1 - z)^w (1 + z)^(factors - w)."""
    return np.array(
        [
            [sum((-1) ** s * comb(w, s) * comb(factors - w, j - s) for s in range(j + 1)) for j in range(factors + 1)]
            for w in range(factors + 1)
        ],
        dtype=np.float64,
    )


@cache
def _parities(basic: int) -> npt.NDArray[np.int_]:
    """For each column, a row, whether it is low or high in each run: the parity of the bits that they share."""
    shared = np.arange(2**basic)[:, None] & np.arange(2**basic)
    parities: npt.NDArray[np.int_] = sum((shared >> bit & 1 for bit in range(basic)), np.zeros_like(shared)) & 1
    return parities


def _patterns(weights: npt.NDArray[np.int_], table: npt.NDArray[np.float64]) -> list[Pattern]:
    """The word lengths of fractions, a row each, by how many columns are high in each run (MacWilliams' identity)."""
    choices, runs = weights.shape
    size = len(table)
    places = weights + size * np.arange(choices)[:, None]
    counts = np.bincount(places.ravel(), minlength=choices * size).reshape(choices, size)
    words = np.rint(counts @ table / runs).astype(int)
    return [tuple(row) for row in words[:, 1:].tolist()]


def pattern(basic: int, columns: tuple[int, ...]) -> Pattern:
    """How many words of length 1, 2, 3, ... the defining relation of a fraction has."""
    weights = _parities(basic)[list(columns)].sum(axis=0)
    return _patterns(weights[None, :], krawtchouk(len(columns)))[0]


def resolution(basic: int, columns: tuple[int, ...]) -> int | None:
    """The length of the shortest word; None for a full factorial, which has no words."""
    return next((length for length, words in enumerate(pattern(basic, columns), start=1) if words), None)


def signs(basic: int, columns: tuple[int, ...]) -> npt.NDArray[np.int_]:
    """The runs, -1 and +1, in standard order: the first factor changes fastest."""
    basis = 2 * ((np.arange(2**basic)[:, None] >> np.arange(basic)) & 1) - 1
    return np.stack(
        [basis[:, [bit for bit in range(basic) if column >> bit & 1]].prod(axis=1) for column in columns], 1
    )


def defining_relation(runs: npt.NDArray[np.int_]) -> list[tuple[int, tuple[int, ...]]]:
    """The words of a table of -1 and +1: each a sign, and the columns, from 0, whose product is that sign in every run.

    None for a table that is no regular fraction: half of a foldover keeps only the words that hold in all of it.
    """
    factors = runs.shape[1]
    words = _null_space((runs != runs[0]).astype(int) if len(runs) else np.zeros((0, factors), int))
    found = []
    for size in range(1, len(words) + 1):
        for chosen in combinations(words, size):
            bits = np.bitwise_xor.reduce(np.array(chosen), axis=0)
            columns = tuple(np.flatnonzero(bits).tolist())
            found.append((int(runs[0, list(columns)].prod()), columns))
    return sorted(found, key=lambda word: (len(word[1]), word[1]))


def _null_space(matrix: npt.NDArray[np.int_]) -> list[npt.NDArray[np.int_]]:
    """A basis of the vectors that the matrix takes to nothing, modulo 2."""
    matrix = np.unique(matrix, axis=0)
    pivots: list[int] = []
    for column in range(matrix.shape[1]):
        places = np.flatnonzero(matrix[len(pivots) :, column]) + len(pivots)
        if not len(places):
            continue
        row = len(pivots)
        matrix[[row, places[0]]] = matrix[[places[0], row]]
        others = [place for place in np.flatnonzero(matrix[:, column]) if place != row]
        matrix[others] ^= matrix[row]
        pivots.append(column)
    basis = []
    for free in (column for column in range(matrix.shape[1]) if column not in pivots):
        vector = np.zeros(matrix.shape[1], int)
        vector[free] = 1
        vector[pivots] = matrix[: len(pivots), free]
        basis.append(vector)
    return basis
