"""Stopping trials early: the rules against Optuna's own, and where they may be used."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from random import Random

import optuna
import pytest

from doe.designs import DESIGNS, DesignError, Later
from doe.designs.sequential import _past
from doe.model import Asked, Completed, Factor, Failed, Level, Objective, Outcome, Reading, Role, Study, Trial

EPOCHS = 27
Layout = dict[str, Level | tuple[Level, ...]]


def study_of(layout: Layout, role: Role = "control") -> Study:
    """A search for the largest score, or the smallest."""
    factors = (Factor("x", (0.0, 1.0), "linear"), Factor("epochs", (9, 27), "linear", role))
    return Study("any", "tpe", factors[: 1 if role == "control" else 2], Objective("score"), "any", layout=layout)


def curve(random: Random, goal: str) -> list[Reading]:
    """Scores that rise with the epochs, or fall, some faster than others, none without noise."""
    speed = random.uniform(0.02, 0.1)
    sign = 1 if goal == "maximize" else -1
    scores = [sign * (1 - math.exp(-speed * epoch)) + random.gauss(0, 0.03) for epoch in range(1, EPOCHS + 1)]
    return [Reading(epoch, {"score": score}) for epoch, score in enumerate(scores, start=1)]


def stopped_by_us(study: Study, curves: list[list[Reading]]) -> list[int]:
    """At which epoch each of the trials is stopped, one after another; EPOCHS where it is not."""
    done: list[Outcome] = []
    ends = []
    for run, readings in enumerate(curves, start=1):
        trial = Trial(run, 1, 0, {"x": 0.5})
        for epoch in range(1, EPOCHS):
            reason = DESIGNS["tpe"].stops(study, done, {trial.key: readings[:epoch]}, trial)
            if reason is not None:
                done.append(Failed(trial, "pruned", reason, readings=tuple(readings[:epoch])))
                ends.append(epoch)
                break
        else:
            done.append(Completed(trial, tuple(readings), 1.0))
            ends.append(EPOCHS)
    return ends


def stopped_by_optuna(pruner: optuna.pruners.BasePruner, curves: list[list[Reading]], direction: str) -> list[int]:
    """The same, said by Optuna."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction=direction, pruner=pruner)
    ends = []
    for readings in curves:
        trial = study.ask()
        for reading in readings:
            trial.report(reading.metrics["score"], reading.epoch)
            if reading.epoch < EPOCHS and trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            study.tell(trial, readings[-1].metrics["score"])
        ends.append(reading.epoch)
    return ends


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("goal", ["maximize", "minimize"])
@pytest.mark.parametrize("after", [1, 4])
def test_the_rules_are_optunas(seed: int, goal: str, after: int) -> None:
    """MedianPruner and SuccessiveHalvingPruner stop the same trials at the same epochs, forty trials long."""
    random = Random(seed)
    curves = [curve(random, goal) for _ in range(40)]
    objective = Objective("score") if goal == "maximize" else Objective("score", "minimize")
    median = replace(study_of({"prune": "median", "prune_after": after}), objective=objective)
    theirs = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=after)
    ends = stopped_by_us(median, curves)
    assert ends == stopped_by_optuna(theirs, curves, goal)
    assert 5 <= sum(end < EPOCHS for end in ends) < 35
    halving = replace(study_of({"prune": "halving", "prune_after": after}), objective=objective)
    rungs = optuna.pruners.SuccessiveHalvingPruner(min_resource=after, reduction_factor=3, min_early_stopping_rate=0)
    ends = stopped_by_us(halving, curves)
    assert ends == stopped_by_optuna(rungs, curves, goal)
    assert {end for end in ends if end < EPOCHS} <= {after * 3**rung for rung in range(4)}


def test_what_is_under_way_counts_at_a_rung() -> None:
    """Of four trials at their first epoch, nobody ended yet, the best goes on, and the last is told its place."""
    study = study_of({"prune": "halving"})
    under_way = {(run, 1): [Reading(1, {"score": run / 10})] for run in (1, 2, 3, 4)}
    said = {run: DESIGNS["tpe"].stops(study, [], under_way, Trial(run, 1, 0, {"x": 0.5})) for run in (1, 2, 3, 4)}
    assert said[4] is None
    assert said[1] == "stopped at epoch 1: number 4 of 4 trials that came so far; 1 may go on"
    assert said[2] is not None
    assert said[3] is not None


def test_what_was_not_read_is_not_judged() -> None:
    """An epoch without the response, or with NaN, stops nothing; neither does a study that asks for no pruning."""
    trial = Trial(9, 1, 0, {"x": 0.5})
    good = [Completed(Trial(run, 1, 0, {"x": 0.1}), (Reading(1, {"score": 0.9}),) * 2, 1.0) for run in range(1, 8)]
    bad = {trial.key: [Reading(1, {"score": 0.1})]}
    assert DESIGNS["tpe"].stops(study_of({"prune": "median"}), good, bad, trial)
    assert DESIGNS["tpe"].stops(study_of({"prune": "median"}), good[:4], bad, trial) is None
    assert DESIGNS["tpe"].stops(study_of({}), good, bad, trial) is None
    assert DESIGNS["tpe"].stops(study_of({"prune": "median"}), good, {}, trial) is None
    for metrics in ({"loss": 3.0}, {"score": math.nan}):
        assert (
            DESIGNS["tpe"].stops(study_of({"prune": "median"}), good, {trial.key: [Reading(1, metrics)]}, trial) is None
        )
    assert DESIGNS["l9"].stops(study_of({}), good, bad, trial) is None


def test_a_later_search_judges_by_what_was_before() -> None:
    """The array's trials are those that a refinement's are held against, whatever their numbers are there."""
    trial = Trial(9, 1, 0, {"x": 0.5})
    past = tuple(Completed(Trial(run, 1, 0, {"x": 0.1}), (Reading(1, {"score": 0.9}),), 1.0) for run in range(1, 9))
    design = Later(DESIGNS["tpe"], 9, past)
    study = study_of({"prune": "median"})
    assert design.stops(study, [], {trial.key: [Reading(1, {"score": 0.1})]}, trial)
    assert design.stops(study, [], {trial.key: [Reading(1, {"score": 0.95})]}, trial) is None


def test_the_sampler_is_told_of_what_was_stopped() -> None:
    """A stopped trial is neither a failure nor a loss: TPE ranks it by how far it came, and goes on from there."""
    study = replace(study_of({"prune": "median"}), budget=40)
    done: list[Outcome] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(30):
            (trial,) = DESIGNS["tpe"].propose(study, done, [])
            score = -abs(float(trial.setting["x"]) - 0.3)
            readings = (Reading(1, {"score": score}), Reading(2, {"score": score}))
            bad = score < -0.3
            stopped = Failed(trial, "pruned", "far behind", readings=readings[:1])
            done.append(stopped if bad else Completed(trial, readings, 1.0))
    assert sum(isinstance(o, Failed) for o in done[15:]) <= 4
    known = _past(study, [study.objective], done, [])
    assert {each.state for each in known} == {"COMPLETE", "PRUNED"}
    assert all(dict(each.readings) for each in known if each.state == "PRUNED")


REFUSED = [
    (study_of({"prune": "mean"}), "tpe: layout prune has no 'mean'; "),
    (
        study_of({"prune": "median", "prune_after": 0}),
        "tpe: layout prune_after = 0: wanted a whole number of 1 or more",
    ),
    (study_of({"prune": "median"}, "within"), "tpe: layout prune: factor 'epochs' is read off along every training"),
    (replace(study_of({"prune": "median"}), replicates=3), "tpe: layout prune: a run stopped early has no mean of 3"),
    (
        replace(study_of({"prune": "halving"}), design="nsga", analysis=Asked(also=(Objective("time", "minimize"),))),
        "nsga: layout prune: with 2 objectives none of the trials lags behind",
    ),
    (
        replace(study_of({"prune": "median"}), design="full_factorial"),
        "full_factorial has no layout option 'prune': it needs every run to its end, or its effects are no longer ",
    ),
]


@pytest.mark.parametrize(("study", "said"), REFUSED)
def test_where_it_makes_no_sense_it_is_refused(study: Study, said: str) -> None:
    """In one line that says why."""
    with pytest.raises(DesignError) as error:
        DESIGNS[study.design].runs(study)
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)
