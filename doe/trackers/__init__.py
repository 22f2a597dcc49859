"""Trackers: where the journal of a study is copied to, for others to look at."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from doe.journal import JournalError, read
from doe.model import DoeError
from doe.protocols import Tracker
from doe.trackers._experiment import Rows, experiment_rows
from doe.trackers._follow import Follower, batches, reason
from doe.trackers._store import TrackerError, local, shown
from doe.trackers._ui import UI_ENVIRONMENT, ui_command, ui_page
from doe.trackers.memory import Memory
from doe.trackers.mlflow import Mlflow
from doe.trackers.optuna import Optuna

__all__ = [
    "TRACKERS",
    "UI_ENVIRONMENT",
    "Follower",
    "Memory",
    "Mlflow",
    "Optuna",
    "Rows",
    "TrackerError",
    "experiment_rows",
    "export",
    "local",
    "shown",
    "ui_command",
    "ui_page",
]

Maker: TypeAlias = Callable[[str, Path | None], Tracker]
"""The address of a tracker and the folder for its files in, the tracker out; it is contacted at its first line."""


def _memory(_uri: str, _artifacts: Path | None) -> Tracker:
    return Memory()


TRACKERS: Mapping[str, Maker] = {"memory": _memory, "mlflow": Mlflow, "optuna": Optuna}
"""Name: what makes the tracker."""


def export(journal_path: Path, tracker: Tracker, files: Sequence[Path] = ()) -> None:
    """Copy a whole journal, and files, to a tracker; what is there already stays as it is.

    Raises:
        JournalError: The journal cannot be read.
        TrackerError: The study is being run, or the tracker cannot be written; what has come through stays, and
            another try goes on from there.
    """
    if _is_being_run(journal_path):
        # two that copy at once would both find a trial missing, and both add it
        raise TrackerError(f"{journal_path.parent.name} is being run, and copied by what runs it; export it afterwards")
    try:
        for batch in batches(read(journal_path)):
            tracker.write(batch)
        tracker.keep(files)
    except DoeError:
        raise
    except Exception as error:  # whatever a tracker's library raises is one thing to the user: it is not there
        raise TrackerError(f"cannot export: {reason(error)}") from error


def _is_being_run(journal_path: Path) -> bool:
    try:
        with journal_path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        raise JournalError(f"cannot read {journal_path}: {error.strerror}") from None
    return False
