"""``make chaos``: strike at random instants, let the same command go on, and print what was lost.

python -m tests.chaos [--kills 200] [--seed 0] [--executors local,ray,cluster]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from random import Random

from .chaos import FAULTS, inflict, undisturbed
from .faults import DISK, may_mount
from .nodes import Nodes, nodes

LEVELS = 8
"""Three times so many trials a study."""
NODES = 2
"""Of the cluster, besides its head."""
COUNTS = ("tries", "trials", "lost", "repeated", "changed", "left")


def main() -> int:
    """Inflict every fault on every executor, print a row each, and be 0 where nothing was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200, help="how many faults in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--executors", default=",".join(FAULTS))
    arguments = parser.parse_args()
    rows = [(executor, fault) for executor in arguments.executors.split(",") for fault in FAULTS[executor]]
    begin = time.monotonic()
    if not may_mount():
        rows = [row for row in rows if row[1] not in DISK]
        _say(f"left out, as only root may mount a file system: {', '.join(DISK)}\n")
    _say(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}\n")
    _say(f"{'executor':<9}{'fault':<17}{'tries':>6}{'trials':>8}{'lost':>6}{'repeated':>10}{'changed':>9}{'left':>6}\n")
    sums = dict.fromkeys(COUNTS, 0)
    # Ray's sockets lie in the folder, and their paths may have a hundred letters
    with tempfile.TemporaryDirectory(prefix="doe-", dir="/tmp", ignore_cleanup_errors=True) as name, ExitStack() as up:
        folder, cluster = Path(name), None
        whole = undisturbed(folder / "whole", LEVELS)
        for place, (executor, fault) in enumerate(rows):
            tries = arguments.kills // len(rows) + (place < arguments.kills % len(rows))
            random = Random(f"{arguments.seed} {executor} {fault}")
            if executor == "cluster" and cluster is None:
                cluster = up.enter_context(nodes(NODES, folder))
            tally = asdict(inflict(folder, executor, fault, tries, random, whole, cluster=_on(executor, cluster)))
            _say(_row(executor, fault, tally))
            sums = {name: sums[name] + tally[name] for name in COUNTS}
    _say(_row("all", "", sums))
    _say(f"{time.monotonic() - begin:.0f} s\n")
    return int(any(sums[name] for name in ("lost", "repeated", "changed", "left")))


def _on(executor: str, cluster: Nodes | None) -> Nodes | None:
    return cluster if executor == "cluster" else None


def _row(executor: str, fault: str, of: dict[str, int]) -> str:
    return (
        f"{executor:<9}{fault:<17}{of['tries']:>6}{of['trials']:>8}{of['lost']:>6}{of['repeated']:>10}"
        f"{of['changed']:>9}{of['left']:>6}\n"
    )


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
