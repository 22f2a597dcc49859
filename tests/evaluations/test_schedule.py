"""A plan that reads epochs along the way is warned of schedules that look ahead to the last one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from doe.evaluations import evaluate
from doe.model import Factor, Finding, Level, Objective, Role, Study

TRAINER = '''
"""A trainer with a schedule of its own."""
def train(dataset: object = None, epochs: int = 5, seed: int = 0, *, schedule: str = "{}"):
    yield {{"score": 1.0}}
'''


def _study(role: Role, **constants: Level) -> Study:
    factors = (Factor("dropout", (0.1, 0.2)), Factor("epochs", (5, 10), role=role))
    return Study("any", "full_factorial", factors, Objective("score"), "no such trainer", constants=constants)


def _warned(study: Study) -> Finding | None:
    return next((finding for finding in evaluate(study, ()) if finding.name == "schedule"), None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("schedule", "cosine"), ("schedule", "one_cycle"), ("lr_scheduler", "OneCycleLR"), ("schedule", "linear")],
)
def test_a_schedule_that_looks_ahead_is_named(name: str, value: str) -> None:
    """Whatever the trainer calls it."""
    found = _warned(_study("within", **{name: value}))
    assert found is not None
    assert found.warns
    assert found.table == ({"hyperparameter": name, "value": value},)
    assert "Make epochs a control factor" in found.note


def test_a_schedule_among_the_factors_is_named() -> None:
    """The one level that does harm."""
    study = _study("within")
    study = replace(study, factors=(*study.factors, Factor("schedule", ("plateau", "cosine"))))
    found = _warned(study)
    assert found is not None
    assert found.table == ({"hyperparameter": "schedule", "value": "cosine"},)


@pytest.mark.parametrize("schedule", ["constant", "plateau", "step"])
def test_schedules_that_do_not_look_ahead_are_not(schedule: str) -> None:
    """A longer training begins like a shorter one."""
    assert _warned(_study("within", schedule=schedule)) is None


def test_epochs_that_are_set_may_have_any_schedule() -> None:
    """Each training has then the schedule of its own length."""
    assert _warned(_study("control", schedule="cosine")) is None


@pytest.mark.parametrize(("schedule", "warned"), [("cosine", True), ("constant", False)])
def test_the_default_of_the_trainer_counts(schedule: str, warned: bool, tmp_path: Path) -> None:
    """What is not said is what the trainer does by itself, unless the study says otherwise."""
    file = tmp_path / "own.py"
    file.write_text(TRAINER.format(schedule))
    study = replace(_study("within"), trainer=str(file))
    assert (_warned(study) is not None) == warned
    assert _warned(replace(study, constants={"schedule": "constant"})) is None
