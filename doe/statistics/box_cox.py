"""The power of a response at which a linear model fits it best: Box and Cox, JRSS B 26 (1964)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from doe.statistics.contrasts import Matrix
from doe.statistics.linear import TOLERANCE

REACH = 5.0
"""Powers are looked for from minus this to this; beyond, the data say that they cannot tell."""

GRID = 41
"""Powers that are tried before the best is searched for between its neighbours."""


@dataclass(frozen=True, slots=True)
class Power:
    """The power that fits best, with its 95 % confidence interval by the likelihood ratio."""

    best: float | None
    """None where the likelihood still rises at the end of the powers looked at."""
    low: float | None
    """None where it lies beyond."""
    high: float | None
    """None where it lies beyond."""

    def admits(self, power: float) -> bool:
        """Whether a power lies in the interval."""
        return (self.low is None or self.low <= power) and (self.high is None or power <= self.high)


def box_cox(response: Matrix, columns: Sequence[Matrix]) -> Power:
    """The power by the profile likelihood of the model, which judges the fit and not the shape of the raw response.

    Args:
        response: Above zero.
        columns: The columns of the model's terms, without that of the constant; they leave something for error.
    """
    from scipy.optimize import brentq, minimize_scalar
    from scipy.special import chdtri

    loss = _loss(response, columns)
    grid = np.linspace(-REACH, REACH, GRID)
    losses = [loss(power) for power in grid]
    place = int(np.argmin(losses))
    around = (float(grid[max(place - 1, 0)]), float(grid[min(place + 1, GRID - 1)]))
    found = minimize_scalar(loss, bounds=around, method="bounded", options={"xatol": 1e-9})
    bound = min(float(found.fun), losses[place]) + float(chdtri(1, 0.05)) / 2

    def end(limit: float) -> float | None:
        return None if loss(limit) < bound else float(brentq(lambda power: loss(power) - bound, found.x, limit))

    inside = 0 < place < GRID - 1
    return Power(float(found.x) if inside else None, end(-REACH), end(REACH))


def _loss(response: Matrix, columns: Sequence[Matrix]) -> Callable[[float], float]:
    """Minus the log likelihood of a power, but for a constant: the response is divided by its geometric mean first."""
    left, sizes, _ = np.linalg.svd(np.hstack([np.ones((len(response), 1)), *columns]), full_matrices=False)
    span = left[:, sizes > TOLERANCE * sizes.max()]
    logs = np.log(response) - np.log(response).mean()

    def loss(power: float) -> float:
        moved = logs if abs(power) < TOLERANCE else np.expm1(power * logs) / power
        over = moved - span @ (span.T @ moved)
        return len(logs) / 2 * float(np.log(over @ over))

    return loss
