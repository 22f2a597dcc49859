"""Small tables that were found by search instead of by theorem; whether they hold is counted out by the tests.

That such tables exist is known (Wang and Wu, An approach to the construction of asymmetrical orthogonal arrays, Journal
of the American Statistical Association 86, 1991; Seberry 1979 for the twelve rows over four elements). These come from
a search of our own: the first vectors of a kind, each orthogonal to those before it, with random restarts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doe.statistics.arrays import Array

OVER_THREE = """
000000000000 000011112222 022110211020 012121001202 010220210211 021100122201
012201120120 021021202110 000102221112 021212010102 001222101021 012012022011
"""
"""The columns of a difference scheme D(12, 12, 3)."""


class Halves(NamedTuple):
    """For the first columns of D(12, 12, 3) halves of its rows in which the others, less that column, are balanced."""

    marks: tuple[str, ...]
    """For each column its halves."""

    kept: tuple[int, ...]
    """The columns that are balanced in all of them."""


HALVES = {
    1: Halves(("100110011001",), (1, 3, 4, 5, 8, 9, 10, 11)),
    2: Halves(("110001011010", "101000111100"), (2, 6, 7, 8)),
}
"""By how many columns are joined with halves."""

OVER_FOUR = """
000000000000 000111222333 032103132210 021213103032 000222333111 013023120123
032310321102 021321031320 013302201231 032031213021 013230012312 021132310203
"""
"""The columns of a difference scheme D(12, 12, 4), over the field of four elements."""

FIFTEEN = """
000000000000000 201120020210121 220211100002121 011212010201220 120201021110220
100021120201212 021021001222110 002011222011120 020102221201101
"""
"""The columns of a difference scheme D(15, 9, 3)."""

BESIDE = {
    3: "011001011010 011010010101 001111001100 001100110110",
    5: """
    01101100010111001100 00110011011001011100 01011010101011000110 01010101100101010101
    00110101110010100110 01101010110000110101 01100011100101101010 00111100101001101001
    """,
    7: """
    0110011010101010100101011100 0110001101010011101010011001 0101100110100110011010011100
    0011001110101001101010100110 0101100101011010100111000110 0011010100111010011001010011
    0101011011001100001110010011 0011110000110101100110011010 0101101000111100101001101001
    0011110011001010110010101001 0101011000110011010110100101 0011001101011100010100111100
    """,
}
"""By number of levels, columns of two levels, orthogonal to a column that has each of its levels four times in turn."""


SPACES = {
    32: ((2, "13+17 4+25 6 14 22 30"),),
    64: (
        (2, "12+39 1+30 3 5 7 8 10 16 41 49 51 58 60 62"),
        (2, "25+46 8+49 3+24 9 13 15 29 37 43 59"),
        (2, "25+46 8+49 3+24 10+20 21 43 56 60"),
    ),
    81: ((3, "27+9 52 39 4 11"),),
}
"""By number of runs, arrays of strength 3: the prime, and columns as the vectors that a run is multiplied by.

A vector is the number that its digits make, written to base p; a column of p^2 levels has two.
"""

COSETS = 54
"""So many runs has the array of strength 3 that is made of cosets: two levels, and five columns of three."""

CODE = ("10011", "01101")
SHIFTS = ("00000 00110 00221", "00001 00122 00212")
"""The words that span a code of nine, and by what they are shifted at the first and the second level of a column."""


def space(runs: int, prime: int, vectors: str) -> Array:
    """Strength 3: the runs are all vectors of a space, the columns what some vectors or pairs of them make of each."""
    exponent = round(np.log(runs) / np.log(prime))
    weights = prime ** np.arange(exponent)[::-1]
    digits = np.arange(runs)[:, None] // weights % prime
    columns = []
    for each in vectors.split():
        column = np.zeros(runs, dtype=np.intp)
        for vector in each.split("+"):
            column = prime * column + digits @ (int(vector) // weights % prime) % prime
        columns.append(column)
    return np.column_stack(columns)


def cosets() -> Array:
    """Strength 3: 54 runs, a column of two levels, five of three."""
    one, two = (np.array([int(digit) for digit in word]) for word in CODE)
    code = np.array([(first * one + second * two) % 3 for first in range(3) for second in range(3)])
    parts = []
    for level, shifts in enumerate(SHIFTS):
        for shift in shifts.split():
            rows = (code + np.array([int(digit) for digit in shift])) % 3
            parts.append(np.column_stack([np.full(len(rows), level), rows]))
    return np.concatenate(parts)


def scheme_of_twelve(levels: int) -> Array:
    """The difference scheme D(12, 12, 3) or D(12, 12, 4)."""
    return _columns(OVER_THREE if levels == 3 else OVER_FOUR)  # noqa: PLR2004 - there are these two


def scheme_of_fifteen() -> Array:
    """The difference scheme D(15, 9, 3)."""
    return _columns(FIFTEEN)


def beside(levels: int) -> Array:
    """Strength 2: 4m runs, a column of m = 3, 5 or 7 levels, and 4, 8 or 12 columns of two."""
    return np.column_stack([np.repeat(np.arange(levels), 4), _columns(BESIDE[levels])])


def _columns(text: str) -> Array:
    return np.array([[int(level) for level in column] for column in text.split()]).T
