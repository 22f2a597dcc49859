"""The finding of Lenth's method: which effects stand out, with what margin, and what it rests on."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses.lenth import lenth
from doe.model import Asked, Cell, Factor, Finding, Objective, Results, Scale
from tests import golden


def _found(results: Results) -> Finding:
    finding = lenth(results)
    assert finding is not None
    return finding


def _column(finding: Finding, key: str) -> dict[Cell, Cell]:
    return {row["term"]: row[key] for row in finding.table}


def _table(name: str, *columns: str) -> Results:
    return golden.results_of(golden.table(name), list(columns))


def test_the_pilot_plant() -> None:
    """Effects and their ratios to a pseudo standard error of 2.25: Box, Hunter and Hunter (2005), page 177."""
    finding = _found(_table("bhh_pilot_plant_2p3", "T", "C", "K"))
    assert list(finding.table[0]) == ["term", "effect", "pse_t", "p_simulated", "p_simultaneous"]
    ratios = {"T": 23 / 2.25, "T x K": 10 / 2.25, "C": -5 / 2.25, "C x K": 0.0}
    assert {term: _column(finding, "pse_t")[term] for term in ratios} == pytest.approx(ratios, abs=1e-12)
    assert [row["term"] for row in finding.table][:3] == ["T", "T x K", "C"]
    assert "Stands out, even as the largest of 7 (p_simultaneous < 0.05): T." in finding.note
    assert "Stands out taken by itself only, as 0.4 of 7 would by chance: T x K." in finding.note
    assert "Believe Lenth's margins first, then Box-Meyer: the error of the analysis of variance holds" in finding.note


def test_welds() -> None:
    """Contrasts 14 and 15 stand out; the margins are those that R's DoE.base simulates, to 1 %."""
    finding = _found(_table("lenth_boxmeyer_y2", *(f"X{number}" for number in range(1, 16))))
    assert "(p_simultaneous < 0.05): X15; X14." in finding.note
    said = re.search(r"noise reaches (\S+) in one effect, (\S+) in the largest of 15 \(simulated\)", finding.note)
    assert said is not None
    expected = golden.case("lenth_boxmeyer_y2")["expected"]["R_simulated_critical_values"]
    assert list(map(float, said.groups())) == pytest.approx([expected["ME"][0], expected["SME"][0]], rel=0.01)


def test_the_founding_table() -> None:
    """Nothing stands out of eight effects for certain; the note says what was looked at, and what to believe."""
    finding = _found(golden.founding_l9())
    assert len(finding.table) == 8
    assert min(float(p or 0) for p in _column(finding, "p_simultaneous").values()) > 0.1
    assert "where half of them or more are active, none stands out" in finding.note
    assert "they depend on the order of the levels" in finding.note
    assert "No error was left to test by: believe Lenth's margins first" in finding.note


@pytest.mark.parametrize(("scale", "expected"), [("linear", 0.4082), ("log", 0.0)])
def test_trends_are_over_the_scale_of_the_factor(scale: Scale, expected: float) -> None:
    """A response that rises evenly from 1 to 10 to 100 has a quadratic effect on a linear scale only."""
    levels, noise = [1, 10, 100] * 3, np.array([0.1, -0.2, 0.1, 0.0, 0.0, 0.0, -0.1, 0.2, -0.1])
    frame = pd.DataFrame({"a": levels, "b": [0] * 3 + [1] * 3 + [2] * 3, "y": np.log10(levels) + noise})
    factors = (Factor("a", (1, 10, 100), scale), Factor("b", (0, 1, 2), "linear"))
    found = _column(_found(Results(factors, Objective("y"), frame)), "effect")
    assert (abs(float(found["a quadratic"] or 0.0)) < 1e-12) == (expected == 0.0)
    assert "a linear x b quadratic" in found


def test_with_replicates_it_gives_way() -> None:
    """Three seeds: the same number of effects, but the analysis of variance is to be believed first."""
    frame = pd.concat([golden.founding_l9().table.assign(replicate=seed) for seed in (1, 2, 3)], ignore_index=True)
    frame["accuracy"] += np.random.default_rng(1).normal(0, 0.01, len(frame))
    finding = _found(replace(golden.founding_l9(), table=frame))
    assert len(finding.table) == 8
    assert "Believe the analysis of variance first, whose error is what replicates differ by;" in finding.note


def test_declared_error_is_believed_before_it() -> None:
    """A factor declared beforehand to be error gives the analysis of variance a test."""
    finding = _found(replace(golden.founding_l9(), asked=Asked(pooled=("dropout",))))
    assert "first, whose error was declared beforehand (dropout);" in finding.note


def test_columns_of_no_factor_are_part_of_the_spread() -> None:
    """Three of the founding factors: two columns are unassigned, and the note says that they are not pure noise."""
    finding = _found(golden.results_of(golden.founding_l9().table, ["optimizer", "epochs", "dropout"], "accuracy"))
    assert {"unassigned 1", "unassigned 2"} <= set(_column(finding, "effect"))
    assert "Unassigned columns hold what is left of interactions, and noise." in finding.note
    assert "whose error is what no factor was assigned to" in finding.note


def test_most_effects_zero() -> None:
    """Without any spread there is no ratio and no probability: a sentence says why."""
    frame = golden.table("bhh_pilot_plant_2p3")
    finding = _found(golden.results_of(frame.assign(y=1.0 * frame["T"]), ["T", "C", "K"]))
    assert set(_column(finding, "p_simulated").values()) == {None}
    assert "More than half of the effects are zero" in finding.note


def test_where_it_does_not_apply() -> None:
    """Equal responses; too few effects; too many settings; values between the levels."""
    founding = golden.founding_l9()
    assert lenth(replace(founding, table=founding.table.assign(accuracy=0.9))) is None
    assert lenth(golden.results_of(pd.DataFrame({"a": [1, 2, 1, 2], "y": [1.0, 2, 3, 4]}), ["a"])) is None
    many = pd.DataFrame({"a": range(200), "y": np.random.default_rng(1).normal(size=200)})
    assert lenth(golden.results_of(many, ["a"])) is None
    loose = founding.table.assign(epochs=founding.table["epochs"] + 0.5)
    assert lenth(replace(founding, table=loose)) is None
