"""Conference matrices: zero on the diagonal, -1 and +1 elsewhere, rows orthogonal to one another."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from doe.statistics.galois import field, negative, prime_power, quadratic_character

Matrix: TypeAlias = npt.NDArray[np.int_]

LARGEST = 44
"""The largest order that is looked for."""


def conference(order: int) -> Matrix | None:
    """A conference matrix of an even order, or None where no construction here has one.

    Paley's, of quadratic residues in the field of ``order - 1`` elements (Paley, Journal of Mathematics and Physics
    12, 1933), or a skew one of half the order doubled.
    """
    if order == 2:  # noqa: PLR2004 - the smallest
        return np.array([[0, 1], [-1, 0]])
    if order % 2 == 0 and prime_power(order - 1):
        return _paley(order - 1)
    half = conference(order // 2) if order % 4 == 0 else None
    if half is None or (half != -half.T).any():
        return None
    one = np.eye(len(half), dtype=int)
    return np.block([[half, half + one], [half - one, -half]])


def _paley(size: int) -> Matrix:
    """The quadratic character of all differences, bordered with ones."""
    bordered = np.ones((size + 1, size + 1), int)
    bordered[0, 0] = 0
    # -1 is a square, and the matrix symmetric, where the size is 1 modulo 4
    bordered[1:, 0] = 1 if size % 4 == 1 else -1
    bordered[1:, 1:] = quadratic_character(size)[field(size).add[:, negative(size)]]
    return bordered
