"""The verdict of a confirmation: the interval, the comparison, the test split image by image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses import analyze
from doe.analyses.confirmation import _right, confirmation
from doe.analyses.optimum import optimum
from doe.model import Finding, Results
from tests import golden


def _designed(seed: int = 0) -> Results:
    """The founding plan twice, with an effect of the optimizer, and noise of 0.01."""
    base = golden.founding_l9()
    frame = pd.concat([base.table.assign(replicate=number) for number in (1, 2)], ignore_index=True)
    moved = frame["optimizer"].map({"Adam": 0.80, "AdaGrad": 0.85, "Adadelta": 0.90})
    noise = np.random.default_rng(seed).normal(0, 0.01, len(frame))
    return replace(base, table=frame.assign(accuracy=moved + noise))


def _confirmed(results: Results, **named: list[float]) -> Finding:
    rows = [{"called": name, "accuracy": value} for name, values in named.items() for value in values]
    found = confirmation(replace(results, later={"confirm": pd.DataFrame(rows)}))
    assert found is not None
    return found


def test_inside_the_interval_is_confirmed_and_outside_is_not() -> None:
    """The note says which, and what to suspect."""
    results = _designed()
    rows = {row["best"]: row for row in (optimum(results) or pytest.fail("no optimum")).table}
    centre, low = (float(rows["new trial"][name] or 0) for name in ("corrected", "low"))
    assert _confirmed(results, predicted=[centre] * 3).note.startswith("Confirmed: ")
    note = _confirmed(results, predicted=[low - 0.01] * 3).note
    assert note.startswith("Not confirmed: ")
    assert "below the interval" in note
    assert "interaction is suspected" in note


def test_the_interval_of_one_is_that_of_a_new_trial_and_of_many_that_of_the_mean() -> None:
    """Between them it narrows with the number of trainings."""
    from doe.analyses.confirmation import _interval

    rows = {row["best"]: row for row in (optimum(_designed()) or pytest.fail("no optimum")).table}
    one, mean = rows["new trial"], rows["predicted"]
    assert _interval(rows, 1) == pytest.approx((one["low"], one["high"]))
    narrow = (float(mean["high"] or 0) - float(mean["low"] or 0)) / 2
    low, high = _interval(rows, 10**9)
    assert (high - low) / 2 == pytest.approx(narrow, rel=1e-6)


def test_the_interval_holds_as_often_as_it_says() -> None:
    """The mean of four fresh trainings at the predicted setting, 300 times: about 95 % inside, 0.90 being true."""
    inside = 0
    for seed in range(300):
        fresh = np.random.default_rng(10_000 + seed).normal(0.90, 0.01, 4)
        inside += _confirmed(_designed(seed), predicted=fresh.tolist()).note.startswith("Confirmed: ")
    assert 0.92 <= inside / 300 <= 0.99


def test_settings_are_compared_by_the_spread_within_them() -> None:
    """The two-sample t interval of the pooled variance."""
    from scipy.stats import ttest_ind

    ours, theirs = [0.91, 0.93, 0.92], [0.88, 0.90, 0.86]
    interval = ttest_ind(ours, theirs).confidence_interval(0.95)
    note = _confirmed(_designed(), predicted=ours, baseline=theirs).note
    assert f"predicted against baseline: +0.04 ({interval.low:+.4g} to {interval.high:+.4g})" in note


def test_without_an_error_there_is_no_interval() -> None:
    """A saturated table predicts without one; the comparison with the others still holds."""
    note = _confirmed(golden.founding_l9(), predicted=[0.93, 0.94], baseline=[0.90, 0.91]).note
    assert "the design left no error, so that no interval" in note
    assert "predicted against baseline" in note


def test_the_answers_on_the_test_split_are_unpacked_bit_by_bit() -> None:
    """100 images in three numbers, the lowest bit of the first the first image."""
    right = np.random.default_rng(2).integers(0, 2, (2, 100))
    padded = np.pad(right, ((0, 0), (0, 44))).reshape(2, 3, 48)
    packed = (padded << np.arange(48)).sum(axis=2)
    frame = pd.DataFrame({f"test_right/{n}": packed[:, n].astype(float) for n in range(3)}).assign(test_images=100.0)
    found = _right(frame)
    assert found is not None
    assert found.tolist() == right.mean(axis=0).tolist()


def test_nothing_confirmed_is_no_finding() -> None:
    """As in any study that has only its design."""
    assert confirmation(_designed()) is None
    assert "confirmation" not in {finding.name for finding in analyze(_designed())}
