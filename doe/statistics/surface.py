"""Response surfaces: a polynomial of first or second order in coded factors, fitted by least squares.

Box and Wilson, On the experimental attainment of optimum conditions, JRSS B 13 (1951). Factors are coded: 0 in the
middle, -1 and 1 at the ends of what was meant to be varied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np

from doe.statistics.contrasts import Matrix
from doe.statistics.linear import p_value, t_quantile

Order: TypeAlias = Literal["second", "interactions", "quadratic", "first"]
Power: TypeAlias = tuple[int, ...]
"""The numbers of the factors that a term multiplies: (0,) is the first factor, (0, 0) its square."""

DEPENDENT = 1e-9
"""A singular value this small beside the largest is rounding: columns depend on one another."""


@dataclass(frozen=True)
class LackOfFit:
    """Whether the surface misses the means of repeated settings by more than their spread explains."""

    df: int
    sum_sq: float
    pure_df: int
    pure_sum_sq: float

    @property
    def statistic(self) -> float:
        """F: the mean square of what the surface misses over that of repeated settings."""
        return (self.sum_sq / self.df) / (self.pure_sum_sq / self.pure_df)

    @property
    def p(self) -> float:
        """How likely so large an F is where the surface is right."""
        return p_value(self.statistic, self.df, self.pure_df)


@dataclass(frozen=True)
class Surface:
    """A fitted polynomial, with shifts for what is no number."""

    powers: tuple[Power, ...]
    """The terms besides the constant."""
    coded: Matrix
    """The coded factors, one row a response."""
    shifts: Matrix
    """Contrast columns of blocks and of nominal factors, which raise or lower the whole surface; may have none."""
    response: Matrix

    @cached_property
    def model(self) -> Matrix:
        """The columns of the constant, the terms and the shifts."""
        return self.columns(self.coded, self.shifts)

    def columns(self, coded: Matrix, shifts: Matrix | None = None) -> Matrix:
        """Rows of the model matrix at coded settings; on the average over the shifts unless they are given."""
        if shifts is None:
            shifts = np.zeros((len(coded), self.shifts.shape[1]))
        products = [coded[:, list(power)].prod(axis=1) for power in self.powers]
        return np.column_stack([np.ones(len(coded)), *products, shifts])

    @cached_property
    def coefficients(self) -> Matrix:
        """Of the constant, the terms and the shifts."""
        basis, triangle = self._factored
        return np.asarray(np.linalg.solve(triangle, basis.T @ self.response))

    @cached_property
    def _factored(self) -> tuple[Matrix, Matrix]:
        """The model matrix as orthonormal columns times a triangle."""
        basis, triangle = np.linalg.qr(self.model)
        return basis, triangle

    @property
    def is_estimable(self) -> bool:
        """Whether the rows tell all coefficients apart."""
        triangle = self._factored[1]
        sizes = np.linalg.svd(triangle / np.linalg.norm(triangle, axis=0).clip(1e-300), compute_uv=False)
        return bool(sizes[-1] > DEPENDENT * sizes[0])

    @property
    def error_df(self) -> int:
        """Degrees of freedom that the model leaves."""
        return len(self.response) - int(self.model.shape[1])

    @cached_property
    def error_sum_sq(self) -> float:
        """What the model leaves of the responses' sum of squares."""
        left = self.response - self.model @ self.coefficients
        return float(left @ left)

    @cached_property
    def r_squared(self) -> float:
        """The share of the responses' sum of squares that the model accounts for."""
        centred = self.response - self.response.mean()
        return 1 - self.error_sum_sq / float(centred @ centred)

    @property
    def mean_square(self) -> float | None:
        """The variance of the error; None where the model fits to rounding."""
        centred = self.response - self.response.mean()
        if self.error_df < 1 or self.error_sum_sq <= 1e-20 * float(centred @ centred):
            return None
        return self.error_sum_sq / self.error_df

    @cached_property
    def inverse(self) -> Matrix:
        """The covariance of the coefficients where the variance of the error is one."""
        triangle = np.linalg.inv(self._factored[1])
        return np.asarray(triangle @ triangle.T)

    def standard_error(self, weights: Matrix) -> float | None:
        """Of a sum of coefficients with these weights; None without an estimate of the error."""
        if self.mean_square is None:
            return None
        return float(np.sqrt(max(float(weights @ self.inverse @ weights), 0.0) * self.mean_square))

    def half_width(self, weights: Matrix) -> float | None:
        """Half the length of the 95 % confidence interval of such a sum."""
        error = self.standard_error(weights)
        return None if error is None else float(t_quantile(self.error_df) * error)

    def ratio(self, places: Sequence[int]) -> float | None:
        """F of several coefficients together, given all others; None without an estimate of the error."""
        if self.mean_square is None:
            return None
        some = self.coefficients[list(places)]
        covariance = self.inverse[np.ix_(places, places)]
        return float(some @ np.linalg.solve(covariance, some)) / len(places) / self.mean_square

    def curvature_error(self, direction: Matrix) -> float | None:
        """The standard error of how much the surface bends along a direction of length one.

        Bisgaard and Ankenman, Standard errors for the eigenvalues in second-order response surface models,
        Technometrics 38 (1996).
        """
        bent = [direction[list(power)].prod() * (len(power) == 2) for power in self.powers]  # noqa: PLR2004 - as below
        return self.standard_error(np.array([0.0, *bent, *np.zeros(self.shifts.shape[1])]))

    @property
    def linear(self) -> Matrix:
        """The coefficient of each factor: the slope in the middle."""
        found = dict(zip(self.powers, self.coefficients[1:], strict=False))
        return np.array([found.get((axis,), 0.0) for axis in range(self.coded.shape[1])])

    @property
    def quadratic(self) -> Matrix:
        """The symmetric matrix B of x'Bx: the squares' coefficients, and half of those of the products."""
        factors = self.coded.shape[1]
        matrix = np.zeros((factors, factors))
        for power, value in zip(self.powers, self.coefficients[1:], strict=False):
            if len(power) == 2:  # noqa: PLR2004 - a square or a product
                matrix[power] += value / 2
                matrix[power[::-1]] += value / 2
        return matrix

    @cached_property
    def _repeats(self) -> tuple[int, float]:
        """The degrees of freedom and the sum of squares among repeats of one setting."""
        settings = np.round(np.hstack([self.coded, self.shifts]), 9)
        _, group = np.unique(settings, axis=0, return_inverse=True)
        group = group.ravel()
        counts = np.bincount(group)
        left = self.response - (np.bincount(group, self.response) / counts)[group]
        return len(self.response) - len(counts), float(left @ left)

    @property
    def repeats_itself(self) -> bool:
        """Whether settings were repeated and all repeats gave the very same response."""
        df, sum_sq = self._repeats
        return df > 0 and sum_sq <= DEPENDENT**2 * self.error_sum_sq

    @cached_property
    def lack_of_fit(self) -> LackOfFit | None:
        """None where no setting was repeated, or where the model has as many terms as there are settings."""
        pure_df, pure = self._repeats
        if pure_df == 0 or pure_df >= self.error_df or self.repeats_itself:
            return None
        return LackOfFit(self.error_df - pure_df, self.error_sum_sq - pure, pure_df, pure)


def powers_of(order: Order, curved: Sequence[bool]) -> tuple[Power, ...]:
    """The terms of a surface: all slopes, then products of two factors, then squares.

    Args:
        order: ``second`` has all of them, ``interactions`` no squares, ``quadratic`` no products, ``first``
            neither.
        curved: For each factor, whether it took three values or more; of others there is no square to be had.
    """
    factors = range(len(curved))
    products = list(combinations(factors, 2)) if order in {"second", "interactions"} else []
    squares = [(axis, axis) for axis in factors if curved[axis]] if order in {"second", "quadratic"} else []
    return (*((axis,) for axis in factors), *products, *squares)


def fit_surface(
    coded: Matrix, response: Matrix, powers: Sequence[Power], shifts: Matrix | None = None
) -> Surface | None:
    """Fit the terms; None where the rows cannot tell all of them apart and leave one degree of freedom for error.

    Args:
        coded: The coded factors, one row a response.
        response: What was measured.
        powers: The terms besides the constant.
        shifts: Contrast columns of blocks and of nominal factors.
    """
    shifts = np.zeros((len(response), 0)) if shifts is None else shifts
    if len(response) < 2 + len(powers) + shifts.shape[1]:
        return None
    surface = Surface(tuple(powers), coded, shifts, response)
    return surface if surface.is_estimable else None
