"""The best setting: what is predicted, on which scale, how sure, and how much of it is chance."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from doe.analyses.optimum import optimum
from doe.model import Asked, Cell, Factor, Finding, Goal, Objective, Results
from tests import golden

Row = dict[str, Cell]


def _found(results: Results) -> tuple[Finding, dict[str, Row]]:
    finding = optimum(results)
    assert finding is not None
    return finding, {str(row["best"]): dict(row) for row in finding.table}


def _number(cell: Cell) -> float:
    assert isinstance(cell, float)
    return cell


def _l9(replicates: int, effect: float = 0.0, seed: int = 0) -> Results:
    """The founding plan, with noise of standard deviation one and an effect of the optimizer; named y."""
    base = golden.founding_l9()
    frame = pd.concat([base.table.assign(replicate=number) for number in range(1, replicates + 1)], ignore_index=True)
    moved = frame["optimizer"].map({"Adam": 0.0, "AdaGrad": effect, "Adadelta": 2 * effect})
    frame = frame.assign(y=moved + np.random.default_rng(seed).normal(size=len(frame)))
    return Results(base.factors, Objective("y"), frame)


class TestTheFoundingStudy:
    """Nine trainings, four factors, nothing left for error."""

    finding, rows = _found(golden.founding_l9())

    def test_effects_add_up_as_they_stand(self) -> None:
        """To the published 0.93763."""
        assert self.rows["predicted"]["predicted"] == pytest.approx(0.93763, abs=5e-6)

    def test_a_share_of_known_images_is_predicted_as_a_logit(self) -> None:
        """0.9359, by means of logits worked out here; the note repeats what effects add up to as they stand."""
        frame = golden.founding_l9().table
        logits = np.log(frame["accuracy"] / (1 - frame["accuracy"]))
        chosen = {"optimizer": "Adadelta", "epochs": 50, "dropout": 0.4, "batch_size": 128}
        total = sum(logits[frame[name] == level].mean() for name, level in chosen.items()) - 3 * logits.mean()
        finding, rows = _found(replace(golden.founding_l9(), asked=Asked(trials_of=372)))
        assert rows["predicted"]["predicted"] == pytest.approx(1 / (1 + np.exp(-total)))
        assert "as they stand they add up to 0.93763" in finding.note

    def test_it_says_what_noise_alone_would_promise(self) -> None:
        """No interval, no correction, and the sentence that takes their place."""
        assert list(self.rows) == ["predicted", "observed"]
        assert {self.rows["predicted"][name] for name in ("corrected", "low", "high", "observed")} == {None}
        assert "noise of this spread would make the best prediction 0.93" in self.finding.note
        assert "the mean of all trials is 0.917" in self.finding.note

    def test_it_says_what_else_the_effects_may_be(self) -> None:
        """Every main effect of an L9 of four factors is aliased with interactions of the others."""
        aliased = "What looks like the effect of optimizer, epochs, dropout or batch_size is aliased with every"
        assert aliased in self.finding.note


def test_predictions_are_never_beyond_1() -> None:
    """Accuracies near 1 whose effects add up to more than that."""
    results = golden.founding_l9()
    near = results.table.assign(accuracy=[0.9, 0.95, 0.999, 0.985, 0.96, 0.999, 0.95, 0.999, 0.98])
    known = Asked(trials_of=1000)
    finding, rows = _found(replace(results, table=near, asked=known))
    assert 0.99 < _number(rows["predicted"]["predicted"]) < 1
    assert "as they stand they add up to 1.0" in finding.note
    finding, _ = _found(replace(results, table=near))
    assert "No accuracy is above 1; --trials-of IMAGES adds effects up as logits" in finding.note
    near = near.rename(columns={"accuracy": "y"})
    finding, rows = _found(replace(results, table=near, objective=Objective("y")))
    assert "logits" not in finding.note
    assert _number(rows["predicted"]["predicted"]) > 1


def test_a_share_of_known_images_may_be_1() -> None:
    """With counts a perfect score has a logit: half an image more on either side."""
    results = golden.founding_l9()
    perfect = results.table.assign(accuracy=[1.0, *results.table["accuracy"][1:]])
    finding, _ = _found(replace(results, table=perfect))
    assert "logits" not in finding.note
    finding, rows = _found(replace(results, table=perfect, asked=Asked(trials_of=400)))
    assert "logits" in finding.note
    assert _number(rows["predicted"]["predicted"]) < 1


def test_the_interval_is_the_textbook_one_and_a_trial_has_a_wider_one() -> None:
    """Yang and El-Haik's L9 with factor B declared to be error: 21.67, 19.78 to 23.56; the trial's by hand."""
    results = golden.results_of(golden.table("yang_elhaik_L9_yield"), ["A", "B", "C"])
    _, rows = _found(replace(results, asked=Asked(pooled=("B",))))
    expected = golden.case("yang_elhaik_L9_yield")["expected"]["recomputed"]
    best, trial = rows["predicted"], rows["new trial"]
    assert str(best["setting"]).startswith("A=3, ")
    assert best["predicted"] == pytest.approx(expected["predicted"])
    assert (best["low"], best["high"]) == pytest.approx((expected["ci95_pooled"]["lo"], expected["ci95_pooled"]["hi"]))
    half = _number(best["high"]) - _number(best["predicted"])
    # Five of nine degrees of freedom in the mean of a setting: its variance is 5/9 of the error's.
    assert _number(trial["high"]) - _number(trial["corrected"]) == pytest.approx(half * np.sqrt(14 / 5))
    assert _number(best["corrected"]) <= _number(best["predicted"])


def test_under_pure_noise_the_correction_takes_the_promise_back() -> None:
    """Forty tables of three replicates: predictions promise 1.1 standard deviations, corrected almost nothing."""
    promised, corrected, seen = [], [], []
    for seed in range(40):
        _, rows = _found(_l9(3, seed=seed))
        promised.append(_number(rows["predicted"]["predicted"]))
        corrected.append(_number(rows["predicted"]["corrected"]))
        seen.append([rows["observed"]["observed"], rows["observed"]["corrected"]])
    assert np.mean(promised) == pytest.approx(1.95 / np.sqrt(3), abs=0.15)
    assert abs(np.mean(corrected)) < 0.25
    told = np.array([pair for pair in seen if pair[1] is not None], dtype=float)
    assert abs(told[:, 1].mean()) < 0.4 * told[:, 0].mean()


def test_factors_that_are_not_told_from_chance_are_left_free() -> None:
    """One planted effect: the others' levels are not pretended to be known."""
    finding, rows = _found(_l9(3, effect=4.0))
    assert str(rows["predicted"]["setting"]).startswith("optimizer=Adadelta, ")
    assert "Any level of epochs, dropout, batch_size may do as well: not told from chance." in finding.note
    assert "optimizer may be epochs x dropout, epochs x batch_size or dropout x batch_size." in finding.note


@pytest.mark.parametrize(("goal", "target"), [("maximize", None), ("minimize", None), ("target", 1.3)])
def test_an_interaction_that_was_asked_for_takes_part_in_the_choice(goal: Goal, target: float | None) -> None:
    """Where one level is best only together with another; compared with the means of all cells."""
    generator = np.random.default_rng(1)
    cells = list(product(["a", "b"], ["x", "y", "z"], [1, 2])) * 2
    frame = pd.DataFrame(cells, columns=["one", "two", "three"])
    crossed = {"ax": 0.0, "ay": 1.0, "az": 2.0, "bx": 3.0, "by": 1.2, "bz": 0.2}
    frame["y"] = (frame["one"] + frame["two"]).map(crossed) + generator.normal(0, 0.05, len(frame))
    results = replace(
        golden.results_of(frame, ["one", "two", "three"]),
        objective=Objective("y", goal, target),
        asked=Asked(interactions=(("one", "two"),)),
    )
    _, rows = _found(results)
    means = frame.groupby(["one", "two"])["y"].mean() + 0
    shift = frame.groupby("three")["y"].mean() - frame["y"].mean()
    predicted = {(a, b, c): means[a, b] + shift[c] for a, b, c in set(cells)}
    best = min(predicted, key=lambda cell: results.objective.loss(predicted[cell]))
    assert rows["predicted"]["setting"] == f"one={best[0]}, two={best[1]}, three={best[2]}"
    assert rows["predicted"]["predicted"] == pytest.approx(predicted[best])


def test_noise_and_blocks_are_averaged_over_and_not_chosen() -> None:
    """A noise factor moves everything, and no setting names it."""
    frame = pd.DataFrame(product([1, 2, 3], [1, 2], ["dusk", "noon"]), columns=["a", "b", "light"])
    noise = np.random.default_rng(0).normal(0, 0.1, len(frame))
    frame["y"] = frame["a"] + 10.0 * (frame["light"] == "noon") + noise
    finding, rows = _found(golden.results_of(frame, ["a", "b", "light"], light="noise"))
    assert str(rows["predicted"]["setting"]).startswith("a=3, b=")
    assert "light" not in str(rows["predicted"]["setting"]) + str(rows["observed"]["setting"])
    assert rows["predicted"]["predicted"] == pytest.approx(8, abs=0.2)
    assert rows["observed"]["observed"] == pytest.approx(8, abs=0.2)
    assert "for the average over light" in finding.note


def test_what_was_always_above_zero_is_doubted_below() -> None:
    """A porosity that adds up to less than nothing (research/designs_and_analysis.md 2.5)."""
    frame = golden.founding_l9().table.assign(porosity=[9.0, 4, 1.2, 4, 1.1, 1, 1.3, 1.1, 4])
    results = replace(golden.founding_l9(), table=frame, objective=Objective("porosity", "minimize"))
    finding, rows = _found(results)
    assert _number(rows["predicted"]["predicted"]) < 0
    assert "All porosity seen is above zero and this is not" in finding.note


def test_seconds_multiply() -> None:
    """Twice the epochs take twice the time: on the log scale there is nothing below zero."""
    frame = golden.founding_l9().table
    frame = frame.assign(seconds=frame["epochs"] * 64 / frame["batch_size"])
    results = replace(golden.founding_l9(), table=frame, objective=Objective("seconds", "minimize"))
    finding, rows = _found(results)
    assert rows["predicted"]["predicted"] == pytest.approx(15.0)
    assert "logarithms" in finding.note


def test_a_random_search_has_a_best_point_within_its_region() -> None:
    """A planted summit is found by the surface; whole numbers stay whole, and what is nominal is chosen too."""
    generator = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "rate": 10 ** generator.uniform(-4, -2, 40),
            "epochs": generator.integers(10, 51, 40),
            "kind": generator.choice(["a", "b"], 40),
        }
    )
    bend = -((np.log10(frame["rate"]) + 3.2) ** 2) - ((frame["epochs"] - 37) / 20) ** 2
    frame["y"] = bend + 0.3 * (frame["kind"] == "b") + generator.normal(0, 0.01, 40)
    factors = (Factor("rate", (1e-4, 1e-2), "log"), Factor("epochs", (10, 50), "linear"), Factor("kind", ("a", "b")))
    finding, rows = _found(Results(factors, Objective("y"), frame.astype({"epochs": int})))
    setting = dict(part.split("=") for part in str(rows["predicted"]["setting"]).split(", "))
    assert float(setting["rate"]) == pytest.approx(10**-3.2, rel=0.05)
    assert int(setting["epochs"]) in {36, 37, 38}
    assert setting["kind"] == "b"
    assert _number(rows["predicted"]["low"]) < 0.3 < _number(rows["predicted"]["high"])
    assert _number(rows["new trial"]["low"]) < _number(rows["predicted"]["low"])
    assert "surface of second order" in finding.note
    aimed = Results(factors, Objective("y", "target", -0.5), frame.astype({"epochs": int}))
    assert _found(aimed)[1]["predicted"]["predicted"] == pytest.approx(-0.5, abs=0.01)


def test_the_correction_of_a_surface() -> None:
    """Pure noise of standard deviation one at twenty random points: the summit promises 1.2, corrected almost nothing.

    Of new trials there, nearly all fall into their interval.
    """
    axes = tuple(Factor(name, (-1.0, 1.0), "linear") for name in "xz")
    promised, corrected, within = [], [], []
    for seed in range(30):
        generator = np.random.default_rng(seed)
        frame = pd.DataFrame(generator.uniform(-1, 1, (20, 2)), columns=["x", "z"])
        _, rows = _found(Results(axes, Objective("y"), frame.assign(y=generator.normal(size=20))))
        promised.append(_number(rows["predicted"]["predicted"]))
        corrected.append(_number(rows["predicted"]["corrected"]))
        trial = generator.normal()
        within.append(_number(rows["new trial"]["low"]) <= trial <= _number(rows["new trial"]["high"]))
    assert np.mean(promised) > 0.9
    assert abs(np.mean(corrected)) < 0.3
    assert np.mean(within) > 0.85
