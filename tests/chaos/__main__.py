"""``make chaos``: kill at random instants, let the same command go on, and print what was lost.

python -m tests.chaos [--kills 48] [--seed 0] [--executors local,ray]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from random import Random

from tests.chaos.chaos import FAULTS, inflict, undisturbed

LEVELS = 8
"""Three times so many trials a study."""


def main() -> int:
    """Inflict every fault on every executor, print a row each, and be 0 where nothing was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=48, help="how many faults in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--executors", default="local,ray")
    arguments = parser.parse_args()
    executors = arguments.executors.split(",")
    rows = [(executor, fault) for executor in executors for fault in FAULTS]
    begin, say = time.monotonic(), sys.stdout.write
    say(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}\n")
    say(f"{'executor':<9}{'fault':<17}{'tries':>6}{'trials':>8}{'lost':>6}{'repeated':>10}{'changed':>9}{'left':>6}\n")
    sums = dict.fromkeys(("tries", "trials", "lost", "repeated", "changed", "left"), 0)
    with tempfile.TemporaryDirectory(prefix="doe-chaos-") as folder:
        whole = undisturbed(Path(folder) / "whole", LEVELS)
        for place, (executor, fault) in enumerate(rows):
            tries = arguments.kills // len(rows) + (place < arguments.kills % len(rows))
            random = Random(f"{arguments.seed} {executor} {fault}")
            tally = asdict(inflict(Path(folder), executor, fault, tries, random, whole))
            say(_row(executor, fault, tally))
            sys.stdout.flush()
            sums = {name: sums[name] + tally[name] for name in sums}
    say(_row("all", "", sums))
    say(f"{time.monotonic() - begin:.0f} s\n")
    return int(any(sums[name] for name in ("lost", "repeated", "changed", "left")))


def _row(executor: str, fault: str, of: dict[str, int]) -> str:
    return (
        f"{executor:<9}{fault:<17}{of['tries']:>6}{of['trials']:>8}{of['lost']:>6}{of['repeated']:>10}"
        f"{of['changed']:>9}{of['left']:>6}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
