"""Small tables that were found by search instead of by theorem; whether they hold is counted out by the tests.

That such tables exist is known (Wang and Wu, An approach to the construction of asymmetrical orthogonal arrays, Journal
of the American Statistical Association 86, 1991; Seberry 1979 for the twelve rows over four elements). These come from
a search of our own: the first vectors of a kind, each orthogonal to those before it, with random restarts.
"""

from __future__ import annotations

import numpy as np

from doe.statistics.arrays import Array

OVER_THREE = """
000000000000 000011112222 022110211020 012121001202 010220210211 021100122201
012201120120 021021202110 000102221112 021212010102 001222101021 012012022011
"""
"""The columns of a difference scheme D(12, 12, 3)."""

OVER_FOUR = """
000000000000 000111222333 032103132210 021213103032 000222333111 013023120123
032310321102 021321031320 013302201231 032031213021 013230012312 021132310203
"""
"""The columns of a difference scheme D(12, 12, 4), over the field of four elements."""

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


def scheme_of_twelve(levels: int) -> Array:
    """The difference scheme D(12, 12, 3) or D(12, 12, 4)."""
    return _columns(OVER_THREE if levels == 3 else OVER_FOUR)  # noqa: PLR2004 - there are these two


def beside(levels: int) -> Array:
    """Strength 2: 4m runs, a column of m = 3, 5 or 7 levels, and 4, 8 or 12 columns of two."""
    return np.column_stack([np.repeat(np.arange(levels), 4), _columns(BESIDE[levels])])


def _columns(text: str) -> Array:
    return np.array([[int(level) for level in column] for column in text.split()]).T
