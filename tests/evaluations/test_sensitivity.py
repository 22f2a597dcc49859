"""What a plan would notice: main effects, interactions, accuracies, and a factor read off along a training."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import f_oneway

from doe.designs import DESIGNS
from doe.evaluations import Assumptions, evaluate, main_effects, replicates_for, sensitivity, weakest
from doe.model import Asked, Factor, Finding, Objective, Study
from doe.statistics.contrasts import product
from doe.statistics.power import noncentrality

THREE = tuple(Factor(name, (1, 2, 3)) for name in ("optimizer", "width", "dropout", "batch_size"))
EPOCHS = Factor("epochs", (10, 20, 30), role="within")


def _study(design: str, factors: tuple[Factor, ...], replicates: int = 1, *asked: tuple[str, str]) -> Study:
    objective = Objective("val_accuracy")
    return Study("any", design, factors, objective, "any", replicates=replicates, analysis=Asked(interactions=asked))


def _found(study: Study, assumed: Assumptions | None = None) -> dict[str, Finding]:
    trials = DESIGNS[study.design].runs(study)
    return {finding.name: finding for finding in evaluate(study, trials, assumed or Assumptions())}


def test_power_of_a_plan_is_how_often_its_test_is_significant() -> None:
    """The smallest difference that is told, simulated on the factor in which it is told: nine in ten are noticed."""
    study = _study("full_factorial", (Factor("a", (1, 2, 3)), Factor("b", (1, 2))), replicates=4)
    assumed = Assumptions(sd=0.5, power=0.9)
    (row, _) = _found(study, assumed)["power"].table
    difference = row["smallest difference"]
    assert isinstance(difference, float)
    shifts = np.array([-difference / 2, 0, difference / 2])
    generator = np.random.default_rng(11)
    # b and the replicates take four degrees of freedom more, of twenty-one
    samples = generator.normal(shifts[:, None], 0.5, (2000, 3, 8))
    significant = np.mean([f_oneway(*sample).pvalue < 0.05 for sample in samples])
    assert significant == pytest.approx(0.9, abs=0.03)


def test_replicates_that_detect_an_effect_are_the_fewest() -> None:
    """One less would not do."""
    study = _study("l9", THREE)
    tests = sensitivity(study, DESIGNS["l9"].runs(study))
    assumed = Assumptions(sd=0.004, effect=0.005)
    assert tests is not None
    needed = replicates_for(tests, assumed)
    assert needed is not None
    assert weakest(tests, needed, assumed) >= 0.8 > weakest(tests, needed - 1, assumed)
    assert replicates_for(tests, Assumptions(sd=1.0, effect=1e-4)) is None


def test_power_without_a_standard_deviation_is_told_in_them() -> None:
    """And with none left for error nothing is promised."""
    finding = _found(_study("l9", THREE, 2))["power"]
    assert finding.note.startswith("A difference of 2.19 standard deviations")
    assert "smallest difference" not in finding.table[0]
    blind = _found(_study("l9", THREE), Assumptions(sd=0.1, effect=0.5))["power"]
    assert blind.warns
    assert {(row["in sd"], row["power"]) for row in blind.table} == {(None, 0.0)}


def test_an_interaction_of_two_levels_is_a_difference_of_differences() -> None:
    """Of four means of n trials each it has the variance 4 / n: the smallest that is noticed follows."""
    study = _study("full_factorial", (Factor("a", (1, 2)), Factor("b", (1, 2))), replicates=5)
    (row,) = _found(study, Assumptions(sd=2.0))["interaction-power"].table
    # of 20 trials, 1 mean, 4 replicates, 2 main effects and the interaction itself
    expected = (noncentrality(1, 20 - 1 - 4 - 2 - 1, 0.8) * 4 / 5) ** 0.5
    assert (row["term"], row["df"]) == ("a x b", 1)
    assert row["in sd"] == pytest.approx(expected)
    assert row["smallest difference"] == pytest.approx(2 * expected)


def test_the_interaction_of_the_first_two_columns_of_an_l18_can_be_had() -> None:
    """And no other one: Taguchi, System of Experimental Design (1987); beside all eight factors no error is left."""
    factors = (Factor("c1", (1, 2)), *(Factor(f"c{place}", (1, 2, 3)) for place in range(2, 9)))
    (row,) = _found(_study("l18", factors))["interaction-power"].table
    assert row == {"term": "c1 x c2", "df": 2, "in sd": None}


@pytest.mark.parametrize("design", ["l9", "l18", "l27", "l36"])
def test_what_can_be_estimated_is_a_question_of_rank(design: str) -> None:
    """Each interaction for which the main effects and its own columns are independent, by brute force."""
    study = _study(design, THREE[:3])
    trials = DESIGNS[design].runs(study)
    columns = main_effects(study, trials)
    mains = np.hstack([np.ones((len(trials), 1)), *columns.values()])
    expected = set()
    for one, two in combinations(columns, 2):
        whole = np.hstack([mains, product(columns[one], columns[two])])
        if np.linalg.matrix_rank(whole) == whole.shape[1]:
            expected.add(f"{one} x {two}")
    rows = _found(study)["interaction-power"].table
    assert {row["term"] for row in rows} == expected


def test_an_interaction_that_is_asked_for_stands_beside_the_others() -> None:
    """It takes its degrees of freedom from the error of the others, not from its own."""
    four = tuple(Factor(name, (1, 2)) for name in "abcd")
    plain = {r["term"]: r["in sd"] for r in _found(_study("fraction", four, 2))["interaction-power"].table}
    finding = _found(_study("fraction", four, 2, ("a", "b")))["interaction-power"]
    asked = {row["term"]: row["in sd"] for row in finding.table}
    assert asked["a x b"] == plain["a x b"]
    assert "c x d" in plain
    assert "c x d" not in asked  # it is a x b
    assert float(asked["a x c"] or 0) > float(plain["a x c"] or 0)
    assert "beside the main effects and a x b" in finding.note


def test_an_interaction_asked_for_that_cannot_be_had_is_warned_of() -> None:
    """With the way to a plan that can; those that can be had are no cause for a warning."""
    asked = (("optimizer", "dropout"), ("width", "batch_size"))
    lost = _found(_study("l9", THREE, 1, *asked))["asked-interactions"]
    assert lost.warns
    assert lost.note.startswith("optimizer x dropout and width x batch_size, asked for, cannot be estimated")
    assert "--design auto --layout interactions=optimizer:dropout,width:batch_size" in lost.note
    had = _found(_study("full_factorial", THREE, 1, *asked))["asked-interactions"]
    assert not had.warns
    assert [row["can be estimated"] for row in had.table] == [True, True]
    assert "asked-interactions" not in _found(_study("l9", (*THREE[:3], EPOCHS), 1, ("dropout", "epochs")))


def test_a_split_plot_is_simulated_beside_the_formula() -> None:
    """Both strata, with and without interactions of the factor that is read off; the two agree within chance."""
    factors = (*THREE[:1], *THREE[2:3], EPOCHS)
    assumed = Assumptions(sd=0.004, sd_within=0.003, effect=0.006)
    for design, replicates in (("full_factorial", 2), ("l9", 3)):
        finding = _found(_study(design, factors, replicates), assumed)["power"]
        assert [row["term"] for row in finding.table] == ["optimizer", "dropout", "epochs"]
        for row in finding.table:
            assert row["simulated"] == pytest.approx(float(row["power"] or 0), abs=0.03)
        assert "4,000 studies drawn at random" in finding.note
    assert "simulated" not in _found(_study("l9", factors), Assumptions(sd=1.0, sd_within=1.0))["power"].table[0]


def test_an_accuracy_is_judged_by_its_images() -> None:
    """Nine runs, three at a level: 3000 images a level, and a loss that is noticed with the power asked for."""
    study, assumed = _study("l9", THREE), Assumptions(accuracy=0.9, images=1000, effect=0.02)
    finding = _found(study, assumed)["accuracy-power"]
    (row, *_) = finding.table
    assert (row["df"], row["images a level"]) == (2, 3000)
    loss = row["smallest loss"]
    assert isinstance(loss, float)
    again = _found(study, Assumptions(accuracy=0.9, images=1000, effect=loss))["accuracy-power"].table[0]
    assert again["power"] == pytest.approx(0.8, abs=1e-9)
    assert "binomial model (chi-squared, on the arcsine scale)" in finding.note
    # the difference by the normal approximation with the same standard deviation is near
    assert loss == pytest.approx(0.0248, abs=2e-3)


def test_few_images_notice_no_loss() -> None:
    """Not even that of all of the accuracy."""
    (row, *_) = _found(_study("l9", THREE), Assumptions(accuracy=0.2, images=3))["accuracy-power"].table
    assert row["smallest loss"] is None
