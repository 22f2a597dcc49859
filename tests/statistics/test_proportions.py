"""Power for shares of images, against statsmodels and against simulated binomial models."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import chdtri, xlogy
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from doe.statistics.proportions import noncentrality, power, scaled, share


@pytest.mark.parametrize(("high", "low", "images"), [(0.9, 0.88, 4000), (0.75, 0.6, 100), (0.99, 0.98, 500)])
def test_two_shares_agree_with_statsmodels(high: float, low: float, images: int) -> None:
    """One degree of freedom is the two-sided test of Cohen's h."""
    size = scaled(high) - scaled(low)
    assert size == pytest.approx(proportion_effectsize(high, low))
    expected = NormalIndPower().power(size, images, 0.05, ratio=1.0, alternative="two-sided")
    assert power(1, images * size**2 / 2) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("shares", [(0.9, 0.88), (0.9, 0.89, 0.875), (0.6, 0.6, 0.65, 0.6)])
def test_power_is_how_often_a_binomial_model_calls_a_factor_significant(shares: tuple[float, ...]) -> None:
    """Its likelihood ratio, in 4000 simulated experiments with 2000 images a level."""
    images, levels = 2000, len(shares)
    counts = np.random.default_rng(3).binomial(images, shares, (4000, levels))
    seen, pooled = counts / images, counts.mean(axis=1, keepdims=True) / images
    ratio = 2 * images * (xlogy(seen, seen / pooled) + xlogy(1 - seen, (1 - seen) / (1 - pooled))).sum(axis=1)
    significant = np.mean(ratio > chdtri(levels - 1, 0.05))
    scales = np.array([scaled(one) for one in shares])
    size = images * ((scales - scales.mean()) ** 2).sum()
    assert power(levels - 1, float(size)) == pytest.approx(significant, abs=0.025)


@pytest.mark.parametrize(("df", "wanted"), [(1, 0.8), (2, 0.9), (7, 0.5)])
def test_the_noncentrality_found_has_the_power_wanted(df: int, wanted: float) -> None:
    """The one is the other's inverse; no more power than significance is had for nothing."""
    assert power(df, noncentrality(df, wanted)) == pytest.approx(wanted, abs=1e-9)
    assert noncentrality(df, 0.05) == 0


def test_the_scale_goes_there_and_back() -> None:
    """And ends where shares end."""
    assert [share(scaled(one)) for one in (0.0, 0.3, 1.0)] == pytest.approx([0, 0.3, 1])
    assert (share(-1.0), share(9.0)) == (0.0, 1.0)
