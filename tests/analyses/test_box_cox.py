"""The power that a table asks for, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses.box_cox import box_cox
from doe.model import Asked, Finding
from tests.golden import founding_l9, results_of, table

POISONS = table("box_cox_poisons")
TIMES = POISONS["y"].to_numpy()


def _found(frame: pd.DataFrame, names: list[str], asked: Asked | None = None, response: str = "y") -> Finding:
    finding = box_cox(replace(results_of(frame, names, response), asked=asked or Asked()))
    assert finding is not None
    return finding


def test_the_poisons_want_their_reciprocal() -> None:
    """As R's MASS has it with the interaction, -0.816; the reciprocal is a rate of dying, as Box and Cox say."""
    finding = _found(POISONS, ["poison", "treat"], Asked(interactions=(("poison", "treat"),)))
    (row,) = finding.table
    assert row["power"] == pytest.approx(-0.816, abs=5e-4)
    assert row["low"] == pytest.approx(-1.294, abs=1e-3)
    assert row["high"] == pytest.approx(-0.342, abs=1e-3)
    assert row["suggested"] == -1.0
    assert finding.note == "y as it is (power 1) fits worse than chance allows: analyse 1 / y instead."


@pytest.mark.parametrize(
    ("raised", "words"),
    [(0.0, "analyse log(y) instead"), (2.0, "analyse sqrt(y) instead"), (0.5, "analyse y² instead"), (1.0, "nothing")],
)
def test_powers_that_were_built_in_are_said(raised: float, words: str) -> None:
    """Additive with even errors on another scale."""
    a, b = np.repeat(np.arange(3), 12), np.tile(np.arange(3), 12)
    straight = 5 + 4 * a + 2 * b + np.random.default_rng(1).normal(0, 0.3, 36)
    made = np.exp(straight / 4) if raised == 0 else straight**raised
    assert words in _found(pd.DataFrame({"a": a, "b": b, "y": made}), ["a", "b"]).note


def test_zeros_have_no_powers() -> None:
    """The least value is named."""
    finding = _found(POISONS.assign(y=TIMES - 0.18), ["poison", "treat"])
    assert finding.table == ()
    assert finding.note == "Powers want responses above zero; the least here is 0."


def test_an_accuracy_is_sent_to_its_log_odds() -> None:
    """And where the number of images is not known it is asked for."""
    frame = POISONS.assign(accuracy=0.9 + TIMES / 100).drop(columns="y")
    assert "say of how many it is a share" in _found(frame, ["poison"], response="accuracy").note
    known = _found(frame, ["poison"], Asked(trials_of=100), response="accuracy")
    assert known.note.endswith("the log odds are the natural scale: see the analysis of deviance.")


def test_a_narrow_range_tells_no_power_from_another() -> None:
    """Values within a thousandth of one another."""
    (random, a) = (np.random.default_rng(0), np.arange(12) % 2)
    finding = _found(pd.DataFrame({"a": a, "y": 1 + 0.0005 * (a + random.normal(size=12))}), ["a"])
    assert finding.table[0]["power"] is None
    assert finding.note.startswith("No power from -5 to 5 can be told from another")


def test_without_error_there_is_none() -> None:
    """The founding study has no degrees of freedom for error."""
    assert box_cox(founding_l9()) is None
