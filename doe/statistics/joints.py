"""Columns joined: a column of a difference scheme, and one that tells its rows apart, made one of more levels.

A difference scheme of n rows over s elements, repeated with every element added, gives columns of s levels and one of n
levels, the row. Let a column of m levels of an array of n runs stand for the rows, and join it with a column y of the
scheme. The joined column of m times s levels is orthogonal to another column z where z - y holds each element equally
often in the rows of each of the m levels, and to whatever else tells rows apart because it is so at each level of m.
In this way come L24(2^13 3^1 4^1), L36(2^2 3^5 6^2) and L54(3^20 6^1 9^1). Schemes and arrays of their rows were first
put together by Wang and Wu (An approach to the construction of asymmetrical orthogonal arrays, Journal of the American
Statistical Association 86, 1991); that what is made here holds is counted by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from doe.statistics.arrays import Array
from doe.statistics.constructions import double_scheme, kronecker_scheme, multiplication_scheme
from doe.statistics.found import HALVES, scheme_of_twelve
from doe.statistics.galois import field, prime_power
from doe.statistics.hadamard import construction, hadamard


class Joint(NamedTuple):
    """A difference scheme of which some columns can be joined with what tells its rows apart."""

    source: str
    """What the scheme is."""

    levels: int
    """How many elements the scheme is over."""

    joined: int
    """How many columns are joined: the first ones of the scheme."""

    kept: int
    """How many columns stay as they are: the last ones."""

    sizes: int
    """How many levels each of the columns has that they are joined with."""

    make: Callable[[], tuple[Array, Array]]
    """Makes the scheme, the columns joined first, and for each of those what it is joined with, row by row."""


def joints(runs: int) -> Iterator[Joint]:
    """What there is for arrays of so many runs."""
    half = runs // 2
    # Where the runs are a power of two, fields give no less.
    if runs % 8 == 0 and construction(half) and not prime_power(runs):
        yield Joint(f"Hadamard matrix ({construction(half)})", 2, 1, half - 2, 2, partial(_matrix, half))
    if runs == 36:  # noqa: PLR2004 - L36
        yield Joint("difference scheme D(12,12,3)", 3, 1, 8, 2, partial(_of_twelve, 1))
        yield Joint("difference scheme D(12,12,3)", 3, 2, 4, 2, partial(_of_twelve, 2))
    if runs == 54:  # noqa: PLR2004 - L54
        yield Joint("difference scheme D(18,18,3)", 3, 1, 15, 3, _of_eighteen)


def joined(joint: Joint, by: Array, columns: tuple[int, ...]) -> Array:
    """Strength 2: the scheme, some of its columns joined with these columns of an array of as many runs as it has rows.

    The columns joined come first, then those kept of the scheme, then the rest of the array.
    """
    scheme, marks = joint.make()
    # Rows and runs in the order of the marks, which both hold equally often.
    scheme = scheme[np.lexsort(marks.T)]
    # Out of step otherwise, lest a column of the one fall on a column of the other, as in a L24(2^13 3^1 4^1) it may.
    steps = np.arange(len(by)) * 7 % len(by)
    by = by[np.lexsort((steps, *by[:, list(columns)].T))]
    add = field(joint.levels).add
    rows = np.concatenate([add[scheme, shift] for shift in range(joint.levels)])
    others = np.tile(by, (joint.levels, 1))
    first = others[:, list(columns)] * joint.levels + rows[:, : joint.joined]
    return np.column_stack([first, rows[:, joint.joined :], np.delete(others, columns, axis=1)])


def _matrix(rows: int) -> tuple[Array, Array]:
    """Between a column of ones and one other the remaining columns are balanced at both levels of that other."""
    scheme = (1 - hadamard(rows)) // 2
    return np.delete(scheme, 1, axis=1), scheme[:, 1:2]


def _of_twelve(columns: int) -> tuple[Array, Array]:
    halves = HALVES[columns]
    scheme = scheme_of_twelve(3)[:, [*range(columns), *halves.kept]]
    return scheme, np.array([[int(mark) for mark in marks] for marks in halves.marks]).T


def _of_eighteen() -> tuple[Array, Array]:
    """From the first column the third differs twice as much as the second; what tells those apart leaves the others."""
    scheme = kronecker_scheme(double_scheme(3), multiplication_scheme(3, 3), 3)
    return scheme[:, [0, *range(3, 18)]], (scheme[:, 1:2] - scheme[:, :1]) % 3
