"""The additive model of a table of results, with the right error for each factor.

A factor that is set once a plot (a training) is judged by how plots differ, one that is read within the plots by how
readings differ within them: readings of one plot are not independent runs. Exact where every plot has all the
readings: Yates, Complex experiments, JRSS Supplement 2 (1935).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from doe.statistics.contrasts import Matrix, helmert, product
from doe.statistics.linear import TOLERANCE, Decomposition, Term, decompose, t_quantile
from doe.statistics.observations import Observations


@dataclass(frozen=True)
class Estimate:
    """A mean as the model has it."""

    mean: float
    half_width: float | None
    """Half the length of its 95 % confidence interval; None without an estimate of the error."""


@dataclass(frozen=True)
class Fit:
    """The additive model, fitted."""

    observations: Observations
    between: Decomposition
    """What the plots' means say."""
    within: Decomposition | None
    """What the differences within plots say; None where each plot has one reading."""

    def mean(self, name: str, level: int) -> Estimate | None:
        """The least-squares mean at a level: every other factor at the average of its levels.

        None where the missing runs leave it open.
        """
        return self.at({name: level})

    def at(self, setting: dict[str, int]) -> Estimate | None:
        """The mean at the given levels (counted from 0), other factors and blocks averaged over; None if left open."""
        weights = np.concatenate([self._weights(name, setting) for name in self._widths])
        solution = self._inverse @ weights
        if np.abs(self._gram @ solution - weights).max() > np.sqrt(TOLERANCE):
            return None
        mean = self._centre + float(self._coefficients @ weights)
        return Estimate(mean, self._half_width(weights, solution))

    @cached_property
    def _names(self) -> list[str]:
        return [*self.observations.blocks, *self.observations.codes]

    @cached_property
    def _widths(self) -> dict[str, int]:
        """How many columns of the model each factor and block has; the constant goes by no name."""
        return {"": 1, **{name: self.observations.contrasts(name).shape[1] for name in self._names}}

    @cached_property
    def _model(self) -> Matrix:
        seen = self.observations
        return np.hstack([np.ones((len(seen.response), 1)), *map(seen.contrasts, self._names)])

    @cached_property
    def _gram(self) -> Matrix:
        return self._model.T @ self._model

    @cached_property
    def _inverse(self) -> Matrix:
        return np.asarray(np.linalg.pinv(self._gram, rcond=TOLERANCE, hermitian=True), dtype=float)

    @cached_property
    def _centre(self) -> float:
        return float(self.observations.response.mean())

    @cached_property
    def _coefficients(self) -> Matrix:
        return np.asarray(np.linalg.lstsq(self._model, self.observations.response - self._centre, rcond=None)[0])

    def _weights(self, name: str, setting: dict[str, int]) -> Matrix:
        """The row of the model matrix at a level: zeros for a factor that is averaged over."""
        if not name:
            return np.ones(1)
        width = self._widths[name]
        return helmert(width + 1)[setting[name]] if name in setting else np.zeros(width)

    def _half_width(self, weights: Matrix, solution: Matrix) -> float | None:
        """By Satterthwaite's degrees of freedom (Biometrics Bulletin 2, 1946) where two errors add up."""
        inner = np.concatenate(
            [np.full(width, name == self.observations.within) for name, width in self._widths.items()]
        )
        parts = [(self.between, ~inner), (self.within, inner)]
        variances = []
        for stratum, mask in parts:
            share = float((weights * solution)[mask].sum())
            if share <= TOLERANCE:
                continue
            if stratum is None or stratum.mean_square is None:
                return None
            variances.append((share * stratum.mean_square, stratum.error_df))
        total = sum(variance for variance, _ in variances)
        df = total**2 / sum(variance**2 / df for variance, df in variances)
        return float(t_quantile(df) * np.sqrt(total))


def fit(observations: Observations) -> Fit:
    """Fit the additive model of all factors and blocks.

    Interactions of the within factor with the others are told apart from its error where that leaves some.
    """
    return Fit(observations, _between(observations), _within(observations))


def _between(seen: Observations) -> Decomposition:
    counts = np.bincount(seen.plots)
    weights = np.sqrt(counts)

    def by_plot(values: Matrix) -> Matrix:
        """Means over the rows of each plot, weighted so that sums of squares count rows."""
        summed = np.stack([np.bincount(seen.plots, column) for column in np.atleast_2d(values.T)], axis=1)
        return summed / weights[:, None]

    terms: dict[Term, Matrix] = {(name,): by_plot(seen.contrasts(name)) for name in [*seen.blocks, *seen.between]}
    centred = seen.response - seen.response.mean()
    return decompose(by_plot(centred)[:, 0], terms, base=weights[:, None])


def _within(seen: Observations) -> Decomposition | None:
    if seen.within is None:
        return None
    counts = np.bincount(seen.plots)

    def inside(values: Matrix) -> Matrix:
        """Differences from the mean of each plot."""
        columns = np.atleast_2d(values.T)
        means = np.stack([np.bincount(seen.plots, column) for column in columns], axis=1) / counts[:, None]
        return columns.T - means[seen.plots]

    own = seen.contrasts(seen.within)
    terms: dict[Term, Matrix] = {(seen.within,): inside(own)}
    crossed: dict[Term, Matrix] = {
        (seen.within, name): inside(product(own, seen.contrasts(name))) for name in seen.between
    }
    response = inside(seen.response)[:, 0]
    none = np.zeros((len(response), 0))
    whole = decompose(response, {**terms, **crossed}, base=none, spent=len(counts))
    return whole if whole.error_df else decompose(response, terms, base=none, spent=len(counts))
