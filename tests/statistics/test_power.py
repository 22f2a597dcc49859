"""Power of F tests, against R's own answers and against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import fdtri
from scipy.stats import f_oneway, ncf, nct

from doe.statistics.power import noncentrality, power
from tests import golden

R = golden.case("power_reference")["expected"]


def test_one_way_analysis_of_variance_agrees_with_r() -> None:
    """power.anova.test: between.var is the variance of the means, so that the non-centrality is (k - 1) n b / w.

    R's non-central F is summed to an error of 1e-9.
    """
    case = R["power_anova_at_n5"]
    size = (case["groups"] - 1) * case["n"] * case["between_var"] / case["within_var"]
    found = power(case["groups"] - 1, case["groups"] * (case["n"] - 1), size)
    assert found == pytest.approx(case["power"], abs=1e-9)


def test_the_sample_size_that_r_finds_has_the_power_that_was_wanted() -> None:
    """R stops its search for n within 1.2e-4."""
    case = R["power_anova_n"]
    low, high = 2.0, 100.0
    while high - low > 1e-12:
        n = (low + high) / 2
        size = (case["groups"] - 1) * n * case["between_var"] / case["within_var"]
        # degrees of freedom need not be whole where the sample size is not
        enough = power(case["groups"] - 1, case["groups"] * (n - 1), size) >= case["power"]
        low, high = (low, n) if enough else (n, high)
    assert high == pytest.approx(case["n"], abs=1.3e-4)


def test_two_samples_agree_with_r() -> None:
    """power.t.test leaves out the tail on the wrong side; with it, t squared is F."""
    case = R["power_t"]
    df = 2 * (case["n"] - 1)
    shift = case["delta"] / case["sd"] * np.sqrt(case["n"] / 2)
    wrong_side = nct.cdf(-np.sqrt(fdtri(1, df, 0.95)), df, shift)
    assert power(1, df, shift**2) - wrong_side == pytest.approx(case["power"], abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(1, 200), st.floats(0.01, 400), st.sampled_from([0.01, 0.05, 0.1]))
def test_power_agrees_with_scipy(df: int, error_df: int, size: float, significance: float) -> None:
    """An independent non-central F distribution."""
    expected = ncf.sf(fdtri(df, error_df, 1 - significance), df, error_df, size)
    assert power(df, error_df, size, significance) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("df", "error_df", "wanted"), [(1, 2, 0.8), (2, 9, 0.9), (7, 100, 0.5), (3, 16, 0.06)])
def test_the_noncentrality_found_has_the_power_wanted(df: int, error_df: int, wanted: float) -> None:
    """The one is the other's inverse."""
    assert power(df, error_df, noncentrality(df, error_df, wanted)) == pytest.approx(wanted, abs=1e-9)


def test_without_error_nothing_is_detected() -> None:
    """No effect is large enough, and one of no size is called significant as often as was allowed."""
    assert power(2, 0, 100.0) == 0
    assert noncentrality(2, 0, 0.8) == float("inf")
    assert power(2, 10, 0.0) == 0.05
    assert noncentrality(2, 10, 0.05) == 0


@pytest.mark.parametrize("size", [1e7, 1e9, 1e300, float("inf")])
def test_an_enormous_effect_is_always_detected(size: float) -> None:
    """However large, and with as little to judge it by as there can be."""
    assert power(1, 1, size) > 0.99


def test_power_is_how_often_a_test_is_significant() -> None:
    """Two thousand simulated experiments with three groups of six."""
    generator = np.random.default_rng(5)
    means = np.array([0.0, 0.5, 1.5])
    samples = generator.normal(means[:, None], 1.0, (2000, 3, 6))
    significant = np.mean([f_oneway(*sample).pvalue < 0.05 for sample in samples])
    size = 6 * ((means - means.mean()) ** 2).sum()
    assert power(2, 15, size) == pytest.approx(significant, abs=0.03)
