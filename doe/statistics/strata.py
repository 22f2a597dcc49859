"""The linear model of a table of results, with the right error for each term.

A factor that is set once a plot (a training) is judged by how plots differ, one that is read within the plots by how
readings differ within them: readings of one plot are not independent runs. Exact where every plot has all the
readings: Yates, Complex experiments, JRSS Supplement 2 (1935).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from doe.statistics.contrasts import Matrix, helmert, product
from doe.statistics.linear import TOLERANCE, Decomposition, Sums, Term, decompose, t_quantile
from doe.statistics.observations import Observations


@dataclass(frozen=True)
class Estimate:
    """A mean as the model has it."""

    mean: float
    half_width: float | None
    """Half the length of its 95 % confidence interval; None without an estimate of the error."""


@dataclass(frozen=True)
class Fit:
    """A model of main effects, blocks and the interactions asked for, fitted."""

    observations: Observations
    terms: tuple[Term, ...]
    """The terms of the model besides the constant: blocks, main effects, interactions."""
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
        weights = np.concatenate([np.ones(1), *(self._weights(term, setting) for term in self.terms)])
        solution = self._inverse @ weights
        if np.abs(self._gram @ solution - weights).max() > np.sqrt(TOLERANCE):
            return None
        mean = self._centre + float(self._coefficients @ weights)
        return Estimate(mean, self._half_width(weights, solution))

    @cached_property
    def fitted(self) -> Matrix:
        """What the model says of each row."""
        return np.asarray(self._centre + self._model @ self._coefficients)

    @cached_property
    def residuals(self) -> Matrix:
        """How far each response is from what the model says of its row."""
        return np.asarray(self.observations.response - self.fitted)

    @cached_property
    def leverage(self) -> Matrix:
        """How much of each row's fitted value is its own response: the diagonal of the hat matrix."""
        return np.asarray(((self._model @ self._inverse) * self._model).sum(axis=1))

    @property
    def rank(self) -> int:
        """How many parameters the rows can tell apart, the constant included."""
        return round(float(self.leverage.sum()))

    @cached_property
    def _columns(self) -> dict[Term, Matrix]:
        return {term: _contrasts(self.observations, term) for term in self.terms}

    @cached_property
    def _model(self) -> Matrix:
        return np.hstack([np.ones((len(self.observations.response), 1)), *self._columns.values()])

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

    def _weights(self, term: Term, setting: dict[str, int]) -> Matrix:
        """The part of a row of the model matrix at these levels: zeros where a factor of the term is averaged over."""
        if not all(name in setting for name in term):
            return np.zeros(self._columns[term].shape[1])
        row = np.ones((1, 1))
        for name in term:
            levels = int(self.observations.all_codes[name].max()) + 1
            row = product(row, helmert(levels)[[setting[name]]])
        return np.asarray(row[0])

    def _half_width(self, weights: Matrix, solution: Matrix) -> float | None:
        """By Satterthwaite's degrees of freedom (Biometrics Bulletin 2, 1946) where two errors add up."""
        within = self.observations.within
        sizes = [1, *(columns.shape[1] for columns in self._columns.values())]
        inner = np.repeat([False, *(within in term for term in self.terms)], sizes)
        variances = []
        for stratum, mask in ((self.between, ~inner), (self.within, inner)):
            share = float((weights * solution)[mask].sum())
            if share <= TOLERANCE:
                continue
            if stratum is None or stratum.mean_square is None:
                return None
            variances.append((share * stratum.mean_square, stratum.error_df))
        total = sum(variance for variance, _ in variances)
        df = total**2 / sum(variance**2 / df for variance, df in variances)
        return float(t_quantile(df) * np.sqrt(total))


def fit(
    observations: Observations,
    interactions: Sequence[tuple[str, str]] = (),
    pooled: Sequence[Term] = (),
    sums: Sums = "II",
) -> Fit:
    """Fit all factors and blocks, and what is asked for besides.

    Interactions of the within factor with the others are told apart from its error where that leaves some.

    Args:
        observations: The table.
        interactions: Pairs of factors; one with a factor that has a single level left is passed over.
        pooled: Terms that are left out of the model, so that they are part of its error.
        sums: The type of the sums of squares.
    """
    mains = [(name,) for name in (*observations.blocks, *observations.codes)]
    pairs = [pair for pair in interactions if all(name in observations.codes for name in pair)]
    left_out = {frozenset(term) for term in pooled}
    terms = tuple(term for term in [*mains, *pairs] if frozenset(term) not in left_out)
    inner = [term for term in terms if observations.within in term]
    outer = [term for term in terms if observations.within not in term]
    within = _within(observations, inner, sums) if inner else None
    return Fit(observations, terms, _between(observations, outer, sums), within)


def _contrasts(seen: Observations, term: Term) -> Matrix:
    columns = np.ones((len(seen.response), 1))
    for name in term:
        columns = product(columns, seen.contrasts(name))
    return columns


def _between(seen: Observations, outer: Sequence[Term], sums: Sums) -> Decomposition:
    counts = np.bincount(seen.plots)
    weights = np.sqrt(counts)

    def by_plot(values: Matrix) -> Matrix:
        """Means over the rows of each plot, weighted so that sums of squares count rows."""
        summed = np.stack([np.bincount(seen.plots, column) for column in np.atleast_2d(values.T)], axis=1)
        return summed / weights[:, None]

    terms = {term: by_plot(_contrasts(seen, term)) for term in outer}
    centred = seen.response - seen.response.mean()
    return decompose(by_plot(centred)[:, 0], terms, base=weights[:, None], kind=sums)


def _within(seen: Observations, inner: Sequence[Term], sums: Sums) -> Decomposition:
    counts = np.bincount(seen.plots)

    def inside(values: Matrix) -> Matrix:
        """Differences from the mean of each plot."""
        columns = np.atleast_2d(values.T)
        means = np.stack([np.bincount(seen.plots, column) for column in columns], axis=1) / counts[:, None]
        return columns.T - means[seen.plots]

    response = inside(seen.response)[:, 0]
    terms = {term: inside(_contrasts(seen, term)) for term in inner}
    none = np.zeros((len(response), 0))
    if seen.within is not None and list(inner) == [(seen.within,)]:
        pairs: list[Term] = [(seen.within, name) for name in seen.between]
        crossed = {pair: inside(_contrasts(seen, pair)) for pair in pairs}
        whole = decompose(response, {**terms, **crossed}, base=none, kind=sums, spent=len(counts))
        if whole.error_df:
            return whole
    return decompose(response, terms, base=none, kind=sums, spent=len(counts))
