"""What stands in MLflow after a journal went there, once, twice, in parts, and after accidents."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doe.journal import Journal, JournalError
from doe.trackers import Mlflow, TrackerError, export, local, shown
from doe.trackers._runs import name_of
from doe.trackers._store import make_database
from tests.trackers.journals import STUDY, Rows, begin, complete, everything, plan, read


def test_every_attempt_is_a_run(journal: Journal, tmp_path: Path) -> None:
    """Each attempt of a trial is a child run with its params, tags, metrics and status."""
    import mlflow

    everything(journal)
    uri, artifacts = local(tmp_path / "mlruns")
    journal.close()
    export(journal.path, Mlflow(uri, artifacts))
    client = mlflow.MlflowClient(uri)
    experiment = client.get_experiment_by_name("wheels")
    assert experiment.artifact_location == (artifacts / "wheels").as_uri()
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert {name: run.info.status for name, run in runs.items()} == {
        "wheels": "FINISHED",
        "run 1 · replicate 1": "FINISHED",
        "run 2 · replicate 1": "FAILED",
        "run 2 · replicate 1 · attempt 2": "KILLED",
        "run 2 · replicate 1 · attempt 3": "FINISHED",
        "run 3 · replicate 1": "FINISHED",
    }
    parent, first, failed = runs["wheels"], runs["run 1 · replicate 1"], runs["run 2 · replicate 1"]
    assert parent.data.params["factor.learning_rate"] == "0.001, 0.01"
    assert parent.data.params["constant.frozen"] == "True"
    assert parent.data.tags["doe.replicates"] == "2"
    assert parent.data.tags["mlflow.note.content"] == "Which wheel turns?"
    assert first.data.params == {"optimizer": "adam", "learning_rate": "0.001"}
    expected = {"doe.run": "1", "doe.seed": "7", "doe.device": "cpu", "doe.host": "here", "doe.digest": STUDY.digest}
    assert first.data.tags.items() >= {**expected, "mlflow.parentRunId": parent.info.run_id}.items()
    assert first.data.tags["doe.code_version"] == "v1.2-3-gabcdef"
    history = client.get_metric_history(first.info.run_id, "train_loss")
    assert [(point.step, point.value) for point in history] == [(1, 1.0), (2, 0.5), (3, 1 / 3)]
    assert failed.data.tags["doe.kind"] == "crashed"
    assert failed.data.tags["doe.reason"].startswith("worker  died: ? worker")
    assert failed.data.metrics["loss"] == -sys.float_info.max
    assert [str(point.value) for point in client.get_metric_history(failed.info.run_id, "gain")] == ["nan", "nan"]


def test_what_a_slow_server_made_twice_is_taken_away(journal: Journal, tmp_path: Path) -> None:
    """A parent and a child whose making was given up, and carried out all the same: only what was filled stays."""
    import mlflow

    everything(journal)
    journal.close()
    uri, artifacts = local(tmp_path / "mlruns")
    export(journal.path, Mlflow(uri, artifacts))
    client = mlflow.MlflowClient(uri)
    experiment = client.get_experiment_by_name("wheels").experiment_id
    runs = {run.info.run_name: run for run in client.search_runs([experiment])}
    for name in ("wheels", "run 1 · replicate 1"):
        like = runs[name]
        tags = {name: value for name, value in like.data.tags.items() if name.startswith(("doe.", "mlflow.parent"))}
        client.create_run(experiment, start_time=like.info.start_time, tags=tags, run_name=name)
    assert len(client.search_runs([experiment])) == len(runs) + 2
    export(journal.path, Mlflow(uri, artifacts))
    assert {run.info.run_id for run in client.search_runs([experiment])} == {r.info.run_id for r in runs.values()}


def test_again_changes_nothing(journal: Journal, tmp_path: Path, rows: Callable[[Path], Rows]) -> None:
    """A journal that is copied twice, by one tracker or by two, leaves the very same tables."""
    everything(journal)
    begin(journal, 4)
    read(journal, 4, 1)
    uri, artifacts = local(tmp_path)
    tracker = Mlflow(uri, artifacts)
    journal.close()
    export(journal.path, tracker)
    before = rows(tmp_path / "mlflow.db")
    export(journal.path, tracker)
    export(journal.path, Mlflow(uri, artifacts))
    assert rows(tmp_path / "mlflow.db") == before
    assert len(before["runs"]) == 7


def test_parts_make_the_whole(journal: Journal, tmp_path: Path, content: Callable[[Path], list[Any]]) -> None:
    """A study tracked bit by bit, each time by another driver that is cut off, equals one exported at the end."""
    everything(journal)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    part = tmp_path / "part.jsonl"
    journal.close()
    for length in range(1, len(lines) + 1, 4):
        part.write_bytes(b"".join(lines[:length]))
        export(part, Mlflow(*local(tmp_path / "parts")))
    export(journal.path, Mlflow(*local(tmp_path / "parts")))
    export(journal.path, Mlflow(*local(tmp_path / "whole")))
    assert content(tmp_path / "parts" / "mlflow.db") == content(tmp_path / "whole" / "mlflow.db")


def test_same_plan_begun_anew(journal: Journal, tmp_path: Path, rows: Callable[[Path], Rows]) -> None:
    """Two journals of the same plan are two parents in one experiment."""
    plan(journal)
    complete(journal, 1)
    journal.close()
    export(journal.path, Mlflow(*local(tmp_path)))
    with Journal(tmp_path / "fresh.jsonl") as fresh:
        plan(fresh)
        complete(fresh, 1)
    export(fresh.path, Mlflow(*local(tmp_path)))
    tables = rows(tmp_path / "mlflow.db")
    assert len(tables["runs"]) == 4
    assert len(tables["experiments"]) == 2


def test_torn_line(journal: Journal, tmp_path: Path, rows: Callable[[Path], Rows]) -> None:
    """A last line that was cut off is left out."""
    plan(journal)
    complete(journal, 1)
    with journal.path.open("ab") as file:
        file.write(b'{"event": "begun", "run": 2, "repl')
    journal.close()
    export(journal.path, Mlflow(*local(tmp_path)))
    assert len(rows(tmp_path / "mlflow.db")["runs"]) == 2


def test_files_are_replaced(journal: Journal, tmp_path: Path) -> None:
    """Files and folders lie with the parent run, and those of the last time count."""
    plan(journal)
    table, plots = tmp_path / "responses.csv", tmp_path / "plots"
    plots.mkdir()
    (plots / "main.svg").write_text("<svg/>")
    tracker = Mlflow(*local(tmp_path / "mlruns"))
    journal.close()
    for text in ("old", "new"):
        table.write_text(text)
        export(journal.path, tracker, [table, plots])
    found = {file.name: file.read_text() for file in (tmp_path / "mlruns" / "artifacts").rglob("*") if file.is_file()}
    assert found == {"responses.csv": "new", "main.svg": "<svg/>"}


def test_deleted_experiment(journal: Journal, tmp_path: Path) -> None:
    """An experiment that the user has deleted is not written to, and the error says how to get it back."""
    import mlflow

    plan(journal)
    uri, artifacts = local(tmp_path)
    journal.close()
    export(journal.path, Mlflow(uri, artifacts))
    mlflow.MlflowClient(uri).delete_experiment("1")
    with pytest.raises(TrackerError, match="mlflow experiments restore -x 1"):
        export(journal.path, Mlflow(uri, artifacts))


def test_not_while_it_is_run(journal: Journal, tmp_path: Path) -> None:
    """A study that is being run is not exported beside its own tracker: each would add what the other is adding."""
    plan(journal)
    with pytest.raises(TrackerError, match="wheels is being run"):
        export(journal.path, Mlflow(*local(tmp_path)))


def test_no_database_there(journal: Journal, tmp_path: Path) -> None:
    """What is no MLflow database, and a journal that is missing, are each said in one line."""
    plan(journal)
    (tmp_path / "mlflow.db").write_text("not a database at all" * 100)
    journal.close()
    with pytest.raises(TrackerError, match="not a database"):
        export(journal.path, Mlflow(*local(tmp_path)))
    with pytest.raises(JournalError, match="cannot read"):
        export(tmp_path / "none.jsonl", Mlflow(*local(tmp_path)))


def test_odd_folders(journal: Journal, tmp_path: Path, rows: Callable[[Path], Rows]) -> None:
    """An output folder may have any name."""
    plan(journal)
    complete(journal, 1)
    odd = tmp_path / "mit Leerzeichen, ü, 50 % & #1"
    journal.close()
    export(journal.path, Mlflow(*local(odd)), [journal.path])
    assert len(rows(odd / "mlflow.db")["runs"]) == 2
    assert list((odd / "artifacts").rglob("journal.jsonl"))


def test_database_from_nothing(tmp_path: Path) -> None:
    """Without a template a database is made, works in write-ahead mode, and leaves a template for the next."""
    template, file = tmp_path / "cache" / "template.db", tmp_path / "mlruns" / "mlflow.db"
    make_database(file, tmp_path / "artifacts", template)
    assert [path.name for path in file.parent.iterdir()] == ["mlflow.db"]
    assert [path.name for path in template.parent.iterdir()] == ["template.db"]
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("SELECT artifact_location FROM experiments").fetchall() == [
            ((tmp_path / "artifacts" / "0").as_uri(),)
        ]


def test_database_by_many(tmp_path: Path) -> None:
    """Of many that make the same database, one wins, and what it has is never replaced."""
    template = tmp_path / "template.db"
    with closing(sqlite3.connect(template)) as database, database:
        database.execute("CREATE TABLE experiments (experiment_id, artifact_location)")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: make_database(tmp_path / "one" / "mlflow.db", None, template), range(32)))
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["mlflow.db"]


def test_light_door() -> None:
    """Importing the trackers loads no heavy library."""
    heavy = ("mlflow", "sqlalchemy", "pandas", "numpy")
    program = f"import sys, doe.trackers; print([name for name in {heavy} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("val_accuracy", "val_accuracy"),
        ("val/loss", "val/loss"),
        ("a//b/../c", "a/c"),
        ("../../etc", "etc"),
        ("/", "_"),
        ("", "_"),
        ("F1 (macro) %", "F1 _macro_ _"),
        ("ü" * 300, "ü" * 250),
    ],
)
def test_names(name: str, expected: str) -> None:
    """Any name becomes one that MLflow takes, and stays as it is if it is one."""
    assert name_of(name) == expected
    assert name_of(expected) == expected


def test_no_password_on_the_screen() -> None:
    """An address is shown without its password."""
    assert shown("postgresql://me:secret@host/db") == "postgresql://***@host/db"
    assert shown("sqlite:////tmp/a@b:c/mlflow.db") == "sqlite:////tmp/a@b:c/mlflow.db"
