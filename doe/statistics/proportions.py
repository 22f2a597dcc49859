"""Proportions: how large a difference between accuracies chance alone lets be noticed.

Shares of images are judged on the scale of twice the arcsine of their root, on which the variance of a share of n
images is 1/n whatever the share (Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd edition, 1988,
chapter 6); the chi-squared test there is that of a binomial model, but for terms of the order of 1/n.
"""

from __future__ import annotations

from math import asin, pi, sin, sqrt


def scaled(share: float) -> float:
    """A share on the arcsine scale, from 0 to pi."""
    return 2 * asin(sqrt(share))


def share(scale: float) -> float:
    """The share that a point of the arcsine scale stands for; the ends hold beyond them."""
    return sin(min(max(scale, 0.0), pi) / 2) ** 2


def power(df: int, noncentrality: float, significance: float = 0.05) -> float:
    """The probability that the chi-squared test of a term is significant.

    Args:
        df: Degrees of freedom of the term.
        noncentrality: Sum of squared effects on the arcsine scale over all trainings, times the images of each.
        significance: How often a term that does nothing may be called significant.
    """
    from scipy.special import chdtri, chndtr

    return float(1 - chndtr(chdtri(df, significance), df, noncentrality))


def noncentrality(df: int, wanted: float, significance: float = 0.05) -> float:
    """The non-centrality at which the chi-squared test of a term has the power that is wanted."""
    from scipy.special import chdtri, chndtrinc

    if wanted <= significance:
        return 0.0
    return float(chndtrinc(chdtri(df, significance), df, 1 - wanted))
