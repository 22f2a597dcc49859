"""A driver to be killed: ``python driver.py EXECUTOR WAY FOLDER``; says what happens, a word a line."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from doe.executors import EXECUTORS
from doe.protocols import Resources

sys.path.insert(0, str(Path(__file__).parent))
driving = importlib.import_module("driving")  # run as a script, this file has no package


def say(word: str) -> None:
    """Say it at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    name, way, folder = sys.argv[1:]
    executor = EXECUTORS[name](Resources(slots=2, gpus_per_trial=0))
    work = [
        (each, driving.task(each, way=way, note=f"{folder}/{each.run}", seconds=0.5))
        for each in map(driving.trial, (1, 2))
    ]
    events = driving.drive(executor, work)
    while True:
        try:
            for event in events:
                say(type(event).__name__)
            break
        except KeyboardInterrupt:
            say("interrupted")
            events = executor.events()
    executor.close()
