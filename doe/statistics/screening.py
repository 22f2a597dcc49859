"""Interactions tried one at a time on top of a model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from doe.statistics.contrasts import Matrix, product
from doe.statistics.linear import TOLERANCE, Line, triangle
from doe.statistics.strata import Fit


def screen(fit: Fit, pairs: Sequence[tuple[str, str]]) -> list[Line]:
    """What each pair's interaction adds to the model, alone; its degrees of freedom are those that the model lacks.

    All pairs with one first factor are projected at once: a table of n rows is passed over once a factor, and never
    fitted anew. Frisch and Waugh, Econometrica 1 (1933).
    """
    _, sizes, right = np.linalg.svd(triangle(fit.model), full_matrices=False)
    kept = sizes > TOLERANCE * sizes.max()
    basis = fit.model @ (right[kept].T / sizes[kept])
    found = []
    for first, group in groupby(pairs, key=lambda pair: pair[0]):
        some = list(group)
        columns = [product(fit.columns[first,], fit.columns[second,]) for _, second in some]
        places = np.cumsum([0, *(each.shape[1] for each in columns)])
        block = np.hstack(columns)
        explained, along = basis.T @ block, block.T @ fit.residuals
        for pair, each, start, end in zip(some, columns, places, places[1:], strict=False):
            share = explained[:, start:end]
            found.append(_line(pair, each.T @ each - share.T @ share, along[start:end], len(block)))
    return found


def _line(pair: tuple[str, str], own: Matrix, along: Matrix, rows: int) -> Line:
    """A sum of squares from what is new in an interaction's columns, and how far the residuals go along it."""
    values, vectors = np.linalg.eigh(own)
    # The columns have mean square one, so that rounding leaves about 1e-16 of the rows where nothing is new.
    kept = values > 1e-9 * rows
    parts = (vectors[:, kept].T @ along) ** 2 / values[kept]
    return Line(pair, int(kept.sum()), float(parts.sum()))
