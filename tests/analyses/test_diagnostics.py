"""Residuals of whole tables: faults that were built in are named, and nothing is where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses.diagnostics import diagnostics
from doe.model import Finding, Results
from tests.golden import founding_l9, results_of

NOISE = np.random.default_rng(8).normal(size=36)
A, B = np.repeat([1, 2, 3], 12), np.tile([1, 2, 3], 12)
ORDER = np.random.default_rng(6).permutation(36) + 1
FRAME = pd.DataFrame(
    {
        "run": np.repeat(np.arange(1, 13), 3),
        "replicate": np.tile([1, 2, 3], 12),
        "order": ORDER,
        "host": "here",
        "device": np.where(ORDER % 2, "cuda:0", "cuda:1"),
        "a": A,
        "b": np.repeat([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3], 3),
    }
)


def _found(response: np.typing.NDArray[np.float64], frame: pd.DataFrame = FRAME) -> Finding:
    finding = diagnostics(results_of(frame.assign(y=response), ["a", "b"]))
    assert finding is not None
    return finding


def _verdicts(finding: Finding) -> dict[str, str]:
    return {str(row["check"]): str(row["verdict"]) for row in finding.table}


def test_nothing_is_found_in_noise() -> None:
    """Every check is made, and every one is fine."""
    finding = _found(NOISE + A)
    assert set(_verdicts(finding).values()) == {"fine"}
    assert list(_verdicts(finding))[:-1] == [
        "errors are normal",
        "effects add up",
        "same spread by fitted value",
        "same spread by level of a",
        "same spread by level of b",
        "no trend in run order",
        "neighbours in run order differ",
        "same on every device",
    ]
    assert list(_verdicts(finding))[-1].startswith("no outlier (run ")
    assert finding.note == "Nothing speaks against the model."
    assert not finding.warns


@pytest.mark.parametrize(
    ("response", "check", "advice"),
    [
        (NOISE + 30 * (np.arange(36) == 20), "no outlier (run 7, replicate 3)", "look at that training"),
        (NOISE + 3 * (FRAME["device"] == "cuda:1").to_numpy(), "same on every device", "make it a block"),
        (NOISE + 0.2 * ORDER, "no trend in run order", "something changed while the study ran"),
        (np.where(A == 3, 12.0, 1.0) * NOISE, "same spread by level of a", "less steady"),
        (np.exp(3 * A + 0.4 * NOISE + 1.5 * FRAME["b"]), "effects add up", "an interaction is missing"),
        (np.sign(NOISE) * np.abs(NOISE) ** 6, "errors are normal", "another scale"),
        (np.sin(ORDER / 4) * 5 + 0.3 * NOISE, "neighbours in run order differ", "less evidence than rows"),
    ],
    ids=["outlier", "device", "trend", "spread", "interaction", "tails", "waves"],
)
def test_faults_are_named_and_told_what_to_do(response: np.typing.NDArray[np.float64], check: str, advice: str) -> None:
    """Each of them fails after Holm's correction, and the finding warns."""
    finding = _found(np.asarray(response, dtype=float))
    assert _verdicts(finding)[check] == "fails"
    assert f"'{check}' fails: " in finding.note
    assert advice in finding.note
    assert finding.warns


def test_a_host_that_says_what_the_device_says_has_no_row() -> None:
    """Nor has a column that is not known for all rows, nor one with a single value."""
    same = FRAME.assign(host=FRAME["device"])
    assert "same on every host" not in _verdicts(_found(NOISE, same))
    hosts = np.where(NOISE > 0, "one", "two")
    assert "same on every host" in _verdicts(_found(NOISE, FRAME.assign(host=hosts)))
    unknown = FRAME.assign(device=None, order=None)
    assert not {"same on every device", "no trend in run order"} & set(_verdicts(_found(NOISE, unknown)))


def test_a_place_that_goes_with_a_factor_is_said_to() -> None:
    """Each host had one level of a, so nothing tells whether host or level did it."""
    finding = _found(NOISE, FRAME.assign(host=FRAME["a"].map({1: "one", 2: "one", 3: "two"})))
    assert "same on every host" not in _verdicts(finding)
    assert "The host cannot be told from the factors and blocks." in finding.note


def test_a_run_order_that_goes_with_the_factors_is_said_to() -> None:
    """Trials that were begun in standard order, one replicate after the other: a trend could be the factors' doing."""
    frame = FRAME.drop_duplicates(["a", "b"]).drop(columns=["run", "replicate", "device", "host"])
    twice = pd.concat([frame.assign(replicate=number) for number in (1, 2)], ignore_index=True)
    finding = _found(NOISE[:18], twice.assign(order=9 * twice["replicate"] + 3 * twice["a"] + twice["b"]))
    assert "no trend in run order" not in _verdicts(finding)
    assert "The run order cannot be told from the factors and blocks." in finding.note


def test_rows_without_a_number_keep_the_others_in_place() -> None:
    """The outlier is still the training that it was."""
    response = NOISE + 30 * (np.arange(36) == 20)
    response[[0, 5]] = np.nan
    finding = _found(response)
    assert _verdicts(finding)["no outlier (run 7, replicate 3)"] == "fails"
    assert "2 rows without a number for y left out" in finding.note


def test_a_table_from_elsewhere_names_its_rows() -> None:
    """By their number, as there are no runs."""
    finding = _found(NOISE + 30 * (np.arange(36) == 20), FRAME[["a", "b"]])
    assert _verdicts(finding)["no outlier (row 21)"] == "fails"


def test_few_degrees_of_freedom_are_said_to_show_little() -> None:
    """Nine runs and three factors leave two."""
    table = founding_l9()
    finding = diagnostics(replace(table, factors=table.factors[:3]))
    assert finding is not None
    assert "With 2 degrees of freedom for error only gross faults show." in finding.note


def test_without_error_the_note_says_why() -> None:
    """No degrees of freedom, or a model that fits to the last digit."""
    finding = diagnostics(founding_l9())
    assert finding is not None
    assert finding.table == ()
    assert finding.note.startswith("No degrees of freedom are left for error")
    assert _found(A.astype(float)).note.startswith("The model fits to the last digit")


def test_readings_of_one_training_count_once() -> None:
    """Otherwise they would resemble each other, and every check would fail."""
    training = np.repeat(NOISE[:12], 3)
    frame = pd.DataFrame(
        {"run": np.repeat(np.arange(1, 13), 3), "a": np.repeat([1, 2], 18), "epochs": B, "y": training}
    )
    results: Results = results_of(frame, ["a", "epochs"], epochs="within")
    finding = diagnostics(results)
    assert finding is not None
    assert set(_verdicts(finding).values()) == {"fine"}
    assert "Only the readings at epochs 3" in finding.note
