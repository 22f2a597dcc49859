"""What is said of a plan before any trial: balance, aliases and degrees of freedom, in plain words."""

from __future__ import annotations

from itertools import product

import pytest

from doe.designs import DESIGNS
from doe.evaluations import EVALUATIONS, evaluate
from doe.model import Factor, Finding, Objective, Study, Trial

THREE = tuple(Factor(name, (1, 2, 3)) for name in ("optimizer", "epochs", "dropout", "batch_size"))
TWO = tuple(Factor(f"factor{place}", (False, True)) for place in range(7))


def _found(study: Study, trials: tuple[Trial, ...] | None = None) -> dict[str, Finding]:
    known = tuple(DESIGNS[study.design].runs(study)) if trials is None else trials
    return {finding.name: finding for finding in evaluate(study, known)}


def _study(design: str, factors: tuple[Factor, ...], replicates: int = 1) -> Study:
    return Study("any", design, factors, Objective("score"), "any", replicates=replicates)


def test_names_are_those_of_the_shelf() -> None:
    """A finding goes by the name under which its evaluation stands; some are told of where there is cause only."""
    always = [name for name in EVALUATIONS if name not in {"schedule", "asked-interactions", "draws"}]
    assert list(_found(_study("l9", THREE))) == always


def test_an_l9_is_balanced() -> None:
    """Three runs at each level, strength 2."""
    balance = _found(_study("l9", THREE))["balance"]
    assert {row["runs"] for row in balance.table} == {3}
    assert balance.note == "9 runs, balanced: any 2 factors meet at all their levels equally often (strength 2)."


def test_a_plan_of_ones_own_with_a_lost_run_is_not() -> None:
    """What is unbalanced is counted and named."""
    study = _study("l9", THREE)
    balance = _found(study, tuple(DESIGNS["l9"].runs(study))[1:])["balance"]
    assert "not balanced" in balance.note
    assert "6 pairs of factors are not balanced, the first optimizer and epochs" in balance.note


def test_an_l9_aliases_every_main_effect() -> None:
    """In words, and pair by pair."""
    aliases = _found(_study("l9", THREE))["aliases"]
    assert aliases.note.startswith("Every main effect is aliased with two-factor interactions of the others")
    assert {"effect": "optimizer", "aliased with": "epochs x dropout", "share": 1.0} in aliases.table
    assert len(aliases.table) == 12


@pytest.mark.parametrize(
    ("design", "factors", "said"),
    [
        ("full_factorial", THREE[:2], "No main effect is aliased with a two-factor interaction."),
        ("l8", (TWO[0], TWO[1]), "No main effect is aliased with a two-factor interaction."),
        ("l12", TWO, "Every main effect is partly aliased with two-factor interactions of the others (by 11 % at most"),
    ],
    ids=["full factorial", "two factors", "plackett-burman"],
)
def test_aliases_in_plain_words(design: str, factors: tuple[Factor, ...], said: str) -> None:
    """The sentence says wholly, partly or not, and of which factors."""
    assert _found(_study(design, factors))["aliases"].note.startswith(said)


def test_some_main_effects_may_be_clear() -> None:
    """The third factor's level follows from the first two's; the fourth's does not."""
    rows = [(a, b, a != b, d) for a, b, d in product((False, True), repeat=3)]
    trials = tuple(
        Trial(number, 1, 0, {f"factor{place}": level for place, level in enumerate(row)})
        for number, row in enumerate(rows, 1)
    )
    assert _found(_study("l8", TWO[:4]), trials)["aliases"].note == (
        "The main effect of factor0, factor1 and factor2 is aliased with two-factor interactions of the others; that of"
        " factor3 is not: an effect seen may be theirs."
    )


def test_what_is_read_within_a_training_is_aliased_with_nothing() -> None:
    """It takes no column of the array, and the note says so."""
    within = Factor("checkpoint", (5, 10, 20), role="within")
    aliases = _found(_study("l9", (*THREE, within)))["aliases"]
    assert "Effects of checkpoint, read off along each training, are aliased with none of these" in aliases.note
    assert all("checkpoint" not in str(row) for row in aliases.table)


def test_a_saturated_plan_is_warned_of_with_its_cure() -> None:
    """An L9 of four factors has nothing left for error; a second replicate leaves eight."""
    finding = _found(_study("l9", THREE))["degrees-of-freedom"]
    assert finding.note == (
        "No degrees of freedom are left for error: effects can be ranked, not tested; --replicates 2 leaves 8."
    )
    assert finding.table[-2:] == ({"term": "error", "df": 0}, {"term": "total", "df": 8})


def test_replicates_count_as_a_block() -> None:
    """Three replicates of an L9: 27 trials, 2 degrees of freedom for seeds, 8 for factors, 16 for error."""
    table = {row["term"]: row["df"] for row in _found(_study("l9", THREE, 3))["degrees-of-freedom"].table}
    assert (table["replicate"], table["error"], table["total"]) == (2, 16, 26)


@pytest.mark.parametrize("replicates", [1, 2])
def test_readings_within_trainings_have_their_own_error(replicates: int) -> None:
    """The total is one less than the readings; interactions are told apart only where that leaves an error."""
    within = Factor("checkpoint", (5, 10, 20), role="within")
    finding = _found(_study("l9", (*THREE, within), replicates))["degrees-of-freedom"]
    table = {row["term"]: row["df"] for row in finding.table}
    assert table["total"] == 9 * replicates * 3 - 1
    assert ("checkpoint x optimizer" in table) == (replicates == 2)
    assert table["error within trainings"] == (16 if replicates == 1 else 34 - 16)
    assert "not independent" in finding.note


def test_a_sampler_has_no_plan_to_judge() -> None:
    """Nothing is said where no run is known."""
    assert _found(_study("tpe", THREE)) == {}


def test_ten_thousand_runs_are_judged() -> None:
    """Full factorials need no counting of words."""
    study = _study("full_factorial", tuple(Factor(f"factor{place}", tuple(range(10))) for place in range(4)))
    trials = tuple(DESIGNS["full_factorial"].runs(study))
    notes = [finding.note for finding in evaluate(study, trials)]
    assert "strength 4" in notes[0]
    assert notes[2] == "9,963 degrees of freedom are left for error."
