"""A driver to be killed: ``python driver.py EXECUTOR WAY FOLDER``; says what happens, a word a line.

The executor ``later`` is ray, once it has started and has taken over from the local one.
"""

from __future__ import annotations

import importlib
import signal
import sys
from itertools import count
from pathlib import Path

from doe.executors import EXECUTORS
from doe.model import Completed
from doe.protocols import Executor, Resources

sys.path.insert(0, str(Path(__file__).parent))
driving = importlib.import_module("driving")  # run as a script, this file has no package


def say(word: str) -> None:
    """Say it at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def taken_over() -> Executor:
    """A Ray of our own, which has begun a trial."""
    executor = EXECUTORS["ray"](Resources(slots=2, gpus_per_trial=0))
    servers: set[float] = set()
    for run in map(driving.trial, count()):
        work = [(run, driving.task(run, "odd.py:parent", epochs=1, note=folder))]
        servers |= {
            event.readings[0].metrics["y"] for event in driving.drive(executor, work) if isinstance(event, Completed)
        }
        if len(servers) > 1:
            break
    return executor


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
    name, way, folder = sys.argv[1:]
    executor = taken_over() if name == "later" else EXECUTORS[name](Resources(slots=2, gpus_per_trial=0))
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
