"""Per cent contributions: shares that add up, beside what chance alone would give them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses.anova import anova
from doe.analyses.contributions import contributions, null_band
from doe.model import Cell, Finding, Results
from tests import golden


def _found(results: Results) -> Finding:
    finding = contributions(results)
    assert finding is not None
    return finding


def _column(finding: Finding, key: str) -> dict[Cell, Cell]:
    return {row["term"]: row[key] for row in finding.table}


def _seeds(spread: float) -> Results:
    """The founding table under three seeds, which shift all runs by their number."""
    frames = [golden.founding_l9().table.assign(replicate=seed) for seed in (1, 2, 3)]
    frame = pd.concat(frames, ignore_index=True)
    frame["accuracy"] += spread * frame["replicate"] + np.random.default_rng(1).normal(0, 0.002, len(frame))
    return replace(golden.founding_l9(), table=frame)


def test_the_founding_table() -> None:
    """Shares of 50, 33, 17 and 0.2 %; chance alone gives the largest of four 52 % on average, at times 77 %."""
    finding = _found(golden.founding_l9())
    shares = {"epochs": 0.5024, "batch_size": 0.3254, "optimizer": 0.1704, "dropout": 0.0018}
    assert _column(finding, "contribution") == pytest.approx(shares, abs=5e-5)
    assert _column(finding, "null_mean")["epochs"] == pytest.approx(0.521, abs=0.01)
    assert _column(finding, "null_high")["epochs"] == pytest.approx(0.771, abs=0.01)
    assert sum(float(share or 0) for share in _column(finding, "null_mean").values()) == pytest.approx(1)
    assert set(_column(finding, "net").values()) == {None}
    assert "which is no more than chance may give the largest" in finding.note


def test_with_error_the_net_share_takes_it_off() -> None:
    """Taguchi's pure contribution: the sum of squares less what the error would give as many degrees of freedom."""
    results = _seeds(0.0)
    finding, table = _found(results), anova(results)
    assert table is not None
    rows = {row["term"]: row for row in table.table}
    error, total = float(rows["error"]["mean_sq"] or 0), float(rows["total"]["sum_sq"] or 0)
    for row in finding.table:
        line = rows[row["term"]]
        expected = (float(line["sum_sq"] or 0) - float(line["df"] or 0) * error) / total
        assert row["net"] == pytest.approx(expected)
    assert "whose error is what replicates differ by" in finding.note


def test_blocks_are_not_for_chance_to_share_out() -> None:
    """Seeds that shift all runs take most of the spread; what chance gives is of what they leave."""
    finding = _found(_seeds(1.0))
    assert finding.table[0]["term"] == "replicate"
    assert finding.table[0]["null_high"] is None
    assert max(float(row["null_high"] or 0) for row in finding.table[1:]) < 1e-3
    assert "of what the blocks leave" in finding.note


@pytest.mark.parametrize("terms", [4, 7])
def test_bands_of_terms_of_two_degrees_of_freedom(terms: int) -> None:
    """Their shares are those of a stick broken at random (Fisher, Tests of significance in harmonic analysis, 1929)."""
    band = null_band((2,) * terms)
    assert band.mean[0] == pytest.approx(sum(1 / part for part in range(1, terms + 1)) / terms, abs=0.003)
    assert band.high[0] == pytest.approx(1 - (0.05 / terms) ** (1 / (terms - 1)), abs=0.005)
    assert sum(band.mean) == pytest.approx(1)
    null_band.cache_clear()
    assert null_band((2,) * terms) == band


def test_a_band_beside_error() -> None:
    """One term of two degrees of freedom beside an error of two has any share from 0 to 1 as often."""
    band = null_band((2,), 2)
    assert (band.mean[0], band.high[0]) == pytest.approx((0.5, 0.95), abs=0.005)


def test_where_it_does_not_apply() -> None:
    """Equal responses; one factor is all there is."""
    founding = golden.founding_l9()
    assert contributions(replace(founding, table=founding.table.assign(accuracy=0.9))) is None
    assert contributions(golden.results_of(founding.table, ["epochs"], "accuracy")) is None
