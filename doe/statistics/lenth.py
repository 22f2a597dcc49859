"""Lenth's method: the spread of effects most of which do nothing, and how far out an effect must lie to stand out.

Lenth, Quick and easy analysis of unreplicated factorials, Technometrics 31 (1989). Critical values are simulated for
the very number of contrasts, as his t distribution with a third of their number as degrees of freedom is far too wide
for few: on eight contrasts its 5 % are 2.2 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from doe.statistics.contrasts import Matrix

DRAWS = 200_000
"""Tables simulated for few contrasts."""

NUMBERS = 4_000_000
"""Effects simulated at most, but for FEWEST tables."""

FEWEST = 20_000


@dataclass(frozen=True)
class Null:
    """What the ratios of effects to their pseudo standard error are where nothing has an effect; both are sorted."""

    single: Matrix
    """The ratio of any one effect."""

    largest: Matrix
    """The largest ratio of a table."""

    def margin(self, level: float = 0.05) -> float:
        """The ratio (ME / PSE) that any one effect exceeds with this probability."""
        return float(np.quantile(self.single, 1 - level))

    def simultaneous_margin(self, level: float = 0.05) -> float:
        """The ratio (SME / PSE) that one or more of all effects exceed with this probability."""
        return float(np.quantile(self.largest, 1 - level))

    def p(self, ratios: Matrix) -> Matrix:
        """The probability that one effect's ratio is at least this large, for each; never zero."""
        return _above(self.single, ratios)

    def simultaneous_p(self, ratios: Matrix) -> Matrix:
        """The probability that the largest of all ratios is at least this large, for each; never zero."""
        return _above(self.largest, ratios)


def pseudo_standard_error(effects: Matrix) -> Matrix:
    """Lenth's PSE over the last axis: 1.5 times the median size of the effects below 2.5 times a first such estimate.

    Zero where more than half of the effects are.
    """
    sizes = np.abs(effects)
    first = 1.5 * np.median(sizes, axis=-1, keepdims=True)
    small = np.sort(np.where(sizes < 2.5 * first, sizes, np.inf), axis=-1)
    count = np.isfinite(small).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(small, np.maximum(count - 1, 0) // 2, axis=-1)
    high = np.take_along_axis(small, np.minimum(count // 2, np.maximum(count - 1, 0)), axis=-1)
    return np.asarray(np.where(count > 0, 1.5 * (low + high) / 2, 0.0)[..., 0])


@cache
def null(contrasts: int) -> Null:
    """The ratios of so many contrasts of mere noise, simulated; the same each time.

    The margins at 5 % are good to half a per cent, those at 1 % to two.
    """
    draws = max(FEWEST, min(DRAWS, NUMBERS // contrasts))
    effects = np.random.default_rng(0).standard_normal((draws, contrasts))
    ratios = np.abs(effects) / pseudo_standard_error(effects)[:, None]
    return Null(np.sort(ratios, axis=None), np.sort(ratios.max(axis=1)))


def t_margins(contrasts: int, level: float = 0.05) -> tuple[float, float]:
    """ME / PSE and SME / PSE as Lenth (1989) has them: of a t distribution with contrasts / 3 degrees of freedom."""
    from scipy.special import stdtrit

    df = contrasts / 3
    joint = (1 + (1 - level) ** (1 / contrasts)) / 2
    return float(stdtrit(df, 1 - level / 2)), float(stdtrit(df, joint))


def _above(simulated: Matrix, ratios: Matrix) -> Matrix:
    above = len(simulated) - np.searchsorted(simulated, ratios, side="left")
    return np.asarray((above + 1) / (len(simulated) + 1))
