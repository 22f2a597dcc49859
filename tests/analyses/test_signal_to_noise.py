"""Signal-to-noise ratios agree with worked examples, and say where there are none."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from doe.analyses.signal_to_noise import signal_to_noise
from doe.model import Factor, Goal, Objective, Results
from doe.ratios import ratio
from tests.golden import case, founding_l9, results_of


def _connector() -> Results:
    """Byrne and Taguchi's connector: nine runs, each under eight noise settings."""
    read = case("byrne_taguchi_connector_L9xL8")
    rows = [
        dict(zip(read["design"]["columns"], row, strict=True)) | {"y": force}
        for row, forces in zip(read["design"]["rows"], read["responses"]["pull_off_force_by_noise_row"], strict=True)
        for force in forces
    ]
    return results_of(pd.DataFrame(rows), ["A", "B", "C", "D"])


def test_the_connector_of_byrne_and_taguchi() -> None:
    """The mean ratio of each level, larger is better, over eight noise settings a run."""
    finding = signal_to_noise(_connector())
    assert finding is not None
    expected = case("byrne_taguchi_connector_L9xL8")["expected"]["recomputed"]["response_table_sn"]
    for name, wanted in expected.items():
        rows = [row for row in finding.table if row["factor"] == name]
        assert [row["mean"] for row in rows] == pytest.approx(wanted["level_means"], abs=1e-12)
        assert rows[0]["delta"] == pytest.approx(wanted["delta"], abs=1e-12)
    ranks = {row["factor"]: row["rank"] for row in finding.table}
    assert ranks == {"C": 1, "A": 2, "B": 3, "D": 4}


def test_the_founding_table() -> None:
    """The ratios of the founding L9, recomputed from its responses, and the warning that each run has one."""
    finding = signal_to_noise(founding_l9())
    assert finding is not None
    means = {(row["factor"], row["level"]): row["mean"] for row in finding.table}
    assert [means["epochs", level] for level in (30, 40, 50)] == pytest.approx([-0.8189, -0.7764, -0.6644], abs=5e-5)
    assert [means["dropout", level] for level in (0.4, 0.5, 0.6)] == pytest.approx(
        [-0.7481, -0.7557, -0.7558], abs=5e-5
    )
    assert "one response" in finding.note


@pytest.mark.parametrize(
    ("values", "goal", "expected"),
    [
        pytest.param([10.0, 10.0], "maximize", 20.0, id="larger"),
        pytest.param([0.1, 0.1], "minimize", 20.0, id="smaller"),
        pytest.param([9.0, 11.0], "target", 20 * math.log10(10 / math.sqrt(2)), id="nominal"),
    ],
)
def test_ratios_by_hand(values: list[float], goal: Goal, expected: float) -> None:
    """Round numbers of decibels."""
    assert ratio(values, goal) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("responses", "objective", "words"),
    [
        pytest.param([1, 0, 2, 3], Objective("y"), "the least here is 0", id="zero, larger"),
        pytest.param([1, -2, 2, 3], Objective("y"), "the least here is -2", id="negative, larger"),
        pytest.param([1, 0, 2, 3], Objective("y", "minimize"), "all zero", id="zero, smaller"),
        pytest.param([1, 2, 2, 3], Objective("y", "target", 2.0), "wants two responses", id="one, nominal"),
    ],
)
def test_where_there_is_no_ratio_it_says_why(responses: list[float], objective: Objective, words: str) -> None:
    """No infinity, no NaN: a sentence."""
    table = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 2, 1, 2], "y": [float(value) for value in responses]})
    results = Results((Factor("a", (1, 2)), Factor("b", (1, 2))), objective, table)
    finding = signal_to_noise(results)
    assert finding is not None
    assert finding.table == ()
    assert words in finding.note


def test_rows_without_a_number_are_left_out() -> None:
    """A run of which one replicate is missing has the ratio of the others."""
    results = _connector()
    table = results.table.copy()
    table.loc[0, "y"] = float("nan")
    finding = signal_to_noise(replace(results, table=table))
    assert finding is not None
    assert all(math.isfinite(float(row["mean"] or 0)) for row in finding.table)
