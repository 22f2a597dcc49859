"""The studentized range and Holm's steps are those of scipy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest

from doe.statistics.comparisons import holm, tukey_p, tukey_quantile


@pytest.mark.parametrize("means", [2, 3, 6, 12])
@pytest.mark.parametrize("df", [1, 2, 3.7, 20, 5000])
def test_the_studentized_range_is_that_of_scipy(means: int, df: float) -> None:
    """From the middle to far in the tail, for any degrees of freedom."""
    from scipy.stats import studentized_range

    for statistic in (0.5, 3.5, 8.0):
        assert tukey_p(statistic, means, df) == pytest.approx(studentized_range.sf(statistic, means, df), abs=1e-8)


def test_a_published_table() -> None:
    """Upper 5 % points for three means and 12 df, six and 10: Harter, Annals of Mathematical Statistics 31 (1960)."""
    assert tukey_quantile(3, 12) == pytest.approx(3.773, abs=5e-4)
    assert tukey_quantile(6, 10) == pytest.approx(4.912, abs=5e-4)


def test_the_range_of_two_means_is_a_t_test() -> None:
    """The root of two apart."""
    from scipy.stats import t

    assert tukey_p(np.sqrt(2) * 2.3, 2, 7) == pytest.approx(2 * t.sf(2.3, 7), abs=1e-12)


def test_holm_is_that_of_statsmodels() -> None:
    """Ties, ones and the order in which they come included."""
    from statsmodels.stats.multitest import multipletests

    for seed in range(20):
        p = np.random.default_rng(seed).uniform(0, 0.2, 7).round(2)
        assert holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1])
    assert holm([]) == []
