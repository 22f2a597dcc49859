"""Correlations of the columns of a model: what a correlation map shows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from doe.statistics.contrasts import Matrix, product

CONSTANT = 1e-9
"""A column that varies less than this is no column."""


def with_interactions(terms: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """The terms, and the two-factor interaction of every pair of them."""
    pairs = combinations(terms, 2)
    return {**terms, **{f"{one} x {two}": product(terms[one], terms[two]) for one, two in pairs}}


def correlations(terms: Mapping[str, Matrix]) -> Matrix:
    """The absolute correlation of every column with every other; 0 for one that does not vary."""
    columns = np.hstack(list(terms.values()))
    centred = columns - columns.mean(axis=0)
    sizes = np.linalg.norm(centred, axis=0)
    unit = np.where(sizes > CONSTANT, centred / np.where(sizes > CONSTANT, sizes, 1.0), 0.0)
    return np.asarray(np.clip(np.abs(unit.T @ unit), 0.0, 1.0))
