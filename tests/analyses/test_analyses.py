"""Findings of whole tables: the founding study, a textbook, and tables from which something is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses import ANALYSES, analyze
from doe.analyses._verdict import null_largest
from doe.model import Cell, Factor, Failed, Finding, Goal, Objective, Results, Trial
from tests import golden


def _found(results: Results) -> dict[str, Finding]:
    return {finding.name: finding for finding in analyze(results)}


def _column(finding: Finding, key: str, value: str) -> dict[Cell, Cell]:
    return {row[key]: row[value] for row in finding.table}


def _noisy_l9(replicates: int, effect: float = 1.0) -> Results:
    """The founding plan with responses that follow the optimizer, and noise."""
    table = golden.founding_l9().table
    generator = np.random.default_rng(3)
    frames = [table.assign(replicate=number) for number in range(1, replicates + 1)]
    frame = pd.concat(frames, ignore_index=True)
    moved = frame["optimizer"].map({"Adam": 0.0, "AdaGrad": effect, "Adadelta": 2 * effect})
    return replace(golden.founding_l9(), table=frame.assign(accuracy=moved + generator.normal(0, 0.1, len(frame))))


class TestTheFoundingStudy:
    """Nine trainings, four factors: numbers of research/trainers.md 1.2."""

    found = _found(golden.founding_l9())

    def test_levels_have_their_means(self) -> None:
        """Means, spans and ranks as published."""
        table = self.found["response-table"].table
        means = [row["mean"] for row in table if row["factor"] == "epochs"]
        assert means == pytest.approx([0.9100666667, 0.9145333333, 0.9263666667])
        assert _column(self.found["response-table"], "factor", "delta") == pytest.approx(
            {"epochs": 0.0163, "batch_size": 0.0130666667, "optimizer": 0.0087666667, "dropout": 0.0008666667}
        )
        ranks = _column(self.found["response-table"], "factor", "rank")
        assert ranks == {"epochs": 1, "batch_size": 2, "optimizer": 3, "dropout": 4}

    def test_sums_of_squares_are_exact(self) -> None:
        """To the digits in which they were computed."""
        sums = _column(self.found["anova"], "term", "sum_sq")
        expected = {"epochs": 4.256689e-4, "batch_size": 2.757422e-4, "optimizer": 1.444156e-4, "dropout": 1.502222e-6}
        assert {term: sums[term] for term in expected} == pytest.approx(expected, rel=1e-6)
        assert sums["total"] == pytest.approx(8.473289e-4, rel=1e-6)
        shares = _column(self.found["anova"], "term", "contribution")
        assert shares["epochs"] == pytest.approx(0.5024, abs=5e-5)

    def test_nothing_is_tested_and_the_note_says_why(self) -> None:
        """No error, no F, no p, and what chance alone would do."""
        anova = self.found["anova"]
        assert {row["p"] for row in anova.table} == {None}
        assert "No degrees of freedom are left for error: effects can be ranked, not tested." in anova.note
        assert "the largest of 4 contributions would be 52 % on average" in anova.note
        assert "more than 77 %" in anova.note

    def test_the_best_setting_was_never_run(self) -> None:
        """Adadelta, 50, 0.4, 128 at 0.93763; the best seen is run 3."""
        predicted, observed = self.found["optimum"].table
        assert predicted["setting"] == "optimizer=Adadelta, epochs=50, dropout=0.4, batch_size=128"
        assert predicted["predicted"] == pytest.approx(0.93763, abs=5e-6)
        assert (predicted["low"], predicted["high"], predicted["observed"]) == (None, None, None)
        assert observed["setting"] == "optimizer=Adam, epochs=50, dropout=0.6, batch_size=128"
        assert observed["observed"] == 0.928
        assert "never run" in self.found["optimum"].note
        assert "confirm" in self.found["optimum"].note


def test_a_textbook_analysis_of_variance() -> None:
    """Yang and El-Haik's L9 with three factors: F, p, contributions and the optimum with its interval."""
    found = _found(golden.results_of(golden.table("yang_elhaik_L9_yield"), ["A", "B", "C"]))
    expected = golden.case("yang_elhaik_L9_yield")["expected"]["recomputed"]
    lines = {row["term"]: row for row in found["anova"].table}
    for row in expected["anova"][:3]:
        assert lines[row["term"]]["F"] == pytest.approx(row["F"])
        assert lines[row["term"]]["p"] == pytest.approx(row["p"])
        assert lines[row["term"]]["contribution"] == pytest.approx(expected["percent"][row["term"]] / 100)
    assert found["anova"].note == "More than chance would do (p < 0.05): A, C. Not told from chance: B."
    assert found["optimum"].table[0]["setting"] == "A=3, B=3, C=2"


def test_strata_of_a_split_plot() -> None:
    """Yates' oats: the whole-plot factor is not significant, though it would be if readings were runs."""
    found = _found(golden.results_of(golden.table("yates_oats_split_plot"), ["B", "V", "N"], B="block", N="within"))
    p = _column(found["anova"], "term", "p")
    assert p["V"] == pytest.approx(0.272386856735208)
    assert p["N"] == pytest.approx(2.45770955456166e-12)
    assert p["N x V"] == pytest.approx(0.932198758999224)
    assert "N is read off along each training" in found["anova"].note
    assert found["anova"].table[-1]["df"] == 71


def test_replicates_make_effects_testable() -> None:
    """A planted effect is found, the others are not, and seeds are a block."""
    anova = _found(_noisy_l9(3))["anova"]
    assert _column(anova, "term", "df")["replicate"] == 2
    assert _column(anova, "term", "df")["error"] == 16
    p = _column(anova, "term", "p")
    assert float(p["optimizer"] or 0) < 1e-6 < float(p["dropout"] or 0)
    assert anova.note.startswith("More than chance would do (p < 0.05): optimizer")
    assert "Not told from chance: epochs, dropout." in anova.note


def test_a_failed_run_is_named_and_allowed_for() -> None:
    """Means hold the other factors even, and the note says that a trial is missing."""
    results = _noisy_l9(2)
    failed = Failed(Trial(1, 2, 1, {}), "diverged", "loss became NaN")
    found = _found(replace(results, table=results.table.drop(index=9), failures=(failed,)))
    for name in ("response-table", "anova", "comparisons", "optimum"):
        assert "1 failed trial left out." in found[name].note
    assert "least-squares means" in found["response-table"].note
    means = [row["mean"] for row in found["response-table"].table if row["factor"] == "optimizer"]
    assert means == pytest.approx([0.0, 1.0, 2.0], abs=0.1)


def test_a_lost_run_of_a_saturated_table_leaves_effects_open() -> None:
    """An L9 of four factors with eight runs: no effect can be told from the others, and none is made up."""
    results = golden.founding_l9()
    found = _found(replace(results, table=results.table.drop(index=4)))
    assert "Too few trials are left to tell" in found["anova"].note
    assert None in _column(found["response-table"], "level", "mean").values()
    assert [row["best"] for row in found["optimum"].table] == ["observed"]


@pytest.mark.parametrize(
    ("goal", "target", "best"),
    [("maximize", None, "Adadelta"), ("minimize", None, "Adam"), ("target", 1.02, "AdaGrad")],
)
def test_the_optimum_follows_the_goal(goal: Goal, target: float | None, best: str) -> None:
    """More, less, or as near as can be."""
    results = replace(_noisy_l9(2), objective=Objective("accuracy", goal, target))
    predicted = _found(results)["optimum"].table[0]
    assert str(predicted["setting"]).startswith(f"optimizer={best},")
    assert predicted["low"] is not None
    assert predicted["high"] is not None
    assert float(predicted["low"]) < float(predicted["predicted"] or 0) < float(predicted["high"])


def test_equal_responses_are_one_clear_note() -> None:
    """Where nothing moved there is a table that says so, and nothing else."""
    results = golden.founding_l9()
    found = _found(replace(results, table=results.table.assign(accuracy=0.2)))
    assert list(found) == ["response-table"]
    assert found["response-table"].note == "Every trial has the same accuracy: no factor moved it."


@pytest.mark.parametrize("rows", [0, 1], ids=["none", "one"])
def test_too_few_rows_find_nothing(rows: int) -> None:
    """An effect is a difference of two."""
    results = golden.founding_l9()
    assert analyze(replace(results, table=results.table[:rows])) == []


@pytest.mark.parametrize("rows", [2, 3, 4, 5])
def test_a_study_under_way_is_analysed_as_far_as_it_goes(rows: int) -> None:
    """Whatever has completed, nothing breaks, and every number is a number."""
    results = golden.founding_l9()
    for finding in analyze(replace(results, table=results.table[:rows])):
        for row in finding.table:
            assert all(not isinstance(cell, float) or np.isfinite(cell) for cell in row.values())


def test_a_random_search_is_analysed_by_its_categories() -> None:
    """Numbers between the levels have no mean by level; the other factors do, and the best seen is told."""
    generator = np.random.default_rng(0)
    table = pd.DataFrame({"x": generator.uniform(0, 1, 20), "kind": ["a", "b"] * 10, "run": range(1, 21)})
    table["y"] = table["x"] + (table["kind"] == "b")
    factors = (Factor("x", (0.0, 1.0), "linear"), Factor("kind", ("a", "b")))
    found = _found(Results(factors, Objective("y"), table))
    assert set(_column(found["response-table"], "factor", "n")) == {"kind"}
    assert "Values between the levels of x: no mean by level" in found["response-table"].note
    assert "anova" not in found
    best = found["optimum"].table[-1]
    assert best["observed"] == table["y"].max()
    assert str(best["setting"]).startswith("x=0.")


def test_names_may_be_anything() -> None:
    """Factors called C, lambda or batch size are factors like others."""
    frame = golden.table("yang_elhaik_L9_yield").rename(columns={"A": "lambda", "B": "batch size"})
    found = _found(golden.results_of(frame, ["lambda", "batch size", "C"]))
    assert _column(found["anova"], "term", "sum_sq")["lambda"] == pytest.approx(158.0)


def test_an_exact_model_is_not_tested() -> None:
    """Responses without any noise give no F of ten thousand digits."""
    results = _noisy_l9(2)
    exact = results.table["optimizer"].map({"Adam": 0.1, "AdaGrad": 0.3, "Adadelta": 0.7})
    anova = _found(replace(results, table=results.table.assign(accuracy=exact)))["anova"]
    assert {row["p"] for row in anova.table} == {None}
    assert anova.note == "The model fits to the last digit, so there is no error to judge it by."


def test_cells_are_plain_values() -> None:
    """No number of numpy's leaves an analysis: findings go to JSON as they are."""
    for finding in [*analyze(golden.founding_l9()), *analyze(_noisy_l9(2))]:
        for row in finding.table:
            assert {type(cell) for cell in row.values()} <= {str, int, float, bool, type(None)}


def test_what_chance_does_is_simulated_for_the_very_degrees_of_freedom() -> None:
    """Unequal terms have another null than equal ones; the same question has the same answer."""
    assert null_largest([2, 2, 2, 2]) == pytest.approx((0.521, 0.771), abs=0.01)
    assert null_largest([1] * 7)[0] == pytest.approx(0.46, abs=0.03)
    assert null_largest([2, 2]) == null_largest([2, 2])


@pytest.mark.parametrize("results", [golden.founding_l9(), _noisy_l9(2)], ids=["one a run", "replicates"])
def test_names_are_those_of_the_shelf(results: Results) -> None:
    """A finding goes by the name under which its analysis stands, in the order of the shelf."""
    names = list(_found(results))
    assert names == [name for name in ANALYSES if name in names]
