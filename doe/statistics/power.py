"""Power: how likely an F test is to notice an effect of a given size, and how large an effect it would notice."""

from __future__ import annotations

import numpy as np

SPREAD = 12.0
"""Standard deviations of a Poisson count beyond which its probabilities add nothing to a double."""

CERTAIN = 1e8
"""Half a non-centrality that no test misses: not even one with a single degree of freedom for error."""


def power(df: int, error_df: int, noncentrality: float, significance: float = 0.05) -> float:
    """The probability that the F test of a term is significant.

    The non-central F distribution is summed as a Poisson mixture of beta distributions (Johnson, Kotz and
    Balakrishnan, Continuous Univariate Distributions 2, 1995, chapter 30).

    Args:
        df: Degrees of freedom of the term.
        error_df: Degrees of freedom of the error; none: nothing can be tested.
        noncentrality: Sum of squared effects over all trials, divided by the error variance.
        significance: How often a term that does nothing may be called significant.
    """
    from scipy.special import betainc, fdtri, gammaln

    if error_df < 1:
        return 0.0
    critical = float(fdtri(df, error_df, 1 - significance))
    place = df * critical / (df * critical + error_df)
    half = noncentrality / 2
    if half == 0:
        return significance
    if half > CERTAIN:
        return 1.0
    reach = SPREAD * np.sqrt(half) + SPREAD**2
    counts = np.arange(max(0, int(half - reach)), int(half + reach) + 1)
    weights = np.exp(counts * np.log(half) - half - gammaln(counts + 1))
    missed = float(weights @ betainc(df / 2 + counts, error_df / 2, place))
    return min(1.0, max(0.0, 1 - missed))


def noncentrality(df: int, error_df: int, wanted: float, significance: float = 0.05) -> float:
    """The non-centrality at which the F test of a term has the power that is wanted; infinite without error."""
    from scipy.optimize import brentq

    if error_df < 1:
        return float("inf")
    if wanted <= significance:
        return 0.0
    high = 1.0
    while power(df, error_df, high, significance) < wanted:
        high *= 2
    return float(brentq(lambda size: power(df, error_df, size, significance) - wanted, 0.0, high, xtol=1e-12))
