"""A fixed design as a searcher of Ray Tune: the protocol by hand, and a real Tuner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import ray
from ray import tune
from ray.tune.search import ConcurrencyLimiter, Searcher

from doe.designs import DESIGNS
from doe.integrations.ray_tune import DesignSearch, SavedError
from doe.model import DoeError, Factor, Objective, Study

FACTORS = {
    "lr": Factor("lr", (1e-4, 1e-3, 1e-2), "log"),
    "optimizer": Factor("optimizer", ("adam", "sgd", "lion")),
    "dropout": Factor("dropout", (0.0, 0.2, 0.4), "linear"),
}


def wanted(replicates: int) -> list[dict[str, Any]]:
    """What doe itself would run, in its order."""
    study = Study("plan", "l9", tuple(FACTORS.values()), Objective("value"), "", replicates=replicates)
    return [{**row.setting, "seed": row.seed} for row in DESIGNS["l9"].propose(study, (), ())]


def test_it_suggests_every_row_once_in_the_designs_own_order_and_then_has_finished() -> None:
    """Waiting while something runs that may fail, and saying so only when all has ended."""
    search = DesignSearch(FACTORS, "l9", replicates=2, seed_as="seed", metric="loss", mode="min")
    assert search.size == 18
    assert [search.suggest(f"t{n}") for n in range(18)] == wanted(2)
    assert search.suggest("more") is None
    for n in range(18):
        search.on_trial_complete(f"t{n}", {"loss": float(n), "done": True, "config": {}})
    assert search.suggest("more") == Searcher.FINISHED
    assert search.results().table["loss"].tolist() == [float(n) for n in range(18)]


@pytest.mark.parametrize(
    "ending", [{"error": True}, {"result": None}, {"result": {"loss": float("nan")}}, {"result": {"acc": 1.0}}]
)
def test_a_row_that_fails_is_suggested_again_as_often_as_told(ending: dict[str, Any]) -> None:
    """Whether it broke, told nothing, diverged, or told something else."""
    search = DesignSearch({"a": [1, 2]}, "full_factorial", retries=2, metric="loss", mode="min")
    first, _ = search.suggest("t0"), search.suggest("t1")
    search.on_trial_complete("t1", {"loss": 1.0})
    for again in range(2):
        search.on_trial_complete(f"t0{again}" if again else "t0", **ending)
        assert search.suggest(f"t0{again + 1}") == first
    search.on_trial_complete("t02", **ending)
    assert search.suggest("t03") == Searcher.FINISHED
    assert [failed.reason for failed in search.results().failures] == ["trial t0 failed"]


def test_no_more_run_at_once_than_told() -> None:
    """By its own argument, or by Ray's limiter around it."""
    search = DesignSearch(FACTORS, "l9", max_concurrent=2, metric="loss", mode="min")
    assert [search.suggest(name) is None for name in "abc"] == [False, False, True]
    search.on_trial_complete("a", {"loss": 1.0})
    assert search.suggest("d") is not None
    limited = ConcurrencyLimiter(DesignSearch(FACTORS, "l9"), max_concurrent=3)
    assert [limited.suggest(name) is None for name in "abcd"] == [False, False, False, True]


def test_it_goes_on_from_what_it_saved(tmp_path: Path) -> None:
    """What had ended stays so, what failed is still owed, what ran may still end."""
    search = DesignSearch(FACTORS, "l9", metric="loss", mode="min")
    taken = [search.suggest(f"t{n}") for n in range(4)]
    search.on_trial_complete("t0", {"loss": 1.0})
    search.on_trial_complete("t1", error=True)
    search.save(str(tmp_path / "state"))
    again = DesignSearch(FACTORS, "l9")
    again.restore(str(tmp_path / "state"))
    assert again.suggest("t4") == taken[1]
    again.on_trial_complete("t2", {"loss": 2.0})
    assert again.results().table["loss"].tolist() == [1.0, 2.0]
    left = [again.suggest(f"t{n}") for n in range(5, 11)]
    assert [*taken, *left[:5]] == [{name: row[name] for name in FACTORS} for row in wanted(1)]
    assert left[5] is None
    with pytest.raises(SavedError, match="another design"):
        DesignSearch(FACTORS, "l9", seed=1).restore(str(tmp_path / "state"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: DesignSearch({}), "no factors are given"),
        (lambda: DesignSearch(FACTORS, "tpe"), "design 'tpe' has no runs before the first trial"),
        (lambda: DesignSearch(FACTORS, retries=-1), "retries = -1: wanted 0 or more"),
        (lambda: DesignSearch(FACTORS, seed_as="lr"), "seed_as = 'lr' is a factor"),
        (lambda: DesignSearch(FACTORS).findings(), "no metric is named"),
        (lambda: DesignSearch(FACTORS, metric="loss", mode="min").findings(), "no trial has ended yet"),
        (
            lambda: DesignSearch(FACTORS).set_search_properties("loss", "min", {"lr": tune.uniform(0, 1)}),
            "'lr' is a factor and in the param_space at once",
        ),
    ],
)
def test_what_makes_no_sense_is_one_line(wrong: Any, said: str) -> None:
    """Each says what to mend."""
    with pytest.raises(DoeError) as refused:
        wrong()
    assert str(refused.value).startswith(said)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_a_tuner_trains_the_design(tmp_path: Path) -> None:
    """One trial breaks the first time; all nine rows end, and the findings name what matters."""

    def train(config: dict[str, Any]) -> dict[str, float]:
        broken = tmp_path / "broken"
        if config["optimizer"] == "lion" and config["dropout"] == 0.2 and not broken.exists():
            broken.touch()
            raise RuntimeError("the first time")
        least = {"adam": 0.0, "sgd": 1.0, "lion": 3.0}[config["optimizer"]]
        return {"loss": least + config["dropout"] * config["half"] + 30 * config["lr"]}

    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
    try:
        search = DesignSearch(FACTORS, "l9", max_concurrent=2)
        grid = tune.Tuner(
            train,
            param_space={"half": 0.5},
            tune_config=tune.TuneConfig(search_alg=search, metric="loss", mode="min", num_samples=-1),
            run_config=tune.RunConfig(storage_path=str(tmp_path), name="tuned", verbose=0),
        ).fit()
    finally:
        ray.shutdown()
    assert len(grid) == 10
    assert len(grid.errors) == 1
    assert sorted(search.results().table["run"]) == list(range(1, 10))
    (table,) = (finding for finding in search.findings() if finding.name == "response-table")
    assert table.note.startswith("optimizer moves loss most")
    again = DesignSearch(FACTORS, "l9")
    again.restore_from_dir(str(tmp_path / "tuned"))
    assert again.results().table.equals(search.results().table)
