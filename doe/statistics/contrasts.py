"""Contrasts: columns of numbers that stand for the levels of a factor in a linear model.

The columns of a contrast add up to zero over the levels, are orthogonal, and have mean square one: over a balanced
design they stay orthogonal, and a model on them has the grand mean as its intercept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Matrix: TypeAlias = npt.NDArray[np.float64]


def helmert(levels: int) -> Matrix:
    """Each level against the mean of those before it, one row a level, one column fewer than there are levels."""
    contrast = np.triu(-np.ones((levels, levels - 1)))
    for column in range(levels - 1):
        contrast[column + 1, column] = column + 1
    return np.asarray(contrast / np.sqrt((contrast**2).mean(axis=0)))


def polynomial(values: Sequence[float]) -> Matrix:
    """The linear, quadratic, ... trend over the values of the levels, which need not be evenly spaced."""
    scaled = (np.asarray(values, dtype=float) - np.mean(values)) / (np.ptp(values) or 1.0)
    powers = np.vander(scaled, len(values), increasing=True)
    basis, triangle = np.linalg.qr(powers)
    return np.asarray((basis * np.sign(np.diag(triangle)))[:, 1:] * np.sqrt(len(values)))


def product(left: Matrix, right: Matrix) -> Matrix:
    """The columns of an interaction: every column of one effect times every column of the other, row by row."""
    return np.asarray(left[:, :, None] * right[:, None, :]).reshape(len(left), left.shape[1] * right.shape[1])
