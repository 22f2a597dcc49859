"""Differences between levels are those that R's TukeyHSD prints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses.comparisons import comparisons
from doe.model import Asked, Finding, Results
from tests import golden

PLANTS = {
    "ctrl": (4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14),
    "trt1": (4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69),
    "trt2": (6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26),
}
"""Weights of dried plants: Dobson, An Introduction to Statistical Modelling (1983)."""

BREAKS = {
    "AL": (26, 30, 54, 25, 70, 52, 51, 26, 67),
    "AM": (18, 21, 29, 17, 12, 18, 35, 30, 36),
    "AH": (36, 21, 24, 18, 10, 43, 28, 15, 26),
    "BL": (27, 14, 29, 19, 29, 31, 41, 20, 44),
    "BM": (42, 26, 19, 16, 39, 28, 21, 39, 29),
    "BH": (20, 21, 24, 17, 13, 15, 15, 16, 28),
}
"""Breaks of warps of two wools under three tensions: Tippett, Technological Applications of Statistics (1950)."""


def _found(results: Results) -> Finding:
    finding = comparisons(results)
    assert finding is not None
    return finding


def _plants(drop: int = 0) -> Results:
    rows = [{"group": group, "y": weight} for group, weights in PLANTS.items() for weight in weights]
    return golden.results_of(pd.DataFrame(rows[drop:]), ["group"])


def _warps() -> Results:
    rows = [{"wool": cell[0], "tension": cell[1], "y": float(y)} for cell, some in BREAKS.items() for y in some]
    return golden.results_of(pd.DataFrame(rows), ["wool", "tension"])


def test_plants_as_r_compares_them() -> None:
    """TukeyHSD(aov(weight ~ group)) of R's manual: difference, interval, adjusted p."""
    published = [
        (-0.371, -1.0622161, 0.3202161, 0.3908711),
        (0.494, -0.1972161, 1.1852161, 0.1979960),
        (0.865, 0.1737839, 1.5562161, 0.0120064),
    ]
    rows = _found(_plants()).table
    assert [(row["level"], row["against"]) for row in rows] == [("trt1", "ctrl"), ("trt2", "ctrl"), ("trt2", "trt1")]
    for row, wanted in zip(rows, published, strict=True):
        ours = [row[key] for key in ("difference", "low", "high", "p_tukey")]
        assert ours == pytest.approx(wanted, abs=6e-8)


def test_warps_as_r_compares_them() -> None:
    """TukeyHSD(aov(breaks ~ wool + tension), "tension") of R's manual: the error is that of the model."""
    published = {
        ("M", "L"): (-10.0, -19.35342, -0.6465793, 0.0336262),
        ("H", "L"): (-14.722222, -24.07564, -5.3688015, 0.0011218),
        ("H", "M"): (-4.722222, -14.07564, 4.6311985, 0.4474210),
    }
    rows = {(row["level"], row["against"]): row for row in _found(_warps()).table}
    for pair, wanted in published.items():
        ours = [rows[pair][key] for key in ("difference", "low", "high", "p_tukey")]
        assert ours == pytest.approx(wanted, rel=5e-7, abs=6e-8)
    note = _found(_warps()).note
    assert "tension: L above M, L above H." in note
    assert "p_holm allows for all 4 differences at once." in note


def test_unequal_counts_as_statsmodels_compares_them() -> None:
    """Tukey and Kramer, where a level has lost three rows."""
    from statsmodels.stats.multicomp import pairwise_tukeyhsd

    results = _plants(drop=3)
    theirs = pairwise_tukeyhsd(results.table["y"], results.table["group"])
    rows = _found(results).table
    assert [row["difference"] for row in rows] == pytest.approx(theirs.meandiffs)
    assert [row["p_tukey"] for row in rows] == pytest.approx(theirs.pvalues, abs=1e-6)
    assert [row["low"] for row in rows] == pytest.approx(theirs.confint[:, 0], abs=1e-4)


def test_least_squares_means_are_compared() -> None:
    """In a table with an interaction and a lost row: contrasts of the model, as statsmodels tests them."""
    from statsmodels.formula.api import ols

    frame = _warps().table.drop(index=[0, 20, 21])
    results = replace(golden.results_of(frame, ["wool", "tension"]), asked=Asked(interactions=(("wool", "tension"),)))
    fitted = ols("y ~ C(wool, Sum) * C(tension, Sum)", frame).fit()
    # Sum contrasts in the order of the alphabet: H, L and their negative sum M.
    weights = np.zeros(6)
    weights[fitted.params.index.get_loc("C(tension, Sum)[S.H]")] = 1
    weights[fitted.params.index.get_loc("C(tension, Sum)[S.L]")] = -1
    theirs = fitted.t_test(weights)
    row = next(row for row in _found(results).table if (row["level"], row["against"]) == ("H", "L"))
    assert row["difference"] == pytest.approx(theirs.effect.item())


def test_two_levels_and_no_error_are_nothing_to_compare() -> None:
    """The analysis of variance then says all there is."""
    assert comparisons(golden.results_of(golden.table("bhh_pilot_plant_2p3"), ["T", "C", "K"])) is None
    assert comparisons(golden.founding_l9()) is None


def test_a_factor_of_very_many_levels_is_named_and_left_out() -> None:
    """Seventy-eight pairs are no table."""
    generator = np.random.default_rng(0)
    rows = [{"a": a, "b": b, "y": generator.normal()} for a in range(13) for b in range(3) for _ in range(2)]
    found = _found(golden.results_of(pd.DataFrame(rows), ["a", "b"]))
    assert {row["factor"] for row in found.table} == {"b"}
    assert "More than 12 levels, so not compared in pairs: a." in found.note
