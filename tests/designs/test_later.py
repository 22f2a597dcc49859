"""A search that goes on from trainings along which epochs were read: what each had reached where all end now."""

from __future__ import annotations

from dataclasses import replace

from doe.designs import DESIGNS, Later
from doe.model import Completed, Factor, Objective, Reading, Setting, Study, Trial

EPOCHS = Factor("epochs", (1,), "linear")
STUDY = Study("s", "tpe", (Factor("a", (0.0, 1.0), "linear"), EPOCHS), Objective("y"), "synthetic", budget=4)


def _past(last: int) -> tuple[Completed, ...]:
    """Twelve trainings: large values are best after one epoch, small ones after two."""
    readings = [(Reading(1, {"y": place / 11}), Reading(2, {"y": 1 - place / 11})) for place in range(12)]
    trials = [Trial(1 + place, 1, 0, {"a": place / 11}) for place in range(12)]
    return tuple(Completed(trial, each[:last], 1.0) for trial, each in zip(trials, readings, strict=True))


def _proposed(study: Study, past: tuple[Completed, ...]) -> Setting:
    return next(iter(Later(DESIGNS["tpe"], 13, past).propose(study, (), ()))).setting


def test_past_trainings_are_cut_off_where_those_of_the_study_end() -> None:
    """The proposal is that of trainings of one epoch, and another one where two are trained."""
    cut = _proposed(STUDY, _past(1))
    assert _proposed(STUDY, _past(2)) == cut
    longer = replace(STUDY, factors=(STUDY.factors[0], replace(EPOCHS, levels=(2,))))
    assert _proposed(longer, _past(2))["a"] != cut["a"]


def test_a_training_whose_length_was_set_is_taken_as_it_is() -> None:
    """Its epochs stand in its setting; nothing was read along it."""
    set_too = tuple(replace(o, trial=replace(o.trial, setting={**o.trial.setting, "epochs": 2})) for o in _past(2))
    assert _proposed(STUDY, set_too) != _proposed(STUDY, _past(2))
