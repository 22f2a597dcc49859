"""A clock that was set back: no trial is lost, and nothing that tells of it breaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doe import folders
from doe.history import fold
from doe.journal import read
from tests.conftest import Said

KEPT = Path(__file__).parent / "journals/first/journal.jsonl"
NAME = "l9-synthetic"
DAY = 86_400.0


@pytest.fixture
def study(workplace: Path) -> Path:
    """A journal the first half of whose lines was written a day later than the other."""
    path = folders.journal_of(NAME)
    path.parent.mkdir(parents=True)
    lines = [json.loads(line) for line in KEPT.read_text().splitlines()]
    for line in lines[: len(lines) // 2]:
        line["time"] += DAY
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_what_was_read_is_kept(study: Path) -> None:
    """Every trial, whichever half its lines stand in, and no time is negative."""
    history, straight = fold(read(study)), fold(read(KEPT))
    assert history.completed == straight.completed
    assert all(seconds >= 0 for seconds in history.earlier.values())


def test_lines_that_stand_twice_count_once(study: Path) -> None:
    """Those of trials that ended before they began, by the clock, too."""
    lines = study.read_bytes().splitlines(keepends=True)
    once = fold(read(study)).completed
    study.write_bytes(b"".join(line * 2 for line in lines))
    assert fold(read(study)).completed == once


@pytest.mark.slow
def test_the_study_is_told_of_and_goes_on(study: Path, doe: Said) -> None:
    """Listed, shown, copied to MLflow twice, and finished; MLflow has each trial once."""
    before = set(fold(read(study)).completed)
    for words in (("list", "studies"), ("show", NAME), ("export", "mlflow", NAME), ("export", "mlflow", NAME)):
        code, _, err = doe(*words)
        assert code == 0, err
    command = "run l9 --trainer synthetic --factor epochs=3,4,5 --replicates 2 --executor serial --yes"
    code, _, err = doe(*command.split())
    assert code == 0, err
    history = fold(read(study))
    assert len(history.completed) == 18
    assert all(history.attempts[key] == 1 for key in before)
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{Path('mlruns/mlflow.db').resolve()}")
    runs = mlflow.search_runs(search_all_experiments=True, output_format="list")
    ended = [run.data.tags for run in runs if run.info.status == "FINISHED" and "doe.run" in run.data.tags]
    assert len({(tags["doe.run"], tags["doe.replicate"]) for tags in ended}) == len(ended) == 18
