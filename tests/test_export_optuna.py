"""doe export optuna: what Optuna reads back is what the journal says, number by number."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from doe.journal import Journal, read
from doe.model import Asked, Factor, Objective, Study
from doe.trackers import Optuna, TrackerError, export
from tests.conftest import Said
from tests.trackers.journals import everything

FACTORS = (
    Factor("optimizer", ("adam", "sgd")),
    Factor("rate", (1e-4, 0.1), "log"),
    Factor("width", (16, 64), "log"),
    Factor("warm", (False, True)),
)
STUDY = Study("wheels", "tpe", FACTORS, Objective("score"), "synthetic", constants={"depth": 3}, seed=7)
SETTING = {"optimizer": "sgd", "rate": 0.012345678901234567, "width": 23, "warm": True}


def plan(journal: Journal, study: Study = STUDY) -> None:
    """Write the plan."""
    journal.write("study", version=1, digest=study.digest, study=asdict(study))


def trial(
    journal: Journal, run: int, end: str = "completed", replicate: int = 1, attempt: int = 1, **more: object
) -> None:
    """Write a whole trial of three readings."""
    key = {"run": run, "replicate": replicate}
    journal.write("begun", **key, seed=6 + replicate, setting={**SETTING, **more}, attempt=attempt)
    journal.write("started", **key, host="here", device="cuda:1", threads=1)
    for epoch in (1, 2, 3):
        score = run / 3 + epoch / 7 + replicate / 1000
        journal.write("reading", **key, epoch=epoch, metrics={"score": score, "loss": float("inf")})
    why = {} if end == "completed" else {"kind": end, "reason": "as it goes"}
    journal.write("completed" if end == "completed" else "failed", **key, seconds=run + 0.1, **why)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal with its plan, in its usual place."""
    with Journal(tmp_path / "mlruns" / "studies" / "wheels" / "journal.jsonl") as opened:
        yield opened


def exported(journal: Journal, place: str) -> list[FrozenTrial]:
    """What Optuna reads once it is exported; a fresh look at the storage."""
    export_to(journal, place)
    trials: list[FrozenTrial] = loaded(place).get_trials()
    return trials


def export_to(journal: Journal, place: str) -> None:
    """Export a copy, as the journal itself is still open."""
    copy = journal.path.with_name("copy") / "journal.jsonl"
    copy.parent.mkdir(exist_ok=True)
    shutil.copyfile(journal.path, copy)
    export(copy, Optuna(place))


def loaded(place: str) -> optuna.Study:
    """The study as Optuna itself opens it."""
    if "://" in place:
        return optuna.load_study(study_name="wheels", storage=place)
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(place))
    return optuna.load_study(study_name="wheels", storage=storage)


@pytest.fixture(params=["sqlite", "file"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database, and a file of Optuna's own."""
    return f"sqlite:///{tmp_path}/new/optuna.db" if request.param == "sqlite" else f"{tmp_path}/new/optuna.log"


def test_every_number_is_there(journal: Journal, place: str) -> None:
    """Replicates, failures, stopped and cut-off trials: values, readings, ranges, times, notes, to the last digit."""
    plan(journal)
    trial(journal, 1)
    trial(journal, 1, replicate=2)
    trial(journal, 2, "crashed")
    trial(journal, 2, attempt=2)
    journal.write("begun", run=3, replicate=1, seed=7, setting=SETTING, attempt=1)
    trial(journal, 3, "pruned", attempt=2, optimizer="adam", warm=False, rate=0.5)
    journal.write("phase", name="refine", first_run=4, why=[], study=asdict(STUDY))
    trial(journal, 4)
    journal.write("begun", run=5, replicate=1, seed=7, setting=SETTING, attempt=1)
    trials = exported(journal, place)
    assert [(t.user_attrs["run"], t.user_attrs["replicate"], t.user_attrs["attempt"]) for t in trials] == [
        (1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 1, 2), (3, 1, 1), (3, 1, 2), (4, 1, 1),
    ]  # fmt: skip
    done, fail = TrialState.COMPLETE, TrialState.FAIL
    assert [t.state for t in trials] == [done, done, fail, done, fail, TrialState.PRUNED, done]
    lines = list(read(journal.path))
    for each in trials:
        key = {name: each.user_attrs[name] for name in ("run", "replicate")}
        ours = [line for line in lines if key.items() <= line.items()]
        (begun,) = [line for line in ours if line.get("attempt") == each.user_attrs["attempt"]]
        assert each.params == begun["setting"]
        assert {type(value) for value in each.params.values()} == {str, float, int, bool}
        assert each.user_attrs["seed"] == begun["seed"]
        assert each.datetime_start == datetime.fromtimestamp(begun["time"])
        if "device" not in each.user_attrs:
            assert each.user_attrs["kind"] == "cut off"
            continue
        read_ = {line["epoch"]: line["metrics"]["score"] for line in ours if line["event"] == "reading"}
        assert each.intermediate_values == read_
        assert each.value == (None if each.state is fail else read_[3])
        assert each.user_attrs["metric.score"] == read_[3]
        assert each.user_attrs["metric.loss"] == "inf"
        assert each.user_attrs["seconds"] == key["run"] + 0.1
    assert trials[0].distributions == {
        "optimizer": CategoricalDistribution(("adam", "sgd")),
        "rate": FloatDistribution(1e-4, 0.1, log=True),
        "width": IntDistribution(16, 64, log=True),
        "warm": CategoricalDistribution((False, True)),
    }
    assert trials[5].distributions["rate"] == FloatDistribution(1e-4, 0.5, log=True)
    assert [t.user_attrs.get("phase") for t in trials] == [None] * 6 + ["refine"]
    study = loaded(place)
    assert (study.direction.name, study.metric_names) == ("MAXIMIZE", ["score"])
    assert study.user_attrs["digest"] == STUDY.digest
    assert study.user_attrs["constant.depth"] == 3
    assert study.best_trial.user_attrs["run"] == 4


def test_again_changes_nothing_and_more_adds_more(journal: Journal, place: str) -> None:
    """The second export adds what came since, once; what is there stays to the last bit."""
    plan(journal)
    trial(journal, 1)
    first = exported(journal, place)
    assert exported(journal, place) == first
    plan(journal, replace(STUDY, replicates=2))
    trial(journal, 1, replicate=2)
    more = exported(journal, place)
    assert (more[:1], len(more)) == (first, 2)
    assert loaded(place).user_attrs["replicates"] == 2


def test_another_study_of_that_name_is_left_alone(journal: Journal, place: str) -> None:
    """Begun anew under its old name, a study does not mingle with what it was; the storage says what to do."""
    plan(journal, replace(STUDY, seed=8))
    trial(journal, 1)
    first = exported(journal, place)
    journal.path.unlink()
    with Journal(journal.path) as fresh:
        plan(fresh)
        trial(fresh, 2)
        with pytest.raises(TrackerError, match=r"holds another study 'wheels'; --to another place, or make room with"):
            export_to(fresh, place)
    assert loaded(place).get_trials() == first


def test_several_objectives_and_targets(journal: Journal, place: str) -> None:
    """Genetic search has a direction for each; a target is the distance from it; without a value it is a failure."""
    further = (Objective("score", "target", 0.5), Objective("loss", "minimize"))
    plan(journal, replace(STUDY, design="nsga", analysis=Asked(also=further)))
    trial(journal, 1)
    trial(journal, 2, "pruned")
    (both, stopped) = exported(journal, place)
    score = 1 / 3 + 3 / 7 + 1 / 1000
    assert both.values == [score, abs(score - 0.5), float("inf")]
    assert (stopped.state, stopped.values) == (TrialState.PRUNED, None)
    assert [each.name for each in loaded(place).directions] == ["MAXIMIZE", "MINIMIZE", "MINIMIZE"]
    assert loaded(place).metric_names == ["score", "|score - 0.5|", "loss"]


def test_odd_journals_are_taken(journal: Journal, place: str) -> None:
    """NaN among the readings, odd characters and lines of the future; a level that is none stands among the notes."""
    everything(journal)
    trials = exported(journal, place)
    assert [t.user_attrs["run"] for t in trials] == [1, 2, 2, 2, 3]
    assert len(trials[1].user_attrs["reason"]) == 5000
    with Journal(journal.path.with_name("odd") / "journal.jsonl") as odd:
        plan(odd, replace(STUDY, name="odd"))
        trial(odd, 1, optimizer="lion", width=1.5)
        export_to(odd, place)
    study = optuna.load_study(study_name="odd", storage=loaded(place)._storage)
    (only,) = study.get_trials()
    assert set(only.params) == {"rate", "warm"}
    assert (only.user_attrs["factor.optimizer"], only.user_attrs["factor.width"]) == ("lion", 1.5)


def test_the_command(doe: Said) -> None:
    """Typed with a place or without, and twice; what makes no sense is one line."""
    doe(
        "run",
        "l4",
        "--trainer",
        "synthetic",
        "--factor",
        "dropout=0,0.5",
        "--tracking-uri",
        "none",
        "--replicates",
        "2",
    )
    for _ in range(2):
        code, out, _err = doe("export", "optuna", "l4")
        assert code == 0
        assert out.startswith("l4-synthetic: 8 completed and 0 failed trials are in sqlite:///mlruns/optuna.db; ")
    study = optuna.load_study(study_name="l4-synthetic", storage="sqlite:///mlruns/optuna.db")
    assert sorted((t.user_attrs["run"], t.user_attrs["replicate"]) for t in study.get_trials()) == [
        (run, replicate) for run in (1, 2, 3, 4) for replicate in (1, 2)
    ]
    assert doe("export", "optuna", "l4", "--to", "there/optuna.log")[0] == 0
    assert doe("export", "optuna", "l4", "--to", "mlruns/optuna.db/x.db")[2].startswith("doe: cannot export: ")
    assert doe("export", "mlflow", "l4", "--to", "x.db")[1:] == ("", "doe: --to is for doe export optuna\n")
    assert doe("export", "optune", "l4")[2] == "doe: no export to 'optune'; did you mean 'optuna'?\n"
