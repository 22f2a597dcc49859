"""Analyses of variance as the textbooks have them, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from doe.analyses.anova import anova
from doe.analyses.effect_sizes import effect_sizes
from doe.analyses.response_table import response_table
from doe.model import Asked, Cell, Completed, Finding, Reading, Results, Sums, Trial
from doe.ratios import ratio
from tests import golden

Line = Mapping[str, Cell]


def _asked(results: Results, *pairs: tuple[str, str], sums: Sums = "II", pooled: tuple[str, ...] = ()) -> Results:
    return replace(results, asked=Asked(interactions=pairs, sums=sums, pooled=pooled))


def _found(results: Results) -> Finding:
    finding = anova(results)
    assert finding is not None
    return finding


def _lines(results: Results) -> dict[str, Line]:
    return {str(row["term"]).replace(" x ", ":"): row for row in _found(results).table}


def _golf(response: str) -> Results:
    """Minitab's golf balls: a row a run, its response the mean or the ratio over driver and iron."""
    read = golden.case("minitab_golf_ball_L8")
    clubs = np.array([read["responses"]["driver"], read["responses"]["iron"]], dtype=float).T
    frame = pd.DataFrame(read["design"]["rows"], columns=read["design"]["columns"])
    values = clubs.mean(axis=1) if response == "means" else [ratio(run.tolist(), "maximize") for run in clubs]
    return golden.results_of(frame.assign(y=values), read["design"]["columns"])


@pytest.mark.parametrize("response", ["means", "sn"])
def test_minitabs_golf_balls(response: str) -> None:
    """Means and ratios by level, and the analysis of variance with an interaction: Minitab's help, static design."""
    results, expected = _golf(response), golden.case("minitab_golf_ball_L8")["expected"]
    lines = _lines(_asked(results, ("Material", "Diameter")))
    for row in expected["recomputed"][f"anova_{response}"]:
        line = lines[{"Residual": "error", "Total": "total"}.get(row["term"], row["term"])]
        assert line["df"] == row["df"]
        assert line["sum_sq"] == pytest.approx(row["ss"], rel=1e-9)
        if row.get("F") is not None:
            assert [line["F"], line["p"]] == pytest.approx([row["F"], row["p"]], rel=1e-9)
    if response == "means":
        for term, p in expected["published"]["means_p"].items():
            assert lines[term]["p"] == pytest.approx(p, abs=5e-4)
    table = response_table(results)
    assert table is not None
    for name, wanted in expected["recomputed"][f"response_table_{response}"].items():
        rows = [row for row in table.table if row["factor"] == name]
        assert [row["mean"] for row in rows] == pytest.approx(wanted["level_means"], rel=1e-12)
        assert rows[0]["delta"] == pytest.approx(wanted["delta"], rel=1e-12)


def test_nists_ceramic_strength() -> None:
    """A 2^5 with all two-factor interactions: the sums of squares that NIST prints, to the digits it prints."""
    names = ["X1", "X2", "X3", "X4", "X5"]
    results = golden.results_of(golden.table("nist_ceramic_strength_2p5"), names)
    pairs = [(one, two) for place, one in enumerate(names) for two in names[place + 1 :]]
    lines, expected = _lines(_asked(results, *pairs)), golden.case("nist_ceramic_strength_2p5")["expected"]
    printed = {term: row["ss"] for term, row in expected["published"]["anova12"].items() if term.count(":") < 2}
    assert {term: lines[term]["sum_sq"] for term in printed} == pytest.approx(printed, abs=5e-3)
    exact = {row["term"]: row["ss"] for row in expected["recomputed"]["anova_3fi"] if row["term"] in lines}
    assert len(exact) == 15
    assert {term: lines[term]["sum_sq"] for term in exact} == pytest.approx(exact, rel=1e-9)
    assert lines["error"]["df"] == 16


def test_the_pilot_plant() -> None:
    """Box, Hunter and Hunter's 2^3 (p. 177): effects of 23, -5, 1.5, 10, 1.5 and 0 are these sums of squares."""
    pairs = [("T", "C"), ("T", "K"), ("C", "K")]
    results = _asked(golden.results_of(golden.table("bhh_pilot_plant_2p3"), ["T", "C", "K"]), *pairs)
    effects = golden.case("bhh_pilot_plant_2p3")["expected"]["published"]["effects"]
    lines = {term.replace(":", ""): row for term, row in _lines(results).items()}
    for term in ("T", "C", "K", "TC", "TK", "CK"):
        assert lines[term]["sum_sq"] == pytest.approx(2 * effects[term] ** 2, abs=1e-10)
    assert lines["error"]["sum_sq"] == pytest.approx(2 * effects["TCK"] ** 2)


@pytest.mark.parametrize(
    ("names", "sums", "key"),
    [(["A", "C3"], "I", "type1_A_C"), (["C3", "A"], "I", "type1_C_A"), (["A", "C3"], "III", "type3")],
)
def test_a_lost_run_under_each_type(names: list[str], sums: Sums, key: str) -> None:
    """The L9 without its fifth run: F and p as R's anova and drop1 have them; the order matters to type I alone."""
    frame = golden.table("L9_missing_run")
    found = _found(_asked(golden.results_of(frame, names), sums=sums))
    lines = {row["term"]: row for row in found.table}
    for row in golden.case("L9_missing_run")["expected"]["recomputed"][key][:2]:
        assert lines[row["term"]]["sum_sq"] == pytest.approx(row["ss"], rel=1e-10)
        assert lines[row["term"]]["p"] == pytest.approx(row["p"], rel=1e-9)
    assert {"I": "their order matters (type I)", "III": "(type III)"}[str(sums)] in found.note


@pytest.mark.parametrize("key", ["mean", "sn"])
def test_the_connector_is_saturated(key: str) -> None:
    """Byrne and Taguchi's L9 of four factors, as means and as ratios: sums of squares, and nothing left for error."""
    read = golden.case("byrne_taguchi_connector_L9xL8")
    forces = read["responses"]["pull_off_force_by_noise_row"]
    values = [float(np.mean(run)) if key == "mean" else ratio(run, "maximize") for run in forces]
    frame = pd.DataFrame(read["design"]["rows"], columns=list("ABCD")).assign(y=values)
    results = golden.results_of(frame, list("ABCD"))
    lines, by_level = _lines(results), response_table(results)
    assert by_level is not None
    for name, wanted in read["expected"]["recomputed"][f"response_table_{key}"].items():
        means = {row["level"]: row["mean"] for row in by_level.table if row["factor"] == name}
        assert [means[level] for level in (1, 2, 3)] == pytest.approx(wanted["level_means"], rel=1e-12)
    for row in read["expected"]["recomputed"][f"anova_{key}_saturated"][:4]:
        assert lines[row["term"]]["sum_sq"] == pytest.approx(row["ss"], rel=1e-9)
        assert lines[row["term"]]["p"] is None
    assert lines["error"]["df"] == 0


def _yield() -> Results:
    return golden.results_of(golden.table("yang_elhaik_L9_yield"), ["A", "B", "C"])


def test_declared_pooling_is_labelled() -> None:
    """Yang and El-Haik pool B: F and p are theirs, and the row of the error and the note both say so."""
    found = _found(_asked(_yield(), pooled=("B",)))
    lines = {row["term"]: row for row in found.table}
    expected = golden.case("yang_elhaik_L9_yield")["expected"]["recomputed"]["pooled_B"]
    for row in expected[:2]:
        assert (lines[row["term"]]["F"], lines[row["term"]]["p"]) == pytest.approx((row["F"], row["p"]))
    assert lines["error (holds B)"]["df"] == 4
    assert "The error holds B, as told by --pool. Chosen after a look at the results" in found.note


def test_what_a_study_declared_is_said_to_be_declared() -> None:
    """A study says before its data what is error; a table cannot show when it was said."""
    results = _yield()
    ended = Completed(Trial(1, 1, 0, {"A": 1, "B": 1, "C": 1}), (Reading(1, {"y": 8.0}),), 1.0)
    found = _found(replace(_asked(results, pooled=("B",)), completed=(ended,)))
    assert "The error holds B, as declared before the data." in found.note
    assert "--pool" not in found.note


def test_all_pooled_leaves_nothing_to_test() -> None:
    """No error in words, where no term is left."""
    found = _found(_asked(_yield(), pooled=("A", "B", "C")))
    assert [row["term"] for row in found.table] == ["error (holds A, B, C)", "total"]
    assert found.note.startswith("Everything was declared to be error")


def test_aliased_interactions_are_named() -> None:
    """In an L9 an interaction is the same contrast as the two other columns: none of the three is judged in silence."""
    found = _found(_asked(golden.founding_l9(), ("optimizer", "epochs")))
    df = {row["term"]: row["df"] for row in found.table}
    assert df == {"optimizer": 2, "epochs": 2, "dropout": 0, "batch_size": 0, "optimizer x epochs": 0} | {
        "error": 0,
        "total": 8,
    }
    assert "dropout from optimizer x epochs; batch_size from optimizer x epochs" in found.note
    assert "optimizer x epochs from dropout or batch_size" in found.note


def test_an_interaction_that_acts_is_said_to() -> None:
    """Its factors' means are then told to depend on one another."""
    frame = golden.table("bhh_pilot_plant_2p3")
    twice = pd.concat([frame, frame.assign(y=frame["y"] + [1, -1, 1, -1, 1, -1, 1, -1])])
    found = _found(_asked(golden.results_of(twice, ["T", "C", "K"]), ("T", "K")))
    assert "More than chance would do (p < 0.05): T, C, K, T x K." in found.note
    assert "As T x K acts" in found.note


def test_effect_sizes_by_hand() -> None:
    """Olejnik and Algina's formulas on Yang and El-Haik's table: SS of 158, MSE of 1/3, total 180, nine runs."""
    found = effect_sizes(_yield())
    assert found is not None
    row = found.table[0]
    assert row["omega_sq"] == pytest.approx((158 - 2 / 3) / (180 + 1 / 3))
    assert row["partial_omega_sq"] == pytest.approx(2 * 236 / (2 * 236 + 9))
    assert row["partial_eta_sq"] == pytest.approx(158 / (158 + 2 / 3))
    assert "that of A: 87 %" in found.note


def test_effect_sizes_in_strata_count_trainings() -> None:
    """A factor set once a plot is carried by 18 plots, one read within them by 72 rows."""
    frame = golden.table("yates_oats_split_plot")
    found = effect_sizes(golden.results_of(frame, ["B", "V", "N"], B="block", N="within"))
    assert found is not None
    rows = {row["term"]: row for row in found.table}
    assert list(rows) == ["V", "N", "N x V"]
    f_v, f_n = 1.48534037943633, 37.6856470588235
    assert rows["V"]["partial_omega_sq"] == pytest.approx(2 * (f_v - 1) / (2 * (f_v - 1) + 18))
    assert rows["N"]["partial_omega_sq"] == pytest.approx(3 * (f_n - 1) / (3 * (f_n - 1) + 72))


def test_without_error_there_are_no_effect_sizes() -> None:
    """An L9 of four factors says nothing beyond itself."""
    assert effect_sizes(golden.founding_l9()) is None


def _oats(*pairs: tuple[str, str], pooled: tuple[str, ...] = ()) -> Finding:
    frame = golden.table("yates_oats_split_plot")
    results = golden.results_of(frame, ["B", "V", "N"], B="block", N="within")
    return _found(_asked(results, *pairs, pooled=pooled))


def test_what_is_pooled_within_plots_is_in_their_error() -> None:
    """The oats' N x V joins the 45 degrees of freedom within plots, and V the 10 between them; the totals stay."""
    rows = {row["term"]: row for row in _oats(pooled=("N:V",)).table}
    assert rows["error within trainings (holds N x V)"]["df"] == 51
    assert rows["error within trainings (holds N x V)"]["sum_sq"] == pytest.approx(7968.75 + 321.75)
    rows = {row["term"]: row for row in _oats(pooled=("V",)).table}
    assert rows["error between trainings (holds V)"]["sum_sq"] == pytest.approx(6013.30555555557 + 1786.36111111111)
    rows = {row["term"]: row for row in _oats(pooled=("N",)).table}
    assert sum(float(row["sum_sq"] or 0.0) for term, row in rows.items() if term != "total") == pytest.approx(
        float(rows["total"]["sum_sq"] or 0.0)
    )


def test_an_interaction_along_the_training_is_judged_within() -> None:
    """Asked for by name it is the line that is there anyway."""
    anyway, asked = ({row["term"]: row for row in found.table} for found in (_oats(), _oats(("V", "N"))))
    assert asked["V x N"]["sum_sq"] == pytest.approx(anyway["N x V"]["sum_sq"])
    assert asked["V x N"]["p"] == pytest.approx(0.932198758999224)


def test_a_saturated_stratum_is_said_to_be_while_the_other_is_tested() -> None:
    """Three trainings, a factor of three levels: nothing is left between them, and the epochs are still judged."""
    generator = np.random.default_rng(0)
    rows = [{"a": a, "epochs": e, "y": a + e + generator.normal(0, 0.1)} for a in (0, 1, 2) for e in (1, 2, 3)]
    found = _found(golden.results_of(pd.DataFrame(rows), ["a", "epochs"], epochs="within"))
    p = {row["term"]: row["p"] for row in found.table}
    assert p["a"] is None
    assert float(p["epochs"] or 1.0) < 0.001
    assert "Between trainings no degrees of freedom are left for error" in found.note
