"""Journals to track, line by line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeAlias

from doe.journal import Journal
from doe.model import Factor, Objective, Study

Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]
"""Table: its rows, sorted."""

STUDY = Study(
    name="wheels",
    design="l4",
    factors=(Factor("optimizer", ("adam", "sgd")), Factor("learning_rate", (0.001, 0.01), scale="log")),
    objective=Objective("val_accuracy"),
    trainer="synthetic",
    constants={"width": 0.125, "frozen": True},
    question="Which wheel turns?",
)


def plan(journal: Journal, replicates: int = 1) -> None:
    """Write the plan."""
    study = {**asdict(STUDY), "replicates": replicates}
    journal.write("study", version=1, digest=STUDY.digest, study=study)
    journal.write("opened", code_version="v1.2-3-gabcdef", host="here", versions={"python": "3.11"})


def begin(journal: Journal, run: int, attempt: int = 1) -> None:
    """Write that a trial begins."""
    setting = {"optimizer": "adam" if run % 2 else "sgd", "learning_rate": 0.001 * run}
    journal.write("begun", run=run, replicate=1, seed=7, setting=setting, attempt=attempt)
    journal.write("started", run=run, replicate=1, host="here", device="cpu", threads=1)


def read(journal: Journal, run: int, epoch: int, **more: float) -> None:
    """Write a reading."""
    metrics = {"train_loss": 1 / epoch, "val_accuracy": 0.5 + epoch / 100, **more}
    journal.write("reading", run=run, replicate=1, epoch=epoch, metrics=metrics)


def complete(journal: Journal, run: int) -> None:
    """Write a whole trial."""
    begin(journal, run)
    for epoch in (1, 2, 3):
        read(journal, run, epoch)
    journal.write("completed", run=run, replicate=1, seconds=0.25)


def everything(journal: Journal) -> None:
    """Write all that can happen: trials completed, failed, tried again, cut off; odd names and numbers."""
    plan(journal)
    complete(journal, 1)
    begin(journal, 2)
    read(journal, 2, 1, gain=float("nan"), loss=float("inf"))
    read(journal, 2, 2, gain=float("nan"), loss=float("-inf"))
    journal.write("failed", run=2, replicate=1, kind="crashed", reason="worker \0 died: \ud800 " * 900, seconds=2.0)
    begin(journal, 2, attempt=2)
    read(journal, 2, 1)
    begin(journal, 2, attempt=3)
    read(journal, 2, 1, **{"../odd (%)": 1.0, "val/loss": 2.0})
    journal.write("completed", run=2, replicate=1, seconds=0.5)
    journal.write("reopened", run=2, replicate=1)
    plan(journal, replicates=2)
    journal.write("a line of the future", anything={"at": "all"})
    complete(journal, 3)
