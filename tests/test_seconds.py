"""What a trial took, where it was killed and went on: every attempt that it went on from counts."""

from __future__ import annotations

from pathlib import Path

import pytest

import doe
from doe import folders
from doe.history import History, fold, take_up
from doe.journal import Journal, Line, read
from doe.model import Factor, Objective, Study

TRAINER = Path(__file__).parent / "resuming_trainer.py"
STUDY = Study("s", "full_factorial", (Factor("a", ("x", "y")),), Objective("y"), "trainer")
PLAN = f"""
design = "full_factorial"
trainer = "{TRAINER}"
maximize = "val_accuracy"
retries = 60

[constants]
epochs = 4
danger = 0.4

[factors]
learning_rate = [0.01, 0.03]
patience = [1, 2]
"""


@pytest.mark.parametrize(("goes_on", "seconds"), [(True, 17.0), (False, 2.0)])
def test_attempts_that_were_gone_on_from_count(goes_on: bool, seconds: float, tmp_path: Path) -> None:
    """One that failed after five seconds, and one cut off with its driver ten seconds after it was begun."""
    lines = [
        {"event": "study", "version": 1, "study": _plan(tmp_path)},
        {"event": "begun", "time": 100.0, "attempt": 1},
        {"event": "reading", "time": 104.0, "epoch": 1, "metrics": {"y": 1.0}},
        {"event": "failed", "time": 105.0, "kind": "crashed", "reason": "killed", "seconds": 5.0},
        {"event": "begun", "time": 200.0, "attempt": 2, "goes_on": True},
        {"event": "reading", "time": 201.0, "epoch": 1, "metrics": {"y": 1.0}},
        {"event": "reading", "time": 210.0, "epoch": 2, "metrics": {"y": 2.0}},
        {"event": "opened", "time": 50.0},
        {"event": "begun", "time": 60.0, "attempt": 3, "goes_on": goes_on},
        {"event": "reading", "time": 61.0, "epoch": 1, "metrics": {"y": 1.0}},
        {"event": "completed", "time": 62.0, "seconds": 2.0},
    ]
    whole = [{"run": 1, "replicate": 1, "seed": 0, "setting": {"a": "x"}, **line} for line in lines]
    assert fold(whole).completed[1, 1].seconds == seconds
    assert fold(whole[:8]).earlier[1, 1] == 15.0


def _plan(folder: Path) -> object:
    with Journal(folder / "journal.jsonl") as journal:
        take_up(journal, History(), STUDY)
    (line,) = read(folder / "journal.jsonl")
    return line["study"]


def test_a_driver_at_work_counts_as_its_journal_does(workplace: Path) -> None:
    """Trials that die again and again: what the driver gives out is what is read from its journal afterwards."""
    Path("squares.toml").write_text(PLAN)
    manner = doe.Manner(executor="local", tracking_uri="none", resources=doe.Resources(slots=2))
    done = doe.run(doe.plan("squares.toml"), manner, say=lambda _: None)
    lines = list(read(folders.journal_of("squares-resuming_trainer")))
    history = fold(lines)
    told = {(row["run"], row["replicate"]): row["seconds"] for _, row in done.results.table.iterrows()}
    assert told == pytest.approx({key: outcome.seconds for key, outcome in history.completed.items()}, rel=1e-9)
    took: dict[tuple[int, int], float] = {}
    for line in lines:
        if line["event"] in {"completed", "failed"}:
            took[line["run"], line["replicate"]] = took.get((line["run"], line["replicate"]), 0.0) + line["seconds"]
    assert any(line.get("goes_on") for line in lines)
    gone_on = {key for key in took if _all_went_on(lines, key)}
    assert gone_on
    assert {key: told[key] for key in gone_on} == pytest.approx({key: took[key] for key in gone_on})


def _all_went_on(lines: list[Line], key: tuple[int, int]) -> bool:
    """Whether every attempt but the first went on from what was kept."""
    begun = [line for line in lines if line["event"] == "begun" and (line["run"], line["replicate"]) == key]
    return len(begun) > 1 and all(line.get("goes_on") for line in begun[1:])
