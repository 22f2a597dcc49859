"""Bayesian screening: how probable it is, after the responses, that an effect or a factor does anything.

Box and Meyer, An analysis for unreplicated fractional factorials, Technometrics 28 (1986), for effects; Finding the
active factors in fractionated screening experiments, Journal of Quality Technology 25 (1993), for factors with their
interactions. Factors of more than two levels count with all their degrees of freedom: each of their orthonormal
contrasts has the same prior, so that the answer does not depend on which contrasts are chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb

import numpy as np

from doe.statistics.contrasts import Matrix

EFFECT_PRIOR, INFLATION = 0.2, 10.0
"""What Box and Meyer (1986) used: one effect in five is active, and has ten times the standard deviation of noise."""

FACTOR_PRIOR = 0.25
"""What Box and Meyer (1993) used: one factor in four is active."""

SPREADS = np.geomspace(0.25, 10, 40)
"""Sizes of active effects beside the noise (gamma), of which the likeliest is taken."""

MOST_MODELS, WORK = 5_000, 1.7e8
"""Models that are compared at most, and their number times the cube of the runs."""

CHUNK = 4_000_000
"""Numbers that are held in memory at once."""


def effect_posteriors(
    sums: Matrix,
    dfs: Sequence[int],
    error: tuple[float, int] = (0.0, 0),
    prior: float = EFFECT_PRIOR,
    inflation: float = INFLATION,
) -> Matrix:
    """The probability that each of some orthogonal effects is active (Box and Meyer 1986).

    Given the error's standard deviation, an effect's contrasts are normal with that standard deviation if it is inert,
    and inflation times as much if it is active; the error's has the prior 1 / sigma and is integrated out.

    Args:
        sums: The sum of squares of each effect.
        dfs: Its degrees of freedom.
        error: Sum of squares and degrees of freedom of what replicates tell of the error.
        prior: That an effect is active.
        inflation: The paper's k.
    """
    degrees = np.asarray(dfs, dtype=float)
    total, all_degrees = float(sums.sum()) + error[0], float(degrees.sum()) + error[1]
    # So wide that the integrand has vanished at both ends, but for tables without any noise.
    variance = np.exp(np.linspace(np.log(total) - 60, np.log(total) + 12, 6000))[:, None]
    inert = np.log(1 - prior) - sums / (2 * variance)
    active = np.log(prior) - degrees * np.log(inflation) - sums / (2 * inflation**2 * variance)
    both = np.logaddexp(inert, active)
    density = both.sum(axis=1) - all_degrees / 2 * np.log(variance[:, 0]) - error[0] / (2 * variance[:, 0])
    weights = np.exp(density - density.max())
    return np.asarray(weights @ np.exp(active - both) / weights.sum())


@dataclass(frozen=True)
class Posterior:
    """What the models say together."""

    factors: Matrix
    """The probability that each factor is active, by itself or in an interaction."""

    none: float
    """The probability that none is."""

    spread: float
    """The standard deviation of an active effect's coefficient beside that of the noise: the paper's gamma."""


@dataclass(frozen=True)
class Models:
    """Every set of factors that may be active, with what is needed to weigh them against any responses."""

    active: Matrix
    """One row a model, one column a factor: 1 where it is active."""

    most: int
    """So many factors are active at most."""

    sizes: Matrix
    """For each model the eigenvalues of its prior covariance over noise, for a spread of 1."""

    vectors: Matrix
    """For each model the eigenvectors, over the plots."""

    def posterior(self, response: Matrix, prior: float = FACTOR_PRIOR, spread: float | None = None) -> Posterior:
        """Weigh the models against responses.

        Args:
            response: One number a plot.
            prior: That a factor is active.
            spread: The paper's gamma; None takes the one that leaves least probability to no factor being active,
                as Box and Meyer (1993) advise, which is also the likeliest.
        """
        squares = (self.vectors.transpose(0, 2, 1) @ response) ** 2
        gammas = SPREADS if spread is None else np.array([spread])
        volumes = self._volumes if spread is None else _volumes(self.sizes, gammas)
        bare = self.active.sum(axis=1) * np.log(prior / (1 - prior))
        weights = []
        for gamma, volume in zip(gammas, volumes, strict=True):
            quadratic = (squares / (1 + gamma**2 * self.sizes)).sum(axis=1) / squares[0].sum()
            log = bare - volume - squares.shape[1] / 2 * np.log(quadratic)
            weights.append(np.exp(log - log.max()) / np.exp(log - log.max()).sum())
        best = int(np.argmin([weight[0] for weight in weights]))
        return Posterior(weights[best] @ self.active, float(weights[best][0]), float(gammas[best]))

    @cached_property
    def _volumes(self) -> Matrix:
        return _volumes(self.sizes, SPREADS)


def _volumes(sizes: Matrix, gammas: Matrix) -> Matrix:
    """Half the logarithm of the determinant of each model's covariance, one row a gamma."""
    return np.stack([np.log(1 + gamma**2 * sizes).sum(axis=1) / 2 for gamma in gammas])


def models(factors: Sequence[Matrix], base: Matrix, order: int, limit: int = MOST_MODELS) -> Models:
    """Every set of active factors with all their interactions up to an order; fewer factors where there are too many.

    Args:
        factors: The contrasts of each factor, one row a plot, of mean square 1.
        base: An orthonormal basis of the constant and the blocks, which every model has.
        order: So many factors at most share an interaction; 1: none do.
        limit: So many models at most; fewer of large tables.
    """
    runs = len(base)
    most, number = 0, 1
    limit = min(limit, max(len(factors) + 1, int(WORK / runs**3)))
    while most < len(factors) and number + comb(len(factors), most + 1) <= limit:
        most += 1
        number += comb(len(factors), most)
    sets = [chosen for count in range(most + 1) for chosen in combinations(range(len(factors)), count)]
    active = np.zeros((len(sets), len(factors)))
    for row, chosen in enumerate(sets):
        active[row, list(chosen)] = 1
    rest = np.linalg.svd(base, full_matrices=True)[0][:, base.shape[1] :]
    kernels = np.stack([columns @ columns.T for columns in factors])
    step = max(1, CHUNK // runs**2)
    parts = [
        np.linalg.eigh(rest.T @ _covariance(kernels, active[start : start + step], order) @ rest)
        for start in range(0, len(sets), step)
    ]
    sizes = np.maximum(np.concatenate([each for each, _ in parts]), 0.0)
    return Models(active, most, sizes, rest @ np.concatenate([each for _, each in parts]))


def _covariance(kernels: Matrix, active: Matrix, order: int) -> Matrix:
    """The sum over all interactions of up to so many active factors, each the product of its factors' kernels.

    The elementary symmetric polynomials of the kernels, element by element, so that no column is ever written out.
    """
    runs = kernels.shape[1]
    sums = [np.ones((1, 1, 1)), *(np.zeros((len(active), runs, runs)) for _ in range(order))]
    for kernel, taking in zip(kernels, active.T, strict=True):
        own = taking[:, None, None] * kernel
        for degree in range(order, 0, -1):
            sums[degree] = sums[degree] + own * sums[degree - 1]
    return np.asarray(sum(sums[1:]))
