"""Several responses in one number: desirability, and the settings that no other betters in every response.

Derringer and Suich, Simultaneous optimization of several response variables, Journal of Quality Technology 12 (1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doe.statistics.contrasts import Matrix


@dataclass(frozen=True, slots=True)
class Ramp:
    """How desirable the values of a response are: 0 where it is no use, 1 where nothing better is wanted."""

    useless: float
    """From here on, seen from the best, a value is worth nothing."""
    best: float
    """From here on no better value is wanted; above ``useless`` where more is better, below where less is."""
    beyond: float | None = None
    """Where a target is to be hit, a value on its other side that is worth nothing; None: all is 1 beyond the best."""
    weight: float = 1.0
    """The exponent: above 1 only values close to the best count for much."""

    def of(self, values: Matrix) -> Matrix:
        """The desirability of values, from 0 to 1."""
        rising = _share(values, self.useless, self.best)
        if self.beyond is not None:
            rising = np.minimum(rising, _share(values, self.beyond, self.best))
        return np.asarray(rising**self.weight)


def _share(values: Matrix, from_: float, to: float) -> Matrix:
    """How far values are on the way; of a way of no length all that have arrived are at its end."""
    if to == from_:
        return np.where(values == to, 1.0, 0.0)
    return np.clip((values - from_) / (to - from_), 0.0, 1.0)


def overall(each: Matrix) -> Matrix:
    """The geometric mean of desirabilities, one column a response: zero where any of them is.

    Args:
        each: One row a setting.
    """
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.log(each).mean(axis=1)))


def undominated(losses: Matrix) -> npt.NDArray[np.bool_]:
    """Whether no other row is as good in every column and better in one; the smaller the better.

    Args:
        losses: One row a setting, one column a response. Equal rows do not rule one another out.
    """
    best = np.ones(len(losses), dtype=bool)
    for place in np.lexsort(losses.T[::-1]):
        if best[place]:
            ruled_out = (losses >= losses[place]).all(axis=1) & (losses > losses[place]).any(axis=1)
            best &= ~ruled_out
    return best
