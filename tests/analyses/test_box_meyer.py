"""The finding of Bayesian screening: posteriors of factors and effects, and what they lean on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses.box_meyer import box_meyer
from doe.designs._arrays import array
from doe.model import Cell, Finding, Results
from tests import golden


def _found(results: Results) -> Finding:
    finding = box_meyer(results)
    assert finding is not None
    return finding


def _column(finding: Finding, key: str) -> dict[Cell, Cell]:
    return {row["term"]: row[key] for row in finding.table}


def _on(name: str, count: int, seed: int = 1) -> Results:
    """An array on which factor f0 alone moves the response."""
    rows = np.array(array(name))[:, :count]
    names = [f"f{number}" for number in range(count)]
    noise = np.random.default_rng(seed).normal(size=len(rows))
    return golden.results_of(pd.DataFrame(rows, columns=names).assign(y=5.0 * rows[:, 0] + noise), names)


def test_the_reactor_with_its_own_gamma() -> None:
    """Box and Meyer (1993), example 1, with the likeliest gamma instead of 1.6: the same three factors, as probable."""
    results = golden.results_of(golden.table("box_meyer_pb12_reactor"), ["x1", "x2", "x3", "x4", "x5"])
    finding = _found(results)
    published = golden.case("box_meyer_pb12_reactor")["expected"]["published"]["five_factor_run"]
    found = _column(finding, "factor_active")
    assert {name: found[name] for name in ("x2", "x3", "x4", "x5")} == pytest.approx(
        {name: published[name] for name in ("x2", "x3", "x4", "x5")}, abs=0.03
    )
    assert "Probably active, alone or in interactions: x2, x4, x5." in finding.note
    assert "0.24 before the responses, where each effect had 0.20 and each factor 0.25" in finding.note


def test_welds() -> None:
    """Box and Meyer (1986), example 2: two of fifteen effects are certainly active, and no other probably."""
    columns = [f"X{number}" for number in range(1, 16)]
    finding = _found(golden.results_of(golden.table("lenth_boxmeyer_y2"), columns))
    active = _column(finding, "effect_active")
    assert {term for term, p in active.items() if float(p or 0) > 0.5} == {"X14", "X15"}
    assert "Sets of up to 5 of the 15 factors were compared." in finding.note


def test_a_factor_of_three_levels() -> None:
    """One strong factor of an L9 is found, with all its degrees of freedom; the others are not."""
    found = _found(_on("l9", 4))
    for key in ("effect_active", "factor_active"):
        probabilities = _column(found, key)
        assert max(probabilities, key=lambda term: float(probabilities[term] or 0)) == "f0"
        assert float(probabilities["f0"] or 0) > 0.9
    assert found.table[0]["term"] == "f0"


def test_interactions_stand_below_the_factors() -> None:
    """A full factorial tells interactions apart: they have a probability as effects, none as factors."""
    finding = _found(golden.results_of(golden.table("bhh_pilot_plant_2p3"), ["T", "C", "K"]))
    assert [row["term"] for row in finding.table][:2] == ["T", "K"]
    assert [row["factor_active"] for row in finding.table][3:] == [None] * 4
    assert float(_column(finding, "effect_active")["T x K"] or 0) > 0.5


def test_the_founding_table_says_next_to_nothing() -> None:
    """Nine runs, four factors: nothing is probable, and the note says that the responses hardly speak."""
    finding = _found(golden.founding_l9())
    assert "No factor is probably active." in finding.note
    assert "the responses say next to nothing of the factors" in finding.note


def test_replicates_are_error() -> None:
    """Six seeds of the same table make probable what one could not: error is what replicates differ by."""
    once = _on("l9", 4)
    small = once.table.assign(y=0.4 * once.table["f0"])
    frames = [small.assign(replicate=seed) for seed in range(6)]
    frame = pd.concat(frames, ignore_index=True)
    frame["y"] += np.random.default_rng(2).normal(0, 0.3, len(frame))
    finding = _found(replace(once, table=frame))
    assert float(_column(finding, "factor_active")["f0"] or 0) > 0.9
    assert "Believe the analysis of variance first" in finding.note


def test_where_it_does_not_apply() -> None:
    """Equal responses, or too many trials."""
    founding = golden.founding_l9()
    assert box_meyer(replace(founding, table=founding.table.assign(accuracy=0.9))) is None
    many = pd.concat([_on("l9", 4, seed).table for seed in range(40)], ignore_index=True)
    assert box_meyer(golden.results_of(many, ["f0", "f1", "f2", "f3"])) is None
