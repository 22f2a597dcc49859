"""Aliases: how much of one effect an array cannot tell from another."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from doe.statistics.arrays import Array, level_counts, strength
from doe.statistics.contrasts import Matrix, helmert, product

ROUNDING = 1e-9
"""A share below this is nothing but rounding."""

SINGULAR = 1e-12
"""An eigenvalue this small beside the largest is rounding."""


def main_effect_aliases(array: Array) -> dict[tuple[int, tuple[int, int]], float]:
    """The share of each main effect that lies in the space of a two-factor interaction of other columns.

    The share is the mean of the squared multiple correlations of the effect's contrasts with the interaction's
    columns: 1 where the interaction cannot be told from the main effect, absent where they are orthogonal. For an
    array of strength 2 the shares times their effects' degrees of freedom add up to 3 A3 (Grömping and Xu,
    Generalized resolution for orthogonal arrays, Annals of Statistics 42, 2014).
    """
    factors = array.shape[1]
    if factors < 3 or strength(array) > 2:  # noqa: PLR2004 - three columns are an effect and an interaction
        return {}
    contrasts = [helmert(levels)[column] for column, levels in zip(array.T, level_counts(array), strict=True)]
    effects = [_basis(contrast) for contrast in contrasts]
    starts = np.cumsum([0, *(effect.shape[1] for effect in effects)])
    everything = np.hstack(effects)
    aliases = {}
    for one, two in combinations(range(factors), 2):
        interaction = _basis(product(contrasts[one], contrasts[two]))
        squares = ((everything.T @ interaction) ** 2).sum(axis=1)
        for factor in range(factors):
            own = squares[starts[factor] : starts[factor + 1]]
            share = float(own.mean()) if own.size else 0.0  # one level, as the others were lost, has no effect
            if factor not in {one, two} and share > ROUNDING:
                aliases[factor, (one, two)] = 1.0 if share > 1 - ROUNDING else share
    return aliases


def _basis(columns: Matrix) -> Matrix:
    """An orthonormal basis of what the columns span beside the constant; quick where there are many more rows."""
    centred = columns - columns.mean(axis=0)
    squares, vectors = np.linalg.eigh(centred.T @ centred)
    kept = squares > SINGULAR * max(squares, default=0.0)
    return np.asarray(centred @ vectors[:, kept] / np.sqrt(squares[kept]))
