"""Failures by level: what they share is named, and chance is given its due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from doe.analyses.failures import failures
from doe.model import Completed, Factor, Failed, Finding, Kind, Objective, Reading, Results, Setting, Trial

FACTORS = (Factor("optimizer", ("adam", "sgd", "rmsprop")), Factor("rate", (0.01, 0.1)), Factor("dropout", (0.1, 0.2)))


def _results(fails: Callable[[Setting], bool], replicates: int = 2, kind: Kind = "diverged") -> Results:
    """A full factorial in which a setting fails or does not, under every seed."""
    trials = [
        Trial(run, replicate, replicate, dict(zip(("optimizer", "rate", "dropout"), levels, strict=True)))
        for run, levels in enumerate(product(*(factor.levels for factor in FACTORS)), start=1)
        for replicate in range(1, replicates + 1)
    ]
    broken = tuple(Failed(trial, kind, "no") for trial in trials if fails(trial.setting))
    done = [trial for trial in trials if not fails(trial.setting)]
    rows = [{"run": t.run, "replicate": t.replicate, **t.setting, "y": 1.0} for t in done]
    completed = tuple(Completed(trial, (Reading(1, {"y": 1.0}),), 1.0) for trial in done)
    return Results(FACTORS, Objective("y"), pd.DataFrame(rows), broken, completed=completed)


def _found(results: Results) -> Finding:
    finding = failures(results)
    assert finding is not None
    return finding


def _rates(finding: Finding) -> dict[tuple[object, object], object]:
    return {(row["factor"], row["level"]): row["share"] for row in finding.table}


def test_a_level_that_always_fails_is_named() -> None:
    """The four runs of sgd: one way of 495 to choose four of twelve, for each of three optimizers (Fisher)."""
    finding = _found(_results(lambda setting: setting["optimizer"] == "sgd"))
    rates = _rates(finding)
    assert rates["optimizer", "sgd"] == 1.0
    assert rates["optimizer", "adam"] == 0.0
    assert rates["rate", 0.1] == pytest.approx(1 / 3)
    p = {row["factor"]: row["p"] for row in finding.table}
    assert p["optimizer"] == pytest.approx(3 / 495, abs=0.003)
    assert p["rate"] == 1.0
    assert finding.note == (
        "8 of 24 trials failed (8 diverged). Every failure has optimizer=sgd, and every trial with it failed."
        " More than chance would do, all factors allowed for: optimizer."
    )
    assert finding.warns


def test_levels_that_fail_together_are_named_together() -> None:
    """Two runs share two levels; neither level by itself is told from chance."""
    finding = _found(_results(lambda setting: setting["optimizer"] == "sgd" and setting["rate"] == 0.1))
    assert "Every failure has optimizer=sgd and rate=0.1, and every trial with these failed." in finding.note
    assert "No factor by itself is told from chance." in finding.note


def test_seeds_of_one_setting_are_not_independent_failures() -> None:
    """Ten seeds of one setting fail as one would: p is that of runs, and of one run nothing can be said."""
    for replicates in (1, 10):
        results = _results(lambda setting: setting == {"optimizer": "sgd", "rate": 0.1, "dropout": 0.1}, replicates)
        finding = _found(results)
        assert {row["p"] for row in finding.table if row["factor"] == "rate"} == {1.0}
        assert "All failures are of one setting: optimizer=sgd, rate=0.1, dropout=0.1." in finding.note
        assert "One setting cannot tell which of its levels did it." in finding.note


def test_completed_trials_are_read_from_the_table_where_nothing_else_is_known() -> None:
    """Readings of one training count once."""
    results = _results(lambda setting: setting["optimizer"] == "sgd")
    twice = pd.concat([results.table.assign(epochs=5), results.table.assign(epochs=9)])
    factors = (*FACTORS, Factor("epochs", (5, 9), role="within"))
    bare = replace(results, factors=factors, table=twice, completed=())
    assert _found(bare).table == _found(results).table


def test_kinds_are_told_and_those_of_the_machine_marked() -> None:
    """What broke outside the training may not be the setting's doing."""
    finding = _found(_results(lambda setting: setting["optimizer"] == "sgd", kind="crashed"))
    assert finding.note.startswith("8 of 24 trials failed (8 crashed).")
    assert finding.note.endswith("Those that were not diverged or missing may be the machine's doing.")


def test_failures_without_a_common_level_are_said_to_have_none() -> None:
    """Two opposite corners."""
    corners = ({"optimizer": "adam", "rate": 0.01, "dropout": 0.1}, {"optimizer": "sgd", "rate": 0.1, "dropout": 0.2})
    assert "The failures have no level in common." in _found(_results(lambda setting: setting in corners)).note


def test_values_between_the_levels_are_not_counted() -> None:
    """A random search of the rate: the other factors are judged."""
    results = _results(lambda setting: setting["optimizer"] == "sgd")
    factors = (FACTORS[0], Factor("rate", (0.05, 0.5), "linear"), FACTORS[2])
    finding = _found(replace(results, factors=factors))
    assert {row["factor"] for row in finding.table} == {"optimizer", "dropout"}
    assert finding.note.endswith("Values between the levels of rate: no count by level.")


def test_all_trials_may_fail() -> None:
    """There is nothing to compare them with."""
    finding = _found(_results(lambda _: True))
    assert finding.note.startswith("24 of 24 trials failed (24 diverged). The failures have no level in common.")


def test_without_failures_there_is_none() -> None:
    """Nor where it is not known with what setting they failed."""
    results = _results(lambda _: False)
    assert failures(results) is None
    assert failures(replace(results, failures=(Failed(Trial(1, 1, 1, {}), "error", "no"),))) is None
