"""How much of a spread the draw of the images explains: tables that are nothing else, and tables that are much more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses.sampling_noise import sampling_noise
from doe.model import Asked, Finding
from tests.golden import founding_l9, results_of


def _found(frame: pd.DataFrame, images: int, **roles: str) -> Finding:
    names = [name for name in map(str, frame) if name not in ("y", "run", "replicate")]
    finding = sampling_noise(replace(results_of(frame, names, **roles), asked=Asked(trials_of=images)))
    assert finding is not None
    return finding


def _table(shares: np.typing.NDArray[np.float64], replicates: int) -> pd.DataFrame:
    runs = len(shares) // replicates
    return pd.DataFrame(
        {"a": np.repeat(np.arange(runs), replicates), "replicate": list(range(1, replicates + 1)) * runs, "y": shares}
    )


def test_the_founding_study_by_hand() -> None:
    """Its sd of 0.01029 beside sqrt(0.917 x 0.083 / 10000) = 0.00276: seven per cent of the variance."""
    finding = sampling_noise(replace(founding_l9(), asked=Asked(trials_of=10_000)))
    assert finding is not None
    (row,) = finding.table
    assert row["spread"] == "between runs"
    assert row["sd"] == pytest.approx((8.473289e-4 / 8) ** 0.5, rel=1e-6)
    assert row["sd by chance"] == pytest.approx((0.917 * 0.083 / 10_000) ** 0.5, rel=1e-3)
    assert row["share"] == pytest.approx(0.0717, abs=5e-4)
    assert "±0.0054 by the draw of the images alone" in finding.note
    assert "At most 7 % of the spread between runs (variance) is such noise." in finding.note
    assert "All trials are judged on the same images" in finding.note


def test_a_spread_that_is_nothing_else_is_called_chance() -> None:
    """Binomial draws of one accuracy: about all of it, over trials, between runs and around the model."""
    shares = np.random.default_rng(0).binomial(400, 0.88, 300) / 400
    finding = _found(_table(shares, 3), 400)
    assert [row["spread"] for row in finding.table] == ["all trials", "between runs", "left by the model"]
    assert [row["share"] for row in finding.table] == pytest.approx([1.0, 1.0, 1.0], abs=0.2)
    halves = [row["sd by chance"] for row in finding.table]
    assert float(halves[0] or 0) / float(halves[1] or 1) == pytest.approx(3**0.5)


def test_seeds_that_differ_more_are_told_from_images() -> None:
    """A standard deviation over seeds of twice the binomial one leaves a quarter to the images."""
    sampling = (0.88 * 0.12 / 400) ** 0.5
    shares = 0.88 + 2 * sampling * np.random.default_rng(0).normal(size=300)
    finding = _found(_table(shares, 3), 400)
    assert [row["share"] for row in finding.table] == pytest.approx([0.25, 0.25, 0.25], abs=0.06)


def test_a_spread_below_it_could_all_be_chance() -> None:
    """Ten images tell little."""
    finding = _found(_table(np.array([0.85, 0.86, 0.88, 0.87]), 1), 10)
    assert "no larger than that noise: it could all be chance" in finding.note


def test_readings_within_a_training_count_once() -> None:
    """The last of each."""
    frame = pd.DataFrame({"run": [1, 1, 2, 2], "a": [0, 0, 1, 1], "epochs": [5, 9, 5, 9], "y": [0.1, 0.8, 0.2, 0.9]})
    finding = _found(frame, 100, epochs="within")
    assert finding.table[0]["sd"] == pytest.approx(0.1 / 2**0.5)
    assert "Only the readings at epochs 9" in finding.note


def test_it_wants_shares_of_a_known_number() -> None:
    """No number, no shares, no spread: none."""
    results = founding_l9()
    assert sampling_noise(results) is None
    for accuracy in (100 * results.table["accuracy"], 0.5):
        table = results.table.assign(accuracy=accuracy)
        assert sampling_noise(replace(results, table=table, asked=Asked(trials_of=100))) is None
