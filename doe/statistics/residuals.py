"""What the residuals of a linear model tell of its assumptions, each figure with the p of the very model.

Residuals are not independent of one another, and few degrees of freedom tie them closely: nine runs that leave two
look normal whatever the errors are. So the p of a figure without an exact distribution is simulated: normal errors are
drawn, the same model is fitted to them, and the same figure is taken of what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from doe.statistics.arrays import Array
from doe.statistics.contrasts import Matrix
from doe.statistics.linear import TOLERANCE, p_value

DRAWS = 999
"""How often errors are drawn."""

LONG = 1000
"""Rows, drawn from a longer table, by which it is judged where p is simulated."""

FIXED = 1e-9
"""A figure that varies by less over all draws does not depend on the errors."""

FULL = 1 - 1e-8
"""A row of this leverage is fitted by a parameter of its own, and has no residual."""

Figure: TypeAlias = Callable[[Matrix], Matrix]
"""One number for each row of a matrix of residuals; a larger one is odder."""


@dataclass(frozen=True, slots=True)
class Check:
    """A figure, and the probability of one as odd or odder where the assumption holds."""

    statistic: float
    p: float


@dataclass(frozen=True)
class Residuals:
    """A fitted model, seen from what it leaves over."""

    response: Matrix
    columns: Sequence[Matrix]
    """The columns of the model's terms, without that of the constant."""

    @cached_property
    def error_df(self) -> int:
        """Degrees of freedom left for error."""
        return int(len(self.response) - self._span.shape[1])

    @cached_property
    def left(self) -> Matrix:
        """The residuals."""
        return np.asarray(self._over(self.response - self.response.mean()))

    @cached_property
    def fitted(self) -> Matrix:
        """What the model says of each row."""
        return np.asarray(self.response - self.left)

    @cached_property
    def leverage(self) -> Matrix:
        """How much of each row's fitted value is its own response."""
        return np.asarray((self._span**2).sum(axis=1))

    @cached_property
    def studentized(self) -> Matrix:
        """Each residual in standard errors that the other rows give; NaN where a row has none, or there is one df.

        Cook and Weisberg, Residuals and Influence in Regression (1982), 2.2.
        """
        room = np.where(self.leverage < FULL, 1 - self.leverage, np.nan)
        squares = self.left**2 / room
        rest = float(self.left @ self.left) - squares
        if self.error_df < 2:  # noqa: PLR2004 - one is the row's own
            return np.full(len(self.left), np.nan)
        variance = np.maximum(rest, TOLERANCE * float(self.left @ self.left)) / (self.error_df - 1)
        return np.asarray(self.left / np.sqrt(variance * room))

    def outlier(self) -> tuple[int, Check] | None:
        """The row that is furthest out, its p allowing for the choice (Bonferroni); None where none can be judged."""
        from scipy.special import stdtr

        sizes = np.abs(self.studentized)
        if np.isnan(sizes).all():
            return None
        row = int(np.nanargmax(sizes))
        once = 2 * float(stdtr(self.error_df - 1, -sizes[row]))
        return row, Check(float(self.studentized[row]), min(1.0, once * int(np.isfinite(sizes).sum())))

    def beside(self, columns: Matrix) -> tuple[int, Check] | None:
        """The F of columns that are not in the model, and their degrees of freedom; None where it has no room."""
        own = self._over(columns)
        left, sizes, _ = np.linalg.svd(own, full_matrices=False)
        more = left[:, sizes > np.sqrt(TOLERANCE) * np.linalg.norm(columns, axis=0).max()]
        df, error_df = more.shape[1], self.error_df - more.shape[1]
        if not df or error_df < 1:
            return None
        taken = float(((more.T @ self.left) ** 2).sum())
        rest = float(self.left @ self.left) - taken
        if rest <= TOLERANCE * taken:
            return None
        statistic = taken / df / (rest / error_df)
        return df, Check(statistic, p_value(statistic, df, error_df))

    def sampled(self) -> tuple[Residuals, Array]:
        """The same model of no more than LONG rows, drawn at random but always the same, and which rows these are."""
        count = len(self.response)
        rows = np.arange(count)
        if count > LONG:
            rows = np.sort(np.random.default_rng(0).choice(count, LONG, replace=False))
        return Residuals(self.response[rows], [columns[rows] for columns in self.columns]), rows

    def simulated(self, figure: Figure) -> Check | None:
        """A figure of the residuals, with its p by simulation; None where the model fixes it, whatever the errors.

        The errors are seeded, so that a table always has the same p.
        """
        statistic = float(figure(self.left[None, :])[0])
        drawn = figure(self._drawn)
        if np.ptp(drawn) < FIXED:
            return None
        slack = TOLERANCE * abs(statistic)
        return Check(statistic, (1 + int((drawn >= statistic - slack).sum())) / (1 + len(drawn)))

    @cached_property
    def _span(self) -> Matrix:
        model = np.hstack([np.ones((len(self.response), 1)), *self.columns])
        left, sizes, _ = np.linalg.svd(model, full_matrices=False)
        return np.asarray(left[:, sizes > TOLERANCE * sizes.max()])

    @cached_property
    def _drawn(self) -> Matrix:
        return np.asarray(self._over(np.random.default_rng(0).normal(size=(len(self.response), DRAWS))).T)

    def _over(self, values: Matrix) -> Matrix:
        return np.asarray(values - self._span @ (self._span.T @ values))


def curvature(fitted: Residuals) -> tuple[int, Check] | None:
    """Tukey's one degree of freedom for effects that do not add up: the square of the fitted value.

    Tukey, One degree of freedom for non-additivity, Biometrics 5 (1949).
    """
    return fitted.beside(((fitted.fitted - fitted.fitted.mean()) ** 2)[:, None])


def departure(residuals: Matrix) -> Matrix:
    """One minus the squared correlation of the sorted residuals with normal scores (1 - W' of Shapiro and Francia).

    Journal of the American Statistical Association 67 (1972), with the scores of Blom.
    """
    from scipy.special import ndtri

    count = residuals.shape[1]
    scores = ndtri((np.arange(1, count + 1) - 0.375) / (count + 0.25))
    ordered = np.sort(residuals, axis=1)
    centred = ordered - ordered.mean(axis=1, keepdims=True)
    return np.asarray(1 - (centred @ scores) ** 2 / ((centred**2).sum(axis=1) * (scores @ scores)))


def unequal(groups: Array) -> Figure:
    """Brown and Forsythe's F for the spread of groups: distances from the median of each.

    Journal of the American Statistical Association 69 (1974). Larger than any number where distances do not vary.
    """
    numbers = np.unique(groups)

    def figure(residuals: Matrix) -> Matrix:
        distances = np.empty_like(residuals)
        for number in numbers:
            some = groups == number
            distances[:, some] = np.abs(residuals[:, some] - np.median(residuals[:, some], axis=1, keepdims=True))
        total = distances - distances.mean(axis=1, keepdims=True)
        between = np.zeros(len(residuals))
        for number in numbers:
            between += (groups == number).sum() * total[:, groups == number].mean(axis=1) ** 2
        whole = (total**2).sum(axis=1)
        # what is left within groups is never nothing: rounding stays, and a ratio must stay a number
        rest = np.maximum(whole - between, 1e-12 * whole + np.finfo(float).tiny)
        df = len(numbers) - 1
        return np.asarray(between / df / (rest / (residuals.shape[1] - df - 1)))

    return figure


def grows_with(values: Matrix) -> Figure:
    """How closely the size of residuals goes with a value, either way: the absolute correlation."""
    centred = values - values.mean()

    def figure(residuals: Matrix) -> Matrix:
        sizes = np.abs(residuals) - np.abs(residuals).mean(axis=1, keepdims=True)
        norms = np.sqrt((sizes**2).sum(axis=1) * float(centred @ centred))
        return np.asarray(np.abs(sizes @ centred) / np.maximum(norms, np.finfo(float).tiny))

    return figure


def drift(order: Array) -> Figure:
    """How far neighbours in an order resemble each other: 2 minus Durbin and Watson's d, Biometrika 38 (1951)."""
    places = np.argsort(order, kind="stable")

    def figure(residuals: Matrix) -> Matrix:
        steps = np.diff(residuals[:, places], axis=1)
        return np.asarray(2 - (steps**2).sum(axis=1) / (residuals**2).sum(axis=1))

    return figure
