"""How soon 1,000 trials end on 64 GPUs: doe's order beside first come, first served, longest first, and the least.

    PYTHONPATH=. python benchmarks/schedule.py [--slots 64] [--seeds 5]

The time is simulated, the order is doe's own: a real study (10, 20, 30, 40 or 50 epochs, three more factors that change
how long an epoch takes, and noise), its real design, and ``doe.conduct`` with an executor whose clock jumps from one
end of a trial to the next. doe knows the epochs beforehand and all else only from trials that have ended. *first come*
begins the trials as the design's random order has them, *longest first* knows every length beforehand. No schedule can
be shorter than *least*: the sum of all lengths over the slots, or the longest trial. *in turn* is how many trials doe
begins in the design's random order before the first one that overtakes.
"""

from __future__ import annotations

import argparse
import heapq
import math
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from benchmarks._no_op_study import TRAINER, factors, machine
from doe.conduct import conduct
from doe.designs import DESIGNS
from doe.history import History, take_up
from doe.journal import Journal
from doe.loading import Prepared, Wishes, load_study
from doe.model import Completed, Reading, Trial
from doe.protocols import Event, Started, Task

SPREADS = {"even": 1.0, "by 4": 4.0, "by 30": 30.0}
"""How many times as long an epoch of the slowest setting takes as one of the fastest."""

NOISE = 0.1
"""The standard deviation of the logarithm of a trial's length about what its setting makes of it."""


class Simulated:
    """Slots and a clock: whichever trial ends next ends now."""

    def __init__(self, slots: int, lengths: dict[tuple[int, int], float]) -> None:
        self.slots = slots
        self.clock = 0.0
        self._lengths = lengths
        self._ends: list[tuple[float, int, int, Trial]] = []
        self.begun: list[tuple[int, int]] = []

    def submit(self, trial: Trial, task: Task) -> None:
        """Know when it ends."""
        self.begun.append(trial.key)
        heapq.heappush(self._ends, (self.clock + self._lengths[trial.key], *trial.key, trial))

    def events(self) -> Iterator[Event]:
        """The ends, in the order of time."""
        while self._ends:
            self.clock, *_, trial = heapq.heappop(self._ends)
            yield Started(trial, {})
            yield Completed(trial, (Reading(1, {"val_accuracy": 0.5}),), self._lengths[trial.key])

    def stop(self, trial: Trial, reason: str) -> None:
        """Nothing stops a trial here."""

    def close(self) -> None:
        """There is nothing to let go of."""


def main() -> None:
    """Simulate, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--slots", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    print(machine())
    print(f"\n1,000 trials on {arguments.slots} slots; hours of simulated time, and how much more than the least")
    print("  epochs take  seed   least   first come        longest first     doe               in turn")
    for name, spread in SPREADS.items():
        for seed in range(arguments.seeds):
            _row(name, spread, seed, arguments.slots)


def _row(name: str, spread: float, seed: int, slots: int) -> None:
    typed = factors(200, epochs="10,20,30,40,50")
    ready = load_study("full_factorial", DESIGNS, Wishes(trainer=str(TRAINER), factors=typed, seed=seed, name="s"))
    trials = list(DESIGNS["full_factorial"].propose(ready.study, (), ()))
    lengths = {trial.key: length for trial, length in zip(trials, _lengths(trials, spread, seed), strict=True)}
    in_turn = [lengths[trial.key] for trial in trials]
    least = max(sum(in_turn) / slots, *in_turn)
    executor = _conducted(ready, slots, lengths)
    ends = [_served(in_turn, slots), _served(sorted(in_turn, reverse=True), slots), executor.clock]
    columns = "".join(f"{end / 3600:9.3f} {100 * (end / least - 1):+6.2f} %" for end in ends)
    apart = (at for at, (one, other) in enumerate(zip(executor.begun, lengths, strict=True)) if one != other)
    print(f"  {name:<11}{seed:6d}{least / 3600:8.3f}{columns}{next(apart, len(lengths)):8d}", flush=True)


def _lengths(trials: Iterable[Trial], spread: float, seed: int) -> Iterator[float]:
    """Seconds of each trial: a share of the spread for each of its levels, and noise."""
    random = Random(seed)
    for trial in trials:
        a, b, c = (int(trial.setting[name]) / most for name, most in (("a", 4), ("b", 3), ("c", 9)))
        rate = 10.0 * spread ** (0.5 * a + 0.4 * b + 0.1 * c)
        yield float(trial.setting["epochs"]) * rate * math.exp(random.gauss(0.0, NOISE))


def _served(lengths: Iterable[float], slots: int) -> float:
    """When the last ends, if whoever comes next begins as soon as a slot is free."""
    free = [0.0] * slots
    for length in lengths:
        heapq.heapreplace(free, free[0] + length)
    return max(free)


def _conducted(ready: Prepared, slots: int, lengths: dict[tuple[int, int], float]) -> Simulated:
    """The study as doe conducts it."""
    executor = Simulated(slots, lengths)
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.jsonl") as journal:
        history = History()
        take_up(journal, history, ready.study)
        design = DESIGNS[ready.study.design]
        for _ in conduct(ready.study, design, executor, ready.task, journal=journal, history=history):
            pass
    if len(history.completed) != len(lengths):
        raise SystemExit(f"{len(history.completed)} of {len(lengths)} trials completed")
    return executor


if __name__ == "__main__":
    main()
