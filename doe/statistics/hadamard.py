"""Hadamard matrices: square matrices of 1 and -1 with orthogonal rows, and the two-level arrays that they are.

Paley, On orthogonal matrices, Journal of Mathematics and Physics 12 (1933); Williamson, Hadamard's determinant theorem
and the sum of four squares, Duke Mathematical Journal 11 (1944); Hedayat, Sloane and Stufken (1999), chapter 7.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from doe.statistics.arrays import Array
from doe.statistics.galois import field, negative, prime_power, quadratic_character

WILLIAMSON = {
    92: ("+++++-++---++---++-++++", "+--++-+-+------+-+-++--", "+-+++--++-+--+-++--+++-", "+-+--+++++----+++++--+-"),
}
"""By number of rows, the first rows of four symmetric circulant matrices whose squares add up to that multiple of one.

That there are such for 92 Baumert, Golomb and Hall found (Bulletin of the American Mathematical Society 68, 1962);
these come from a search of our own through all symmetric signs.
"""


@cache
def hadamard(rows: int) -> Array:
    """A Hadamard matrix whose first row and column are all 1; ValueError where none of the constructions here has one.

    Paley's come first, for their parts leave no effect wholly aliased with two others; then products of smaller ones.
    """
    matrix = _matrix(rows)
    if matrix is None:
        raise ValueError(f"no construction here gives a Hadamard matrix of {rows} rows")
    upright = matrix * matrix[:, :1]
    return np.asarray(upright * upright[:1])


def construction(rows: int) -> str | None:
    """Who has made the matrix of so many rows that is given here; None where it is not."""
    if rows in {1, 2}:
        return "Sylvester"
    if rows % 4:
        return None
    if prime_power(rows - 1):
        return "Paley I"
    if prime_power(rows // 2 - 1) and (rows // 2 - 1) % 4 == 1:
        return "Paley II"
    if rows in WILLIAMSON:
        return "Williamson"
    return "Sylvester" if construction(rows // 2) else None


def two_level(runs: int) -> Array:
    """Strength 2: a saturated array of two levels, a Hadamard matrix without its first column."""
    return np.asarray((1 - hadamard(runs)[:, 1:]) // 2)


def _matrix(rows: int) -> Array | None:
    made = construction(rows)
    if made == "Paley I":
        return _paley_one(rows)
    if made == "Paley II":
        return _paley_two(rows)
    if made == "Williamson":
        return _williamson(rows)
    if made is None or rows == 1:
        return np.ones((1, 1), dtype=np.intp) if made else None
    return np.kron(np.array([[1, 1], [1, -1]]), hadamard(rows // 2))


def _paley_one(rows: int) -> Array:
    """For a prime power q with remainder 3 by 4, q + 1 rows: a skew core and the diagonal."""
    core = np.ones((rows, rows), dtype=np.intp)
    core[1:, 0] = -1
    core[1:, 1:] = _differences(rows - 1) + np.eye(rows - 1, dtype=np.intp)
    return core


def _paley_two(rows: int) -> Array:
    """For a prime power q with remainder 1 by 4, 2(q + 1) rows: a symmetric conference matrix, doubled."""
    size = rows // 2
    conference = np.ones((size, size), dtype=np.intp)
    conference[0, 0] = 0
    conference[1:, 1:] = _differences(size - 1)
    off, on = np.array([[1, 1], [1, -1]]), np.array([[1, -1], [-1, -1]])
    return np.asarray(np.kron(conference, off) + np.kron(np.eye(size, dtype=np.intp), on))


def _williamson(rows: int) -> Array:
    """Four symmetric circulant matrices, set together as the quaternions are."""
    a, b, c, d = (_circulant(signs) for signs in WILLIAMSON[rows])
    return np.block([[a, b, c, d], [-b, a, -d, c], [-c, d, a, -b], [-d, -c, b, a]])


def _circulant(signs: str) -> Array:
    first = np.array([1 if sign == "+" else -1 for sign in signs])
    return np.stack([np.roll(first, shift) for shift in range(len(first))])


def _differences(order: int) -> Array:
    """The quadratic character of row minus column, over the field of that order."""
    return np.asarray(quadratic_character(order)[field(order).add[:, negative(order)]])
