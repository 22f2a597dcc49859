"""What ``doe plan`` says besides: words, parts of interactions, precision, power, chance and cost."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.special import fdtri

from doe.designs import DESIGNS
from doe.evaluations import (
    EVALUATIONS,
    THOROUGH,
    Assumptions,
    evaluate,
    figures,
    sensitivity,
)
from doe.evaluations.alias_structure import in_words
from doe.model import Factor, Finding, Objective, Study, StudyError, Trial
from doe.statistics.arrays import word_lengths
from tests import golden

THREE = tuple(Factor(name, (1, 2, 3)) for name in ("optimizer", "epochs", "dropout", "batch_size"))


def _study(design: str, factors: tuple[Factor, ...], replicates: int = 1) -> Study:
    return Study("any", design, factors, Objective("val_accuracy"), "any", replicates=replicates)


def _found(study: Study, assumed: Assumptions | None = None) -> dict[str, Finding]:
    trials = DESIGNS[study.design].runs(study)
    return {finding.name: finding for finding in evaluate(study, trials, assumed or Assumptions())}


def test_names_are_those_of_the_two_tables() -> None:
    """Each finding goes by the name under which its evaluation stands; a run's plan is told the first few only."""
    study = _study("l9", THREE)
    assumed = Assumptions(images=400, accuracy=0.9, epochs=(10,) * 9)
    two = tuple(Factor(name, (1, 2)) for name in "abcd")
    several = (study, _study("full_factorial", THREE), _study("fraction", two))
    found = {name for one in several for name in _found(one, assumed)}
    always = [name for name in EVALUATIONS if name not in {"schedule", "asked-interactions", "draws"}]
    assert found == {*always, *THOROUGH}
    assert [finding.name for finding in evaluate(study, DESIGNS["l9"].runs(study))] == always


@pytest.mark.parametrize(
    ("design", "name"),
    [("l9", "L9(3^4)"), ("l12", "L12(2^11)"), ("l18", "L18(2^1 3^7)"), ("l16b", "L16(4^5)"), ("l25", "L25(5^6)")],
)
def test_the_figures_of_an_array_agree_with_doe_base(design: str, name: str) -> None:
    """Strength and pattern from the runs of a plan that fills the array."""
    case = golden.case("gwlp_catalogue")
    counts, expected = sorted(case["design"][name]["levels"]), case["expected"][name]
    factors = tuple(Factor(f"c{place}", tuple(range(1, count + 1))) for place, count in enumerate(counts))
    study = _study(design, factors)
    trials = DESIGNS[design].runs(study)
    found = figures(study, trials)
    assert found.strength == expected["strength"]
    assert found.gwlp is not None
    assert found.gwlp[: len(expected["gwlp"])] == pytest.approx(expected["gwlp"], abs=1e-9)
    assert sum(found.gwlp) == pytest.approx(np.prod(counts, dtype=float) / len(trials))


def test_an_l9_carries_half_of_each_interaction() -> None:
    """Two of the four degrees of freedom of each interaction of two others."""
    finding = _found(_study("l9", THREE))["alias-structure"]
    assert finding.table[2] == {
        "effect": "dropout",
        "is aliased with": "half of epochs x batch_size, optimizer x batch_size, optimizer x epochs",
    }


def test_effects_that_carry_nothing_are_said_to() -> None:
    """A two-level fraction in which one factor is clear of the others."""
    two = tuple(Factor(name, (0, 1)) for name in "abcd")
    rows = [(a, b, a ^ b, d) for a, b, d in product((0, 1), repeat=3)]
    trials = [Trial(n, 1, 0, dict(zip("abcd", row, strict=True))) for n, row in enumerate(rows, 1)]
    found = {finding.name: finding for finding in evaluate(_study("l8", two), trials, Assumptions())}
    finding = found["alias-structure"]
    told = {row["effect"]: row["is aliased with"] for row in finding.table}
    assert told == {"a": "all of b x c", "b": "all of a x c", "c": "all of a x b", "d": "no two-factor interaction"}


def test_a_fraction_of_strength_three_aliases_interactions_in_pairs() -> None:
    """With d = abc main effects are clear, and each interaction is aliased with that of the other two."""
    factors = tuple(Factor(name, (0, 1)) for name in "abcd")
    half = [row for row in product((0, 1), repeat=4) if sum(row) % 2 == 0]
    trials = [Trial(n, 1, 0, dict(zip("abcd", row, strict=True))) for n, row in enumerate(half, 1)]
    found = {finding.name: finding for finding in evaluate(_study("l8", factors), trials, Assumptions())}
    assert (
        found["interaction-aliases"].note
        == "Aliased with one another are a x b with c x d, a x c with b x d, a x d with b x c."
    )
    assert {"effect": "c x d", "aliased with": "a x b", "share": 1.0} in found["interaction-aliases"].table
    assert "alias-structure" not in found
    whole = _found(_study("full_factorial", factors))["interaction-aliases"]
    assert (whole.table, whole.note) == ((), "All two-factor interactions can be told apart as well.")


def test_power_within_trainings_is_that_of_simulated_split_plots() -> None:
    """Nine trainings, each read at three epochs, with a mean of its own: the F test of epochs within them."""
    within = Factor("checkpoint", (5, 10, 20), role="within")
    study = _study("l9", (*THREE, within))
    found = _found(study, Assumptions(sd=1.0, sd_within=0.2, effect=0.3))["power"]
    row = found.table[-1]
    assert (row["term"], row["df"]) == ("checkpoint", 2)
    generator = np.random.default_rng(2)
    shifts = np.array([-0.15, 0.0, 0.15])
    readings = generator.normal(0, 1, (4000, 9, 1)) + shifts + generator.normal(0, 0.2, (4000, 9, 3))
    inside = readings - readings.mean(axis=2, keepdims=True)
    levels = inside.mean(axis=1)
    effect = 9 * (levels**2).sum(axis=1) / 2
    error = ((inside - levels[:, None, :]) ** 2).sum(axis=(1, 2)) / 16
    assert row["power"] == pytest.approx(np.mean(effect / error > fdtri(2, 16, 0.95)), abs=0.025)
    assert "--sd-within NUMBER" in _found(study)["power"].note


@pytest.mark.parametrize(("part", "words"), [(1.0, "all of"), (1 / 9, "a ninth of"), (0.6123, "61 % of")])
def test_parts_in_words(part: float, words: str) -> None:
    """Simple fractions have names."""
    assert in_words(part) == words


def test_words_and_projections_of_plackett_and_burman() -> None:
    """Every three columns of an L12 hold a ninth of a word; the worst is what the resolution is taken from."""
    found = _found(_study("l12", tuple(Factor(f"f{n}", (0, 1)) for n in range(11))))
    assert "A3 = 18.3333, generalised resolution 3.667" in found["word-lengths"].note
    assert found["projections"].table == ({"words of three": round(1 / 9, 9), "choices": 165},)


def test_a_full_factorial_has_no_words() -> None:
    """And its estimates are as precise as they can be."""
    found = _found(_study("full_factorial", THREE[:3]))
    assert [row["words"] for row in found["word-lengths"].table] == [1, 0, 0, 0]
    assert found["word-lengths"].note.startswith("No words")
    assert found["efficiency"].note.startswith("As precise as a plan of as many runs can be")
    assert [row["VIF"] for row in found["inflation"].table] == pytest.approx([1.0] * 3)


def test_a_lost_run_costs_precision() -> None:
    """The plan is still estimable, and less than wholly efficient."""
    study = _study("full_factorial", THREE[:2])
    trials = DESIGNS["full_factorial"].runs(study)[1:]
    found = {finding.name: finding for finding in evaluate(study, trials, Assumptions())}
    assert "% by G" in found["efficiency"].note
    assert "inflate the variance of" in found["inflation"].note


def test_too_few_runs_are_warned_of() -> None:
    """Nothing is said of power where not every main effect can be estimated."""
    study = _study("full_factorial", THREE[:2])
    trials = DESIGNS["full_factorial"].runs(study)[:4]
    found = {finding.name: finding for finding in evaluate(study, trials, Assumptions())}
    assert found["efficiency"].warns
    assert found["inflation"].warns
    assert "power" not in found
    assert sensitivity(study, trials) is None


def test_values_between_the_levels_stand_on_a_line() -> None:
    """A number that the plan sets beside its levels is judged by its trend, along its scale."""
    study = _study("full_factorial", (Factor("rate", (0.01, 1.0), "log"), Factor("size", (1, 2))))
    trials = [
        Trial(n, 1, 0, {"rate": rate, "size": 1 + n // 3}) for n, rate in enumerate((0.01, 1.0, 0.1, 0.1, 0.01, 1.0))
    ]
    tests = sensitivity(study, trials)
    assert tests is not None
    assert tests.freedom == {"rate": 1, "size": 1}
    # the slope is known with variance 1 / 4, a difference from end to end is twice the slope
    assert tests.spreads["rate"] == pytest.approx(1.0)
    assert figures(study, trials).strength is None


def test_chance_is_binomial() -> None:
    """One image of 400 is a quarter of a percent, and 0.9 moves by three."""
    found = _found(_study("l9", THREE), Assumptions(images=400))["chance"]
    assert found.table[0]["sd by chance"] == pytest.approx(0.015)
    assert "chance alone moves val_accuracy of 0.9 by ±0.029" in found.note
    assert Assumptions(images=400, accuracy=0.9).error_sd == pytest.approx(0.015)
    assert Assumptions(images=400, accuracy=0.9, sd=0.1).error_sd == 0.1


def test_cost_counts_epochs_and_images_of_all_replicates() -> None:
    """By run and in total."""
    assumed = Assumptions(epochs=tuple(range(1, 10)), train_images=1000)
    found = _found(_study("l9", THREE, 2), assumed)["cost"]
    assert found.table[2] == {"run": 3, "trainings": 2, "epochs": 6, "images": 6000}
    assert found.table[-1] == {"run": "total", "trainings": 18, "epochs": 90, "images": 90_000}
    assert found.note == "18 trainings of 90 epochs together, 90,000 images through the network."


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sd": -1.0}, "--sd -1: wanted a number above 0"),
        ({"sd": float("nan")}, "--sd nan: wanted a number above 0"),
        ({"effect": 0.0, "sd": 1.0}, "--detect 0: wanted a number above 0"),
        ({"effect": 1.0}, "--detect wants the standard deviation"),
        ({"power": 1.0}, "--power 1: wanted a number between 0 and 1"),
        ({"power": 0.04}, "--power 0.04: wanted more than the significance"),
        ({"accuracy": 2.0}, "--accuracy 2: wanted a number between 0 and 1"),
        ({"images": 0}, "--images 0: wanted 1 or more"),
    ],
)
def test_assumptions_that_make_no_sense_are_refused(wrong: dict[str, float], said: str) -> None:
    """In the words in which they were typed."""
    with pytest.raises(StudyError, match=said.replace("(", r"\(")):
        Assumptions(**wrong)  # type: ignore[arg-type]


def test_ten_thousand_runs_are_judged_thoroughly() -> None:
    """Full factorials need no counting; a part of one, whose words would take too long, says so."""
    study = _study("full_factorial", tuple(Factor(f"factor{place}", tuple(range(10))) for place in range(4)))
    trials = tuple(DESIGNS["full_factorial"].runs(study))
    found = {finding.name: finding for finding in evaluate(study, trials, Assumptions())}
    numbers = figures(study, trials)
    assert (numbers.strength, numbers.gwlp, numbers.error_df) == (4, (1.0, 0.0, 0.0, 0.0, 0.0), 9963)
    assert "power" in found
    lost = {finding.name: finding for finding in evaluate(study, trials[1:], Assumptions())}
    assert lost["word-lengths"].note.startswith("Not counted: 9,999 runs")
    assert word_lengths(np.array([[0], [1]])).tolist() == [1, 0]
