"""What every design on the shelf must do; a new one is tested by standing there."""

from __future__ import annotations

import pytest

from doe.designs import DESIGNS, Sequential
from doe.model import Failed, Trial, is_number
from tests.designs.studies import carried_out, grown, outcome_of, study_for

each_design = pytest.mark.parametrize("name", DESIGNS)
few_designs = pytest.mark.parametrize("name", ["l4", "l9", "l18", "full_factorial", "random", "tpe"])


@each_design
def test_it_ends_with_as_many_trials_as_it_said(name: str) -> None:
    """Asked again and again, it gives no more trials at its size."""
    study = study_for(name, replicates=2)
    assert len(carried_out(study)) == DESIGNS[name].size(study)


@each_design
def test_it_repeats_no_trial(name: str) -> None:
    """Every run meets every replicate once, runs and replicates counted from 1."""
    study = study_for(name, replicates=2)
    keys = [outcome.trial.key for outcome in carried_out(study)]
    assert len(set(keys)) == len(keys)
    assert {run for run, _ in keys} == set(range(1, len(keys) // 2 + 1))
    assert {replicate for _, replicate in keys} == {1, 2}


@each_design
def test_every_setting_lies_on_the_factors(name: str) -> None:
    """Every factor that the design sets has one of its levels, or a number between the outermost of them."""
    study = study_for(name)
    for outcome in carried_out(study):
        assert list(outcome.trial.setting) == [factor.name for factor in study.array_factors]
        for factor in study.array_factors:
            level = outcome.trial.setting[factor.name]
            numbers = [number for number in factor.levels if is_number(number)]
            between = is_number(level) and bool(numbers) and min(numbers) <= level <= max(numbers)  # type: ignore[operator]
            assert level in factor.levels or (factor.scale != "nominal" and between)


@each_design
def test_the_seed_is_the_replicates(name: str) -> None:
    """A trial's seed depends on the study and the replicate only."""
    study = study_for(name, replicates=2, seed=40)
    assert {(o.trial.replicate, o.trial.seed) for o in carried_out(study)} == {(1, 40), (2, 41)}


@each_design
def test_the_same_question_has_the_same_answer(name: str) -> None:
    """Proposing changes nothing: asked twice with the same past, it says the same."""
    study = study_for(name)
    past = carried_out(study, limit=3)
    pending = [past.pop().trial]
    first = list(DESIGNS[name].propose(study, past, pending))
    assert first == list(DESIGNS[name].propose(study, past, pending))
    assert first
    assert not {trial.key for trial in first} & {pending[0].key, *(outcome.trial.key for outcome in past)}


@few_designs
def test_it_goes_on_where_it_stopped(name: str) -> None:
    """Cut off anywhere and taken up again, in whatever order the past is told, it ends with the same trials."""
    study = study_for(name, replicates=2)
    whole = carried_out(study)
    for cut in range(len(whole)):
        past = tuple(reversed(whole[:cut]))
        assert {o.trial.key: o.trial for o in carried_out(study, past)} == {o.trial.key: o.trial for o in whole}


@each_design
def test_more_replicates_only_add_trials(name: str) -> None:
    """A study that grows keeps every trial it had, seeds and settings included."""
    study = study_for(name)
    before = carried_out(study)
    after = carried_out(grown(study), tuple(before))
    assert after[: len(before)] == before
    assert len(after) == 2 * len(before)
    assert {o.trial.run: o.trial.setting for o in after} == {o.trial.run: o.trial.setting for o in before}


@few_designs
def test_another_seed_is_another_order(name: str) -> None:
    """The order of a study comes from its seed, and from nothing else."""
    orders = [[o.trial.setting for o in carried_out(study_for(name, seed=seed))] for seed in (1, 1, 2)]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


@few_designs
def test_a_failed_trial_is_not_proposed_again(name: str) -> None:
    """What has failed for good is part of the past."""
    study = study_for(name)
    trial = next(iter(DESIGNS[name].propose(study, [], [])))
    failed = Failed(trial, "diverged", "loss became NaN")
    following = list(DESIGNS[name].propose(study, [failed], []))
    assert following
    assert trial.key not in {other.key for other in following}


@each_design
def test_what_is_known_beforehand_is_what_is_run(name: str) -> None:
    """The runs that are judged before any training are those of the first replicate; a sampler knows none."""
    study = study_for(name)
    runs: dict[int, Trial] = {trial.run: trial for trial in DESIGNS[name].runs(study)}
    assert list(runs) == sorted(runs)
    if isinstance(DESIGNS[name], Sequential):
        assert not runs
    else:
        assert runs == {outcome.trial.run: outcome.trial for outcome in carried_out(study)}


@each_design
def test_it_says_what_it_is_in_a_line(name: str) -> None:
    """The list of designs has a line for each."""
    assert 20 < len(DESIGNS[name].summary) <= 110
    assert "\n" not in DESIGNS[name].summary


def test_the_outcomes_of_these_tests_depend_on_the_setting() -> None:
    """Two trials of one setting score alike, or the tests above would prove nothing of sequential designs."""
    one, other = Trial(1, 1, 0, {"a": 1}), Trial(1, 2, 1, {"a": 1})
    assert outcome_of(one).readings == outcome_of(other).readings
