"""Whether a driver grows: up to 100,000 no-op trials in one process, its memory, open files and threads as they go.

    PYTHONPATH=. python benchmarks/endurance.py [--trials 100000] [--study 1000] [--executor serial] [--minutes 60]

Study after study of ``--study`` trials each (1,000, 10,000 or 100,000) is planned, conducted and written down in one
process that never ends in between: journals on disk with every end of a trial flushed to it, read again from the disk
at the end of each study. Trials are carried out by the executor named, ``serial`` in this very process. Each study ends
with the same check: every trial completed once. Analysis, reports and MLflow are left out; see scaling.py for them.
With one study of 100,000 the memory of a study that long is measured: its outcomes are kept for its analysis.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import psutil

from benchmarks._no_op_study import TRAINER, factors, machine
from doe.conduct import conduct
from doe.designs import DESIGNS
from doe.executors import EXECUTORS
from doe.history import fold, take_up
from doe.journal import Journal, read
from doe.loading import Wishes, load_study
from doe.model import Completed
from doe.protocols import Executor, Resources

EVERY = 10_000
"""Trials from one printed line to the next."""


class Gauge:
    """Prints what this process and its children have, every so many trials."""

    def __init__(self, every: int) -> None:
        self.trials = 0
        self._every = every
        self._process = psutil.Process()
        self._begin = time.perf_counter()
        self._first: int | None = None
        print("   trials   seconds   ms a trial   memory MiB   more, bytes a trial   files   threads   processes")
        self.show()

    def count(self) -> None:
        """One more trial has ended."""
        self.trials += 1
        if self.trials % self._every == 0:
            self.show()

    @property
    def minutes(self) -> float:
        """How long it has gone on."""
        return (time.perf_counter() - self._begin) / 60

    def show(self) -> None:
        """Print a line."""
        seconds = time.perf_counter() - self._begin
        rss = self._process.memory_info().rss
        if self._first is None and self.trials:
            self._first = rss  # until here, it is modules that come in
            self._counted = self.trials
        more = (rss - self._first) / (self.trials - self._counted) if self._first and self.trials > self._counted else 0
        each = 1000 * seconds / self.trials if self.trials else 0
        files, threads = self._process.num_fds(), self._process.num_threads()
        print(
            f"{self.trials:9,d}{seconds:10.1f}{each:13.2f}{rss / 2**20:13.1f}{more:22.0f}{files:8d}{threads:10d}"
            f"{len(self._process.children(recursive=True)):12d}",
            flush=True,
        )


def main() -> None:
    """Conduct them, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--study", type=int, default=1000, choices=(1000, 10_000, 100_000))
    parser.add_argument("--executor", default="serial", choices=sorted(EXECUTORS))
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no further study after so long")
    parser.add_argument("--every", type=int, default=EVERY)
    arguments = parser.parse_args()
    print(machine())
    print(f"\nstudies of {arguments.study:,} no-op trials, {arguments.executor} executor")
    gauge = Gauge(arguments.every)
    with closing(EXECUTORS[arguments.executor](Resources(gpus_per_trial=0))) as executor:
        while gauge.trials < arguments.trials and gauge.minutes < arguments.minutes:
            with tempfile.TemporaryDirectory() as folder:
                _conduct(arguments.study, executor, Path(folder) / "journal.jsonl", gauge)
            gc.collect()
    gauge.show()


def _conduct(trials: int, executor: Executor, path: Path, gauge: Gauge) -> None:
    """One study from its plan to its journal, read again."""
    ready = load_study("full_factorial", DESIGNS, Wishes(trainer=str(TRAINER), factors=factors(trials), name="s"))
    with Journal(path) as journal:
        history = fold(read(path))
        take_up(journal, history, ready.study)
        design = DESIGNS[ready.study.design]
        for event in conduct(ready.study, design, executor, ready.task, journal=journal, history=history):
            if isinstance(event, Completed):
                gauge.count()
    ends = Counter((line["run"], line["replicate"]) for line in read(path) if line["event"] == "completed")
    if len(ends) != trials or set(ends.values()) != {1}:
        raise SystemExit(f"{len(ends)} of {trials} trials completed, the most often {max(ends.values(), default=0)} x")


if __name__ == "__main__":
    main()
