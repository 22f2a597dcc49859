"""A fixed design inside a user's own Optuna study: every row once, whatever breaks and whoever works beside."""

from __future__ import annotations

import copy
import math
from collections import Counter
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from doe.designs import DESIGNS
from doe.integrations.optuna import DesignSampler, SpentError, row_of
from doe.model import DoeError, Factor, Objective, Study

FACTORS = {
    "lr": Factor("lr", (1e-4, 1e-3, 1e-2), "log"),
    "optimizer": Factor("optimizer", ("adam", "sgd", "lion")),
    "dropout": Factor("dropout", (0.0, 0.2, 0.4), "linear"),
    "layers": Factor("layers", (1, 2, 3), "linear"),
}


def ask_for(trial: optuna.Trial) -> float:
    """A user's objective, additive in its parameters."""
    lr: float = trial.suggest_float("lr", 1e-4, 1e-2, log=True)
    optimizer: str = trial.suggest_categorical("optimizer", ["adam", "sgd", "lion"])
    dropout: float = trial.suggest_float("dropout", 0, 0.4, step=0.2)
    layers: int = trial.suggest_int("layers", 1, 3)
    return math.log10(lr) + {"adam": 1.0, "sgd": 0.0, "lion": 0.5}[optimizer] - dropout + layers / 10


def keys_of(study: optuna.Study, *states: TrialState) -> list[tuple[int, int] | None]:
    """Run and replicate of each trial."""
    trials = study.get_trials(states=states or None)
    return [row.key if (row := row_of(trial)) else None for trial in trials]


def planned(replicates: int) -> Study:
    """What doe itself would run."""
    return Study("plan", "l9", tuple(FACTORS.values()), Objective("value"), "", replicates=replicates)


def test_every_row_is_trained_once_in_the_designs_own_order_and_the_study_stops() -> None:
    """The settings, the seeds and the order are those of ``doe run``."""
    study = optuna.create_study(sampler=DesignSampler(FACTORS, "l9", replicates=2))
    study.optimize(ask_for)
    wanted = list(DESIGNS["l9"].propose(planned(2), (), ()))
    assert len(wanted) == 18
    assert [row_of(trial) for trial in study.trials] == wanted
    assert [trial.params for trial in study.trials] == [dict(row.setting) for row in wanted]
    assert [row.seed for row in map(row_of, study.trials) if row] == [row.seed for row in wanted]


def test_the_first_trial_tells_the_factors_where_none_are_given() -> None:
    """It trains the first level of each, which is run 1 of the array, and counts as that."""
    sampler = DesignSampler(design="l9")
    study = optuna.create_study(sampler=sampler)
    assert sampler.left(study) is None
    study.optimize(ask_for)
    assert sorted(key for key in keys_of(study) if key) == [(run, 1) for run in range(1, 10)]
    plan = sampler.plan(study)
    assert plan
    assert [
        (f.name, f.scale, [f"{v:g}" if f.name != "optimizer" else v for v in f.levels]) for f in plan.study.factors
    ] == [
        ("lr", "log", ["0.0001", "0.001", "0.01"]),
        ("optimizer", "nominal", ["adam", "sgd", "lion"]),
        ("dropout", "linear", ["0", "0.2", "0.4"]),
        ("layers", "linear", ["1", "2", "3"]),
    ]


@pytest.mark.parametrize("n_jobs", [1, 4])
def test_a_row_that_fails_is_trained_again_as_often_as_told(n_jobs: int) -> None:
    """Run 3 breaks twice and then holds; run 7 always breaks; the last of all may be the one that does."""
    broken: Counter[int] = Counter()

    def objective(trial: optuna.Trial) -> float:
        value = ask_for(trial)
        row = row_of(trial)
        assert row
        broken[row.run] += 1
        if (row.run == 3 and broken[3] <= 2) or row.run == 7:
            raise ValueError("broken")
        return value

    sampler = DesignSampler(FACTORS, "l9", retries=2)
    study = optuna.create_study(sampler=sampler)
    study.optimize(objective, catch=(ValueError,), n_jobs=n_jobs)
    assert broken == {run: 3 if run in {3, 7} else 1 for run in range(1, 10)}
    assert sampler.left(study) == 0
    assert Counter(keys_of(study, TrialState.COMPLETE)) == {(run, 1): 1 for run in range(1, 10) if run != 7}


def test_a_study_broken_off_goes_on_where_it_stopped() -> None:
    """More replicates only add trials; a design that is spent trains nothing."""
    study = optuna.create_study(sampler=DesignSampler(FACTORS, "l9"))
    study.optimize(ask_for, n_trials=4)
    study.sampler = copy.deepcopy(study.sampler)  # as a sampler that was stored and read again
    study.optimize(ask_for)
    assert sorted(key for key in keys_of(study) if key) == [(run, 1) for run in range(1, 10)]
    study.sampler = DesignSampler(FACTORS, "l9", replicates=2)
    study.optimize(ask_for)
    assert Counter(keys_of(study)) == {(run, replicate): 1 for run in range(1, 10) for replicate in (1, 2)}
    study.optimize(lambda trial: pytest.fail("trained") if ask_for(trial) else 0.0)
    assert [trial.state for trial in study.trials[18:]] == [TrialState.PRUNED]


def test_ask_and_tell_give_the_rows_and_then_say_that_there_are_no_more() -> None:
    """Told apart: what still runs may come back; what is told as failed does."""
    study = optuna.create_study(sampler=DesignSampler(FACTORS, "l9", retries=1))
    trials = [study.ask() for _ in range(9)]
    values = [ask_for(trial) for trial in trials]
    with pytest.raises(
        SpentError, match=r"^all 9 trials of l9 are begun; 9 still run, and are free again if they fail$"
    ):
        study.ask()
    study.tell(trials[4], state=TrialState.FAIL)
    again = study.ask()
    lost, found = row_of(trials[4]), row_of(again)
    assert lost is not None
    assert found is not None
    assert found.key == lost.key
    for trial, value in zip([*trials[:4], *trials[5:], again], [*values[:4], *values[5:], ask_for(again)], strict=True):
        study.tell(trial, value)
    with pytest.raises(SpentError, match=r"^all 9 trials of l9 are begun$"):
        study.ask()
    assert sorted(key for key in keys_of(study, TrialState.COMPLETE) if key) == [(run, 1) for run in range(1, 10)]


def test_another_sampler_goes_on_where_one_was_given() -> None:
    """The design first, then TPE, which knows the design's trials; nothing stops the study but n_trials."""
    study = optuna.create_study(sampler=DesignSampler(FACTORS, "l9", then=optuna.samplers.TPESampler(seed=0)))
    study.optimize(ask_for, n_trials=30)
    assert [key is None for key in keys_of(study)] == [False] * 9 + [True] * 21
    assert {trial.params["lr"] for trial in study.trials[9:]} - {1e-4, 1e-3, 1e-2}


@pytest.mark.parametrize("factors", [FACTORS, None], ids=["given", "asked"])
@pytest.mark.parametrize("queued", [False, True])
def test_a_stale_trial_of_a_killed_worker_is_trained_again(
    queued: bool, factors: dict[str, Factor] | None, tmp_path: Path
) -> None:
    """With a heartbeat Optuna finds it, with or without its callback that queues it anew; each row is there once."""
    callback = None
    if queued:
        with pytest.warns(optuna.exceptions.ExperimentalWarning):
            callback = optuna.storages.RetryHeartbeatStaleTrialCallback(max_retry=1)
    with pytest.warns(optuna.exceptions.ExperimentalWarning):
        storage = optuna.storages.RDBStorage(
            f"sqlite:///{tmp_path}/s.db", heartbeat_interval=1, grace_period=1, heartbeat_stale_trial_callback=callback
        )
    study = optuna.create_study(storage=storage, sampler=DesignSampler(factors, "l9"))
    with pytest.warns(UserWarning, match="Heartbeat"):
        killed = study.ask()
    ask_for(killed)
    storage.record_heartbeat(killed._trial_id)
    with storage.engine.begin() as connection:  # its last sign of life, long ago
        connection.exec_driver_sql("UPDATE trial_heartbeats SET heartbeat = '2000-01-01 00:00:00'")
    study.optimize(ask_for)
    assert study.trials[0].state == TrialState.FAIL
    assert Counter(keys_of(study, TrialState.COMPLETE)) == {(run, 1): 1 for run in range(1, 10)}


def test_queued_trials_are_beside_the_design() -> None:
    """What the user enqueues is trained as it is, and takes no row; the study does not stop before it."""
    study = optuna.create_study(sampler=DesignSampler(FACTORS, "l9"))
    study.enqueue_trial({"lr": 5e-3, "optimizer": "sgd", "dropout": 0.0, "layers": 2})
    study.optimize(ask_for)
    assert [key is None for key in keys_of(study)] == [True] + [False] * 9
    assert study.trials[0].params["lr"] == 5e-3


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: DesignSampler(FACTORS, "l99"), "no design 'l99'; did you mean 'l9'? (doe list designs)"),
        (lambda: DesignSampler(FACTORS, "tpe"), "design 'tpe' has no runs before the first trial; wanted an array, or"),
        (lambda: DesignSampler({"a": [1, 1]}), "factor 'a' repeats a level: 1, 1"),
        (lambda: DesignSampler({"a": "adam"}), "factor 'a': wanted a list of levels, not 'adam'"),
        (lambda: DesignSampler({"a": {"level": [1]}}), "factor 'a' has no 'level'; did you mean 'levels'?"),
        (lambda: DesignSampler(levels=1), "levels = 1: wanted 2 or more"),
        (lambda: DesignSampler(FACTORS, "l9", layout={"run": 8}), "l9 has no layout option 'run'"),
        (
            lambda: DesignSampler({"epochs": Factor("epochs", (1, 2), "linear", "within"), "a": [1, 2]}),
            "factor 'epochs' is read off along each training, which only doe run can do",
        ),
    ],
)
def test_what_makes_no_sense_is_one_line(make: object, said: str) -> None:
    """Said when the sampler is made, before any trial."""
    with pytest.raises(DoeError) as refused:
        make()  # type: ignore[operator]
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_a_parameter_that_the_design_does_not_have_is_one_line() -> None:
    """Neither a new name nor a range without the level is guessed at."""
    study = optuna.create_study(sampler=DesignSampler({"rate": [0.1, 0.2], "b": [1, 2]}))
    with pytest.raises(
        DoeError, match=r"^parameter 'rates' is no factor of the design; did you mean 'rate'\?; then=SAMPLER"
    ):
        study.optimize(lambda trial: trial.suggest_float("rates", 0, 1))
    with pytest.raises(
        DoeError, match=r"^factor 'rate' has 0\.[12], which is out of reach where it is suggested as Float"
    ):
        study.optimize(lambda trial: trial.suggest_float("rate", 0.3, 1))
    study.enqueue_trial({"b": 1})
    with pytest.raises(DoeError, match=r"^a queued trial leaves 'rate' open; enqueue_trial wants every parameter$"):
        study.optimize(lambda trial: trial.suggest_int("b", 1, 2) + trial.suggest_float("rate", 0, 1))
    sampler = study.sampler
    assert isinstance(sampler, DesignSampler)
    assert sampler.left(study) == 4  # nothing of this was a failure of a row
