"""The nouns refuse what contradicts itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doe.model import Factor, Objective, Study, StudyError

A = Factor("a", (1, 2, 3), "linear")
STUDY = Study("s", "l9", (A,), Objective("val_accuracy"), "synthetic")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda: Factor("a", ()), "'a' has no levels", id="no levels"),
        pytest.param(lambda: Factor("a", (1, 1)), "repeats a level: 1, 1", id="repeated level"),
        pytest.param(lambda: Factor("a", ("x", 2), "log"), "not all its levels are numbers", id="scale of words"),
        pytest.param(lambda: Factor("a", (0.0, 1.0), "log"), "above zero", id="log of zero"),
        pytest.param(lambda: Objective("y", "target"), "target value", id="target without value"),
        pytest.param(lambda: Objective("y", "minimize", 1.0), "target value", id="value without target"),
        pytest.param(lambda: replace(STUDY, factors=()), "no factors", id="no factors"),
        pytest.param(lambda: replace(STUDY, factors=(A, A)), "given twice", id="factor twice"),
        pytest.param(lambda: replace(STUDY, constants={"a": 1}), "a factor and a constant", id="factor and constant"),
        pytest.param(lambda: replace(STUDY, replicates=0), "replicates = 0: wanted 1 or more", id="no replicates"),
    ],
)
def test_a_contradiction_is_refused_in_one_line(make: object, words: str) -> None:
    """Each noun checks itself, and names what was wrong."""
    with pytest.raises(StudyError) as error:
        make()  # type: ignore[operator]
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_levels_that_are_equal_but_of_another_kind_are_two_levels() -> None:
    """1 and True are equal to Python, and different to a trainer."""
    assert Factor("a", (1, True)).levels == (1, True)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"replicates": 5}, True, id="more replicates"),
        pytest.param({"budget": 50}, True, id="more budget"),
        pytest.param({"name": "t"}, True, id="another name"),
        pytest.param({"retries": 3}, True, id="retries"),
        pytest.param({"factors": (Factor("a", (1, 2, 4), "linear"),)}, False, id="a level"),
        pytest.param({"seed": 1}, False, id="seed"),
        pytest.param({"constants": {"width": 0.5}}, False, id="a constant"),
        pytest.param({"trainer": "vgg16"}, False, id="trainer"),
        pytest.param({"objective": Objective("val_loss", "minimize")}, False, id="objective"),
    ],
)
def test_the_digest_stands_for_the_plan(change: dict[str, object], same: bool) -> None:
    """What only adds trials keeps the digest; what changes them does not."""
    assert (replace(STUDY, **change).digest == STUDY.digest) is same  # type: ignore[arg-type]


def test_the_digest_of_a_plan_never_changes() -> None:
    """Journals of earlier versions must stay theirs: this value was written down with version 0.1."""
    assert STUDY.digest == "11595d5c0c54"


@pytest.mark.parametrize(
    ("objective", "better", "worse"),
    [
        pytest.param(Objective("y"), 2.0, 1.0, id="maximize"),
        pytest.param(Objective("y", "minimize"), 1.0, 2.0, id="minimize"),
        pytest.param(Objective("y", "target", 5.0), 4.0, 7.0, id="target"),
    ],
)
def test_a_smaller_loss_is_better_whatever_the_goal(objective: Objective, better: float, worse: float) -> None:
    """Analyses rank by loss alone."""
    assert objective.loss(better) < objective.loss(worse)
