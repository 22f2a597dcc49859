"""What a search has found beside the best of the design."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses import analyze, best_searched
from doe.analyses.refinement import refinement
from doe.model import Finding, Objective, Results
from tests import golden


def _searched(values: list[float], results: Results | None = None) -> Results:
    """The founding L9, and a search that moved dropout only and found these."""
    base = results or golden.founding_l9()
    levels = {"optimizer": "Adam", "epochs": 50, "batch_size": 64}
    rows = [
        {"run": 10 + place, "replicate": 1, **levels, "dropout": 0.4 + place / 1000, "accuracy": value}
        for place, value in enumerate(values)
    ]
    return replace(base, later={"refine": pd.DataFrame(rows)})


def _finding(results: Results) -> Finding:
    return refinement(results) or pytest.fail("nothing was found")


def test_the_best_of_both_and_the_gain() -> None:
    """Counted by hand: the founding study's best accuracy, and the largest of three."""
    results = _searched([0.95, 0.97, 0.96])
    design, search = _finding(results).table
    best = float(results.table["accuracy"].max())
    assert design["mean"] == best
    assert (search["mean"], search["settings"], search["readings"]) == (0.97, 3, 3)
    assert search["gain"] == pytest.approx(0.97 - best)
    assert search["setting"] == "optimizer=Adam, epochs=50, dropout=0.401, batch_size=64"
    assert dict(best_searched(results) or ()) == {"optimizer": "Adam", "epochs": 50, "dropout": 0.401, "batch_size": 64}


def test_a_loss_is_better_where_it_is_smaller() -> None:
    """The gain is counted towards the goal."""
    results = replace(_searched([0.2, 0.1]), objective=Objective("accuracy", "minimize"))
    (design, search) = _finding(results).table
    assert search["mean"] == 0.1
    assert search["gain"] == pytest.approx(float(design["mean"] or 0) - 0.1)
    assert "better than the best of the design" in _finding(results).note


def test_nothing_better_is_said() -> None:
    """The sentence does not ask for a confirmation of what is worse."""
    note = _finding(_searched([0.1, 0.2])).note
    assert "worse than the best of the design" in note
    assert note.endswith("It found nothing better: what the design says stands.")


def test_the_luck_of_the_best_is_that_of_so_many_normal_numbers() -> None:
    """The expected largest of 30 standard normal numbers is 2.0428 (Harter, Biometrika 48, 1961)."""
    base = golden.founding_l9()
    frame = pd.concat([base.table.assign(replicate=number) for number in (1, 2)], ignore_index=True)
    noise = np.random.default_rng(0).normal(0, 0.01, len(frame))
    results = _searched([0.95 + place / 1e4 for place in range(30)], replace(base, table=frame.assign(accuracy=noise)))
    found = {row["term"]: row for finding in analyze(results) if finding.name == "anova" for row in finding.table}
    luck = float(_finding(results).note.partition("the best would seem ")[2].partition(" ")[0])
    assert luck / float(found["error"]["mean_sq"] or 0) ** 0.5 == pytest.approx(2.0428, rel=0.01)


def test_no_search_is_no_finding() -> None:
    """Nor is one of which no trial has completed."""
    assert refinement(golden.founding_l9()) is None
    assert best_searched(golden.founding_l9()) is None
    assert refinement(_searched([])) is None
    assert refinement(_searched([float("nan")])) is None
