"""The linear model of a table of results, with the right error for each term.

A factor that is set once a plot (a training) is judged by how plots differ, one that is read within the plots by how
readings differ within them: readings of one plot are not independent runs. Exact where every plot has all the
readings: Yates, Complex experiments, JRSS Supplement 2 (1935).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from doe.statistics.contrasts import Matrix, helmert, product
from doe.statistics.linear import TOLERANCE, Decomposition, Line, Sums, Term, decompose, t_quantile, triangle
from doe.statistics.observations import Observations


@dataclass(frozen=True)
class Estimate:
    """A mean, or a difference of two, as the model has it."""

    mean: float
    standard_error: float | None
    """None without an estimate of the error."""
    df: float | None
    """The degrees of freedom of that error."""

    @property
    def half_width(self) -> float | None:
        """Half the length of its 95 % confidence interval; None without an estimate of the error."""
        if self.standard_error is None or self.df is None:
            return None
        return float(t_quantile(self.df) * self.standard_error)


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
        estimate = self._estimate(self._row(setting))
        return None if estimate is None else replace(estimate, mean=self._centre + estimate.mean)

    def difference(self, first: dict[str, int], second: dict[str, int]) -> Estimate | None:
        """The mean at the first levels less that at the second, all else averaged over; None if left open."""
        return self._estimate(self._row(first) - self._row(second))

    def contrast(self, name: str, weights: Matrix) -> Line | None:
        """The sum of squares of contrasts among the means of a factor's levels, one row a contrast; None if left open.

        Each given all else, as in type III: Scheffé, The Analysis of Variance (1959), section 2.4.
        """
        rows = weights @ np.stack([self._row({name: level}) for level in range(weights.shape[1])])
        spread = rows @ self._inverse
        if np.abs(spread @ self._gram - rows).max() > np.sqrt(TOLERANCE):
            return None
        values = rows @ self._coefficients
        return Line((name,), len(weights), float(values @ np.linalg.solve(spread @ rows.T, values)))

    def stratum(self, term: Term) -> Decomposition:
        """The part of the decomposition in which a term is judged."""
        return self.within if self.within is not None and self.observations.within in term else self.between

    @cached_property
    def is_orthogonal(self) -> bool:
        """Whether no two terms overlap, so that all types of sums of squares are the same."""
        place = np.repeat(np.arange(len(self.terms) + 1), [1, *(each.shape[1] for each in self.columns.values())])
        overlap = np.where(place[:, None] != place, np.abs(self._gram), 0.0)
        return bool(overlap.max() <= np.sqrt(TOLERANCE) * len(self.observations.response))

    @cached_property
    def fitted(self) -> Matrix:
        """What the model says of each row."""
        return np.asarray(self._centre + self.model @ self._coefficients)

    @cached_property
    def residuals(self) -> Matrix:
        """How far each response is from what the model says of its row."""
        return np.asarray(self.observations.response - self.fitted)

    @cached_property
    def leverage(self) -> Matrix:
        """How much of each row's fitted value is its own response: the diagonal of the hat matrix."""
        return np.asarray(((self.model @ self._inverse) * self.model).sum(axis=1))

    @property
    def rank(self) -> int:
        """How many parameters the rows can tell apart, the constant included."""
        return round(float(self.leverage.sum()))

    @cached_property
    def columns(self) -> dict[Term, Matrix]:
        """The contrast columns of each term, a row a response."""
        return {term: _contrasts(self.observations, term) for term in self.terms}

    @cached_property
    def model(self) -> Matrix:
        """A constant, and beside it the columns of all terms."""
        return np.hstack([np.ones((len(self.observations.response), 1)), *self.columns.values()])

    @cached_property
    def _gram(self) -> Matrix:
        return self.model.T @ self.model

    @cached_property
    def _inverse(self) -> Matrix:
        return np.asarray(np.linalg.pinv(self._gram, rcond=TOLERANCE, hermitian=True), dtype=float)

    @cached_property
    def _centre(self) -> float:
        return float(self.observations.response.mean())

    @cached_property
    def _coefficients(self) -> Matrix:
        turned = triangle(np.column_stack([self.model, self.observations.response - self._centre]))
        return np.asarray(np.linalg.lstsq(turned[:, :-1], turned[:, -1], rcond=None)[0])

    def _row(self, setting: dict[str, int]) -> Matrix:
        return np.concatenate([np.ones(1), *(self._weights(term, setting) for term in self.terms)])

    def _estimate(self, weights: Matrix) -> Estimate | None:
        solution = self._inverse @ weights
        if np.abs(self._gram @ solution - weights).max() > np.sqrt(TOLERANCE):
            return None
        return Estimate(float(self._coefficients @ weights), *self._error(weights, solution))

    def _weights(self, term: Term, setting: dict[str, int]) -> Matrix:
        """The part of a row of the model matrix at these levels: zeros where a factor of the term is averaged over."""
        if not all(name in setting for name in term):
            return np.zeros(self.columns[term].shape[1])
        row = np.ones((1, 1))
        for name in term:
            levels = int(self.observations.all_codes[name].max()) + 1
            row = product(row, helmert(levels)[[setting[name]]])
        return np.asarray(row[0])

    def _error(self, weights: Matrix, solution: Matrix) -> tuple[float | None, float | None]:
        """The standard error and its degrees of freedom.

        Where two errors add up by Satterthwaite, Biometrics Bulletin 2 (1946).
        """
        within = self.observations.within
        sizes = [1, *(columns.shape[1] for columns in self.columns.values())]
        inner = np.repeat([False, *(within in term for term in self.terms)], sizes)
        variances = []
        for stratum, mask in ((self.between, ~inner), (self.within, inner)):
            share = float((weights * solution)[mask].sum())
            if share <= TOLERANCE:
                continue
            if stratum is None or stratum.mean_square is None:
                return None, None
            variances.append((share * stratum.mean_square, stratum.error_df))
        if not variances:
            return None, None
        total = sum(variance for variance, _ in variances)
        return float(np.sqrt(total)), total**2 / sum(variance**2 / df for variance, df in variances)


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
    pairs = [pair for pair in interactions if all(name in observations.all_codes for name in pair)]
    left_out = {frozenset(term) for term in pooled}
    terms = tuple(term for term in [*mains, *pairs] if frozenset(term) not in left_out)
    inner = [term for term in terms if observations.within in term]
    outer = [term for term in terms if observations.within not in term]
    within = _within(observations, inner, sums, left_out) if observations.within else None
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
        if len(counts) == len(seen.plots):
            return values.reshape(len(values), -1)
        summed = np.stack([np.bincount(seen.plots, column) for column in np.atleast_2d(values.T)], axis=1)
        return summed / weights[:, None]

    terms = {term: by_plot(_contrasts(seen, term)) for term in outer}
    centred = seen.response - seen.response.mean()
    return decompose(by_plot(centred)[:, 0], terms, base=weights[:, None], kind=sums)


def _within(
    seen: Observations, inner: Sequence[Term], sums: Sums, left_out: Collection[frozenset[str]]
) -> Decomposition:
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
        pairs: list[Term] = [
            (seen.within, name) for name in seen.between if frozenset((seen.within, name)) not in left_out
        ]
        crossed = {pair: inside(_contrasts(seen, pair)) for pair in pairs}
        whole = decompose(response, {**terms, **crossed}, base=none, kind=sums, spent=len(counts))
        if whole.error_df:
            return whole
    return decompose(response, terms, base=none, kind=sums, spent=len(counts))
