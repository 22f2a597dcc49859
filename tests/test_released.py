"""Studies and journals of every format that there was stay readable: they are kept in ``tests/journals``.

Each folder holds a journal that the code of a commit wrote, cut off amid a trial, the command that goes on, and what
that code read in the whole study: ``val_accuracy`` of each trial, epoch by epoch.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from doe import folders
from doe.designs import DESIGNS
from doe.history import History, fold
from doe.journal import read
from doe.loading import load_study
from tests.conftest import Said

KEPT = Path(__file__).parent / "journals"
NAMES = sorted(path.parent.name for path in KEPT.glob("*/journal.jsonl"))
DIGESTS: dict[str, str] = json.loads((KEPT / "studies/digests.json").read_text())
QUICK = ("first", "phases")
"""The journals with which a study goes on in ``make test``, too."""
MANNER = ("--executor", "serial", "--tracking-uri", "none")


def _expected(name: str) -> dict[str, Any]:
    page: dict[str, Any] = json.loads((KEPT / name / "expected.json").read_text())
    return page


def _put(name: str) -> str:
    """Lay a journal where a study of it was begun; the study's name."""
    study = str(_expected(name)["study"])
    folders.folder_of(study).mkdir(parents=True)
    shutil.copy(KEPT / name / "journal.jsonl", folders.journal_of(study))
    for page in (KEPT / name).glob("*.toml"):
        shutil.copy(page, page.name)
    return study


def _readings(history: History) -> dict[str, list[float]]:
    return {
        f"{run}-{replicate}": [reading.metrics["val_accuracy"] for reading in completed.readings]
        for (run, replicate), completed in history.completed.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_journal_is_read_as_it_was_written(name: str, workplace: Path) -> None:
    """Every trial that had completed, with every digit; what was under way has not ended."""
    expected, history = _expected(name), fold(read(KEPT / name / "journal.jsonl"))
    assert history.study is not None
    assert history.study.name == expected["study"]
    assert _readings(history) == {key: expected["readings"][key] for key in expected["kept"]}
    assert set(history.attempts) > set(history.completed)


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_a_study_is_told_of_and_goes_on(name: str, doe: Said, workplace: Path) -> None:
    """Shown, analysed, and finished with the command that began it: nothing again, and what that code would read."""
    study, expected = _put(name), _expected(name)
    code, out, err = doe("show", study, "--json")
    assert code == 0, err
    assert json.loads(out)
    code, out, err = doe("analyze", study, "--json")
    assert code == 0, err
    assert "findings" in json.loads(out)
    code, _, err = doe(*expected["go_on"].split(), *MANNER, "--json")
    assert code in {0, 3}, err
    history = fold(read(folders.journal_of(study)))
    found = _readings(history)
    assert found == {key: expected["readings"][key] for key in found}
    completed = [line for line in read(folders.journal_of(study)) if line["event"] == "completed"]
    assert len(completed) == len(found)
    left = {f"{run}-{replicate}": history.failures[run, replicate][-1].kind for run, replicate in history.failures}
    # whether a trial is stopped early hangs on what ran beside it
    stopped = {key for key, kind in left.items() if kind == "pruned"}
    assert found.keys() | stopped == expected["readings"].keys()
    assert left.keys() - found.keys() - stopped == set(expected["failed"])


@pytest.mark.parametrize("name", DIGESTS)
def test_a_study_file_means_what_it_meant(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its plan has the digest that it had, so that a journal that was begun with it goes on."""
    monkeypatch.chdir("/")  # a folder of images is part of the plan by where it lies
    assert load_study(str(KEPT / f"studies/{name}.toml"), DESIGNS).study.digest == DIGESTS[name]


def test_there_is_a_journal_of_every_event() -> None:
    """No kind of line is left out."""
    events = {line["event"] for name in NAMES for line in read(KEPT / name / "journal.jsonl")}
    assert events >= {"study", "phase", "opened", "begun", "started", "reading", "completed", "failed"}
    assert len(NAMES) == 9
