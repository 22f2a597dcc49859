"""What doe finds in Optuna studies: its own designs', and anybody's."""

from __future__ import annotations

import math

import optuna
import pytest
from optuna.trial import TrialState, create_trial

from doe.integrations.optuna import DesignSampler, findings, results
from doe.model import DoeError
from tests.integrations.test_optuna import FACTORS, ask_for


def test_the_table_of_a_design_is_its_trials() -> None:
    """A row each, with the run, the replicate and the seed; the goal is the study's direction."""
    study = optuna.create_study(direction="maximize", sampler=DesignSampler(FACTORS, "l9", replicates=2, seed=7))
    study.optimize(ask_for)
    found = results(study)
    assert found.objective.goal == "maximize"
    assert found.factors == tuple(FACTORS.values())
    table = found.table
    assert table[list(FACTORS)].to_dict("records") == [trial.params for trial in study.trials]
    assert table["value"].tolist() == [trial.value for trial in study.trials]
    assert set(zip(table["replicate"], table["seed"], strict=True)) == {(1, 7), (2, 8)}
    (best,) = (finding for finding in findings(study) if finding.name == "optimum")
    assert best.table[0]["setting"] == "lr=0.01, optimizer=adam, dropout=0.0, layers=3"
    assert best.table[0]["predicted"] == pytest.approx(-2 + 1 - 0 + 0.3)


def test_without_the_sampler_the_levels_are_those_that_were_taken() -> None:
    """A study that somebody else opens has its parameters' own levels, scales and order of choices."""
    study = optuna.create_study(sampler=DesignSampler(FACTORS, "l9"))
    study.optimize(ask_for)
    study.sampler = optuna.samplers.RandomSampler()
    assert [(f.name, f.scale, f.levels) for f in results(study).factors] == [
        (f.name, f.scale, f.levels) for f in FACTORS.values()
    ]


def test_a_failure_counts_only_where_the_row_never_completed() -> None:
    """A row that was begun again with success has not failed; pruned trials have no response."""
    calls = {"n": 0}

    def objective(trial: optuna.Trial) -> float:
        value = ask_for(trial)
        calls["n"] += 1
        if calls["n"] == 2:
            raise ValueError("once")
        if calls["n"] == 5:
            trial.report(value, 3)
            raise optuna.TrialPruned
        return value

    study = optuna.create_study(sampler=DesignSampler(FACTORS, "l9"))
    study.optimize(objective, catch=(ValueError,))
    found = results(study)
    assert len(found.table) == 8
    assert [(failed.kind, failed.reason) for failed in found.failures] == [
        ("missing", "trial 4 was pruned after step 3")
    ]


def test_any_study_has_findings() -> None:
    """Random search over continuous parameters, one with a condition: a surface over what every trial has."""

    def objective(trial: optuna.Trial) -> float:
        x: float = trial.suggest_float("x", -1, 1)
        y: float = trial.suggest_float("y", 0.01, 100, log=True)
        kind = trial.suggest_categorical("kind", ["b", "a", None])
        extra: float = trial.suggest_float("only_b", 0, 1) if kind == "b" else 0.0
        return (x - 0.3) ** 2 + math.log10(y) ** 2 + {"b": 0.0, "a": 0.5, None: 2.0}[kind] + 0 * extra

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    study.optimize(objective, n_trials=60)
    found = results(study)
    assert [(f.name, f.scale) for f in found.factors] == [("x", "linear"), ("y", "log"), ("kind", "nominal")]
    assert found.factors[2].levels == ("b", "a", "None")
    assert "replicate" not in found.table
    (best,) = (finding for finding in findings(study) if finding.name == "optimum")
    setting = dict(pair.split("=") for pair in str(best.table[0]["setting"]).split(", "))
    assert setting["kind"] == "b"
    assert float(setting["x"]) == pytest.approx(0.3, abs=1e-3)
    assert float(setting["y"]) == pytest.approx(1, rel=1e-2)
    chosen = results(study, {"kind": ["b", "a", "None"]})
    assert [factor.name for factor in chosen.factors] == ["kind"]


def test_of_what_followed_a_design_nothing_is_taken_but_on_request() -> None:
    """The trials of a sampler that learns are no part of the design."""
    study = optuna.create_study(sampler=DesignSampler(FACTORS, "l9", then=optuna.samplers.RandomSampler(seed=0)))
    study.optimize(ask_for, n_trials=20)
    assert len(results(study).table) == 9
    assert len(results(study, everything=True).table) == 20


def test_several_objectives_matter_at_once() -> None:
    """The first is the objective, by its name, and desirability weighs both."""
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=DesignSampler(FACTORS, "l9"))
    with pytest.warns(optuna.exceptions.ExperimentalWarning):
        study.set_metric_names(["accuracy", "seconds_per_image"])
    study.optimize(lambda trial: (ask_for(trial), trial.params["layers"] * 0.5))
    found = results(study)
    assert (found.objective.response, found.objective.goal) == ("accuracy", "maximize")
    assert [(each.response, each.goal) for each in found.asked.also] == [("seconds_per_image", "minimize")]
    assert any(finding.name == "desirability" for finding in findings(study))


def test_what_has_nothing_to_find_is_one_line() -> None:
    """No trial, no parameter that varies, a parameter called as the metric is."""
    study = optuna.create_study(study_name="mine")
    with pytest.raises(DoeError, match=r"^study 'mine' has no finished trial$"):
        findings(study)
    space = {"value": optuna.distributions.IntDistribution(1, 3)}
    for number in (1, 1, 2):
        study.add_trial(
            create_trial(state=TrialState.COMPLETE, params={"value": number}, distributions=space, value=0.5)
        )
        if number == 1:
            with pytest.raises(
                DoeError, match=r"^study 'mine': no parameter took two values in its \d finished trials$"
            ):
                results(study)
    with pytest.raises(
        DoeError, match=r"^'value' is a parameter and a metric at once; study.set_metric_names mends it$"
    ):
        results(study)
