"""A study as the tests of clusters run it: begun, watched, and judged by its journal."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from doe.history import History, fold
from doe.journal import read

TRAINER = Path(__file__).parents[1] / "plain_trainer.py"
PATIENCE = 240.0
"""Seconds that a study may take; on a quiet machine it takes ten."""


def words(*more: str, levels: int = 4) -> list[str]:
    """A study of three times so many trials, of half a second each."""
    factors = ["--factor", "a=x,y,z", "--factor", f"c={','.join(map(str, range(1, levels + 1)))}"]
    told = ["run", "full_factorial", "--trainer", str(TRAINER), *factors, "--set", "seconds=0.4", "--tracking-uri"]
    return [sys.executable, "-m", "doe", *told, "none", "--json", *more]


def journal_in(folder: Path) -> Path:
    """Where the study's journal is."""
    return folder / "mlruns/studies/full_factorial-plain_trainer/journal.jsonl"


def lines_in(folder: Path) -> list[Mapping[str, Any]]:
    """What the journal says by now."""
    return list(read(journal_in(folder))) if journal_in(folder).exists() else []


def at_work(lines: list[Mapping[str, Any]]) -> dict[tuple[int, int], Mapping[str, Any]]:
    """The trials that were started and have not ended: where they are carried out."""
    under_way: dict[tuple[int, int], Mapping[str, Any]] = {}
    for line in lines:
        if line["event"] == "started":
            under_way[line["run"], line["replicate"]] = line
        elif line["event"] in {"completed", "failed"}:
            under_way.pop((line["run"], line["replicate"]), None)
    return under_way


def judged(folder: Path, trials: int) -> History:
    """The study's history: no trial was lost, none begun again that had completed, each reading as it must be."""
    lines = lines_in(folder)
    ends = Counter((line["run"], line["replicate"]) for line in lines if line["event"] == "completed")
    assert len(ends) == trials
    assert set(ends.values()) == {1}
    completed: set[tuple[int, int]] = set()
    for line in lines:
        key = line.get("run", 0), line.get("replicate", 0)
        assert not (line["event"] == "begun" and key in completed)
        completed |= {key} if line["event"] == "completed" else set()
    history = fold(lines)
    for outcome in history.completed.values():
        told, seed = outcome.trial.setting, outcome.trial.seed
        base = {"x": 0.1, "y": 0.2, "z": 0.3}[str(told["a"])] + 0.01 + 0.001 * float(told["c"]) + 1e-6 * seed
        assert [r.metrics["val_accuracy"] for r in outcome.readings] == [base + epoch / 1000 for epoch in (1, 2)]
    return history


@contextmanager
def begun(folder: Path, *more: str, levels: int = 4) -> Iterator[subprocess.Popen[str]]:
    """The study under way."""
    with (folder / "said").open("w") as said:
        driver = subprocess.Popen(
            words(*more, levels=levels), cwd=folder, stdout=subprocess.PIPE, stderr=said, text=True
        )
    try:
        yield driver
    finally:
        driver.kill()
        driver.communicate()


def until(what: Any, folder: Path) -> Any:
    """What it gives, as soon as that is something."""
    end = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < end, {
            file.name: file.read_text()[-2000:] for file in folder.iterdir() if file.is_file()
        }
        time.sleep(0.05)
    return found
