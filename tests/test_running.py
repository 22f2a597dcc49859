"""doe as a library does what the command does."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import doe
from doe.folders import find_begun, read_history
from doe.model import StudyError

TRAINER = str(Path(__file__).parent / "plain_trainer.py")


@pytest.fixture
def done(workplace: Path) -> doe.Conducted:
    """A study of four runs, twice each, in MLflow as well."""
    wishes = doe.Wishes(trainer=TRAINER, factors=("a=x,y", "c=1,2"), replicates=2, name="mine")
    plan = doe.plan("full_factorial", wishes)
    return doe.run(plan, doe.Manner(executor="serial"), say=lambda _: None)


def test_a_study_leaves_its_plan_its_table_and_its_findings(done: doe.Conducted) -> None:
    """Everything that a report needs lies beside the journal, and agrees with what was returned."""
    folder = Path("mlruns/studies/mine")
    assert (done.completed, done.failed, done.total) == (8, 0, 8)
    assert list(csv.reader((folder / "design.csv").read_text().splitlines()))[1:3] == [["1", "x", "1"], ["2", "x", "2"]]
    rows = list(csv.DictReader((folder / "responses.csv").read_text().splitlines()))
    assert [float(row["val_accuracy"]) for row in rows] == list(done.results.table["val_accuracy"])
    page = json.loads((folder / "findings.json").read_text())
    assert [f["name"] for f in page["findings"]] == [f.name for f in done.findings]
    assert (folder / "main-effects.png").stat().st_size > 1000


def test_a_study_is_in_mlflow_with_its_files(done: doe.Conducted) -> None:
    """A parent run with the files, and a run for each trial with its readings."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{Path('mlruns/mlflow.db').resolve()}")
    (experiment,) = (e for e in client.search_experiments() if e.name == "mine")
    runs = client.search_runs([experiment.experiment_id])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    assert (len(runs), len(parents)) == (9, 1)
    files = {file.path for file in client.list_artifacts(parents[0].info.run_id)}
    assert files >= {"design.csv", "responses.csv", "findings.json", "main-effects.png"}
    child = next(r for r in runs if r.data.tags.get("doe.run") == "3" and r.data.tags["doe.replicate"] == "2")
    readings = client.get_metric_history(child.info.run_id, "val_accuracy")
    assert [(m.step, m.value) for m in readings] == [
        (1, 0.2 + 0.01 + 0.001 + 1e-6 + 0.001),
        (2, 0.2 + 0.01 + 0.001 + 1e-6 + 0.002),
    ]
    assert child.data.params["a"] == "y"


def test_an_experiment_is_found_by_the_beginning_of_its_name(done: doe.Conducted) -> None:
    """A study that was begun can be named in short, where that is no riddle."""
    plan = doe.plan("l4", doe.Wishes(trainer=TRAINER, factors=("a=x,y",)))
    doe.run(plan, doe.Manner(executor="serial", tracking_uri="none"))
    assert find_begun("l4") == "l4-plain_trainer"
    assert read_history("mine")[0] == done.study
    with pytest.raises(StudyError, match="did you mean 'mine'"):
        find_begun("mime")


def test_known_effects_are_found_again(workplace: Path) -> None:
    """The synthetic trainer states its effects; doe finds them, in their order, and says that nothing can be tested."""
    from trainers.synthetic import accuracy

    done = doe.run(
        doe.plan("l9", doe.Wishes(trainer="synthetic", settings=("noise=0",))),
        doe.Manner(executor="serial", tracking_uri="none"),
    )
    table = next(f for f in done.findings if f.name == "response-table").table
    means = {(row["factor"], row["level"]): float(row["mean"] or 0) for row in table}
    settings: list[Any] = [dict(outcome.trial.setting) for outcome in done.outcomes]
    for (name, level), mean in means.items():
        same = [dict(setting) for setting in settings if setting[name] == level]
        truth = [accuracy(setting.pop("epochs"), **setting) for setting in same]
        assert mean == pytest.approx(sum(truth) / len(truth), abs=1e-12)
    anova = next(f for f in done.findings if f.name == "anova")
    assert "effects can be ranked, not tested" in anova.note


def test_whether_work_is_shared_is_no_part_of_the_plan(workplace: Path) -> None:
    """A study that was begun one way goes on the other way."""
    wishes = doe.Wishes(trainer=str(Path(__file__).with_name("sharing_trainer.py")), factors=["a=1,2"])
    alone = doe.Manner(executor="serial", tracking_uri="none", shares=False)
    doe.run(doe.plan("full_factorial", wishes), alone, stopping=Path("told.txt").exists, say=lambda _: None)
    doe.run(doe.plan("full_factorial", wishes), replace(alone, shares=True), say=lambda _: None)
    assert (workplace / "told.txt").read_text().split() == ["False", "True"]
