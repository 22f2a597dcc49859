"""Efficiency: how precisely a plan estimates a linear model, beside a balanced plan of as many runs.

A model is a matrix with one row a run: a constant, and the columns of its terms. They are coded so that over a
balanced plan they are orthogonal and have mean square one: then every efficiency is 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from doe.statistics.contrasts import Matrix

SINGULAR = 1e-10
"""An eigenvalue this small beside the largest is rounding."""


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The four usual criteria, each at most 1 (Atkinson, Donev and Tobias, Optimum Experimental Designs, 2007)."""

    d: float
    """Of the volume of all estimates' joint confidence region."""
    a: float
    """Of the mean variance of the estimates."""
    g: float
    """Of the largest variance of a prediction at the candidates."""
    i: float
    """Of the mean variance of a prediction at the candidates."""


def covariance(model: Matrix) -> Matrix | None:
    """The covariance of the estimates where the error variance is one; None where not all can be estimated."""
    values, vectors = np.linalg.eigh(model.T @ model)
    if values[0] <= SINGULAR * values[-1]:
        return None
    return np.asarray((vectors / values) @ vectors.T)


def efficiency(model: Matrix, candidates: Matrix) -> Efficiency | None:
    """The criteria of a model matrix over the candidate rows; None where not all of it can be estimated.

    G and I are relative to the least that a balanced plan could have: as many error variances as the model has
    coefficients, divided by the runs.
    """
    runs, size = model.shape
    inverse = covariance(model)
    if inverse is None:
        return None
    _, logarithm = np.linalg.slogdet(model.T @ model / runs)
    predicted = np.einsum("ij,jk,ik->i", candidates, inverse, candidates, optimize=True)
    mean_square = float((candidates**2).mean(axis=0).sum())
    return Efficiency(
        d=float(np.exp(logarithm / size)),
        a=float(size / (runs * np.trace(inverse))),
        g=float(size / (runs * predicted.max())),
        i=float(mean_square / (runs * predicted.mean())),
    )


def inflation(terms: Sequence[Matrix]) -> list[float | None]:
    """The variance inflation factor of each term: 1 where it is orthogonal to all others, None where it is aliased.

    The generalised factor of Fox and Monette (Journal of the American Statistical Association 87, 1992), taken to the
    power of one over the degrees of freedom so that terms of different size compare.
    """
    centred = [term - term.mean(axis=0) for term in terms]
    everything = np.hstack(centred)
    products = everything.T @ everything
    starts = np.cumsum([0, *(term.shape[1] for term in centred)])
    factors: list[float | None] = []
    for start, stop in pairwise(starts):
        own = np.arange(start, stop)
        others = np.delete(np.arange(len(products)), own)
        crossed = products[np.ix_(others, own)]
        inverse = np.linalg.pinv(products[np.ix_(others, others)], rcond=SINGULAR, hermitian=True)
        # what is left of the term's products once the others are taken off it
        left = products[np.ix_(own, own)] - crossed.T @ inverse @ crossed
        sizes, kept = np.linalg.eigvalsh(products[np.ix_(own, own)]), np.linalg.eigvalsh(left)
        aliased = kept[0] <= SINGULAR * sizes[-1]
        factors.append(None if aliased else float(np.exp((np.log(sizes) - np.log(kept)).mean())))
    return factors
