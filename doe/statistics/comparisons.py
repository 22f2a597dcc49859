"""Many comparisons at once: the studentized range, and p values that allow for how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import lgamma, log, sqrt

import numpy as np

from doe.statistics.contrasts import Matrix

NEGLIGIBLE = 40.0
"""A density of exp(-40) of its greatest adds nothing to an integral that has sixteen digits."""


def tukey_p(statistic: float, means: int, df: float) -> float:
    """The probability that the range of so many means is at least so many of their standard errors, by chance alone.

    The statistic of a difference of two means is its t times the root of two; unequal counts as in Kramer, Biometrics
    12 (1956). The double integral of Tukey, The Problem of Multiple Comparisons (1953), by the trapezoidal rule in
    the logarithm of the standard deviation, where both its tails are short.
    """
    root, upper = sqrt(NEGLIGIBLE / df), NEGLIGIBLE / df
    logs = np.linspace(-root - upper, root, 400)
    density = np.exp(df * (logs - (np.exp(2 * logs) - 1) / 2))
    scale = log(2) + df / 2 * log(df / 2) - df / 2 - lgamma(df / 2)
    beyond = 1 - _range_below(statistic * np.exp(logs), means)
    return float(np.clip(np.exp(scale) * (density * beyond).sum() * (logs[1] - logs[0]), 0.0, 1.0))


@lru_cache(maxsize=256)
def tukey_quantile(means: int, df: float, confidence: float = 0.95) -> float:
    """The range, in standard errors of a mean, that chance alone stays below with this confidence."""
    low, high = 0.0, 2.0
    while tukey_p(high, means, df) > 1 - confidence:
        low, high = high, 2 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if tukey_p(middle, means, df) > 1 - confidence else (low, middle)
    return (low + high) / 2


def holm(probabilities: Sequence[float]) -> list[float]:
    """Each p value, allowing for all the others: Holm, Scandinavian Journal of Statistics 6 (1979)."""
    p = np.asarray(probabilities, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(value) for value in adjusted]


def _range_below(widths: Matrix, means: int) -> Matrix:
    """The probability that so many standard normal numbers lie within each width of one another."""
    from scipy.special import ndtr

    points = np.linspace(-8.5, 8.5, 171)
    density = np.exp(-(points**2) / 2) / sqrt(2 * np.pi)
    between = ndtr(points) - ndtr(points - widths[:, None])
    return np.asarray(means * (density * between ** (means - 1)).sum(axis=1) * (points[1] - points[0]))
