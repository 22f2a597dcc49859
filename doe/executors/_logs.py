"""Where trials print."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from doe.model import Trial


def log_file(logs: Path | None, trial: Trial) -> Path | None:
    """The file that a trial prints into, its earlier tries first; None where that is thrown away."""
    return logs / f"run-{trial.run}-{trial.replicate}.log" if logs else None


def remove_if_empty(path: Path | None) -> None:
    """Leave no file of a trial that printed nothing."""
    with suppress(OSError):
        if path and path.stat().st_size == 0:
            path.unlink()
