"""A driver of a study's later phase, killed at work."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

STUDY, OWN = "l4-synthetic", 4
"""The study, and how many runs its own design has."""


def killed_at_work(folder: Path, after: int, *words: str) -> None:
    """Begin a phase by these words, and kill its driver without a word when so many of its trials have completed."""
    journal = folder / f"mlruns/studies/{STUDY}/journal.jsonl"
    command = [sys.executable, "-m", "doe", *words]
    driver = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while driver.poll() is None:
        ended = [line for line in journal.read_text().splitlines()[:-1] if '"completed"' in line]
        if sum(json.loads(line)["run"] > OWN for line in ended) >= after:
            break
        time.sleep(0.01)
    assert driver.poll() is None, "it was to be killed at work"
    driver.send_signal(signal.SIGKILL)
    driver.wait()
