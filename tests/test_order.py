"""The order of trials: the design's, but for long ones that would end last."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import pytest

from doe.designs import DESIGNS
from doe.loading import Wishes, load_study
from doe.model import Completed, Reading, Study, Trial
from doe.order import Queue

TRAINER = str(Path(__file__).parent / "plain_trainer.py")
LEVELS = ("a=x,y,z", "c=1,2,3,4,5,6,7,8,9,10")


def study_of(*factors: str, replicates: int = 1) -> Study:
    """A full factorial of these factors."""
    wishes = Wishes(trainer=TRAINER, factors=factors, replicates=replicates, name="s")
    return load_study("full_factorial", DESIGNS, wishes).study


def proposed(study: Study) -> list[Trial]:
    """Its trials as the design has them."""
    return list(DESIGNS["full_factorial"].propose(study, (), ()))


def served(study: Study, slots: int, length: Callable[[Trial], float]) -> tuple[list[Trial], float]:
    """The trials in the order in which they begin on so many slots, and when the last one ends."""
    left: list[Iterator[Trial]] = [iter(proposed(study)), iter(())]
    queue = Queue(study, lambda: left.pop(0) if left else iter(()))
    begun: list[Trial] = []
    ends: list[tuple[float, int, Trial]] = []
    clock = 0.0
    while True:
        while len(ends) < slots and (trial := queue.take(slots)):
            begun.append(trial)
            heapq.heappush(ends, (clock + length(trial), len(begun), trial))
        if not ends:
            return begun, clock
        clock, _, trial = heapq.heappop(ends)
        queue.hear(Completed(trial, (Reading(1, {}),), length(trial)))


def first_come(lengths: Sequence[float], slots: int) -> float:
    """When the last ends, if whoever comes next begins as soon as a slot is free."""
    free = [0.0] * slots
    for length in lengths:
        heapq.heapreplace(free, free[0] + length)
    return max(free)


def by_epochs(trial: Trial) -> float:
    """Ten seconds an epoch, for one level of a twice as many."""
    return 10.0 * float(trial.setting["epochs"]) * (2.0 if trial.setting["a"] == "z" else 1.0)


@pytest.mark.parametrize("slots", [1, 2, 7, 64, 1000])
def test_every_trial_begins_once(slots: int) -> None:
    """However many overtake, none is lost and none begins twice."""
    study = study_of(*LEVELS, "epochs=1,2,40,50", replicates=6)
    begun, _ = served(study, slots, by_epochs)
    assert sorted(trial.key for trial in begun) == sorted(trial.key for trial in proposed(study))


def test_one_slot_keeps_the_designs_order() -> None:
    """Where nothing runs side by side, no order ends sooner than another."""
    study = study_of(*LEVELS, "epochs=1,2,40,50")
    assert served(study, 1, by_epochs)[0] == proposed(study)


def test_trials_as_long_as_one_another_keep_the_designs_order() -> None:
    """Nor do differences below a second, once lengths are known, change it."""
    study = study_of(*LEVELS, replicates=3)
    assert served(study, 8, lambda trial: 100.0)[0] == proposed(study)
    assert served(study, 8, lambda trial: 0.1 * float(trial.setting["c"]))[0] == proposed(study)


@pytest.mark.parametrize("slots", [4, 16])
def test_the_end_comes_sooner_and_the_random_order_holds_until_it_matters(slots: int) -> None:
    """The study ends within 3 % of the least that is possible, and most trials begin in turn."""
    study = study_of(*LEVELS, "epochs=5,10,20,40", replicates=4)
    in_turn = proposed(study)
    begun, end = served(study, slots, by_epochs)
    lengths = [by_epochs(trial) for trial in in_turn]
    assert end < first_come(lengths, slots)
    assert end <= 1.03 * sum(lengths) / slots
    assert begun[: len(begun) // 2] == in_turn[: len(begun) // 2]


def test_one_that_would_last_longer_than_all_others_begins_first() -> None:
    """It is known by its epochs before any has ended."""
    study = study_of("a=x", "epochs=1,2,3,4,5,6,7,8,9,5000")
    assert proposed(study)[0].setting["epochs"] != 5000
    begun, _ = served(study, 4, by_epochs)
    assert begun[0].setting["epochs"] == 5000


def test_what_trials_took_tells_what_others_will_take() -> None:
    """Two slow levels at once, which no trial had yet, are known to be slower than each of them."""
    study = study_of(*LEVELS)
    queue = Queue(study, lambda: iter(()))
    slow = {"z": 3.0, "x": 1.0, "y": 1.0, 10: 5.0}
    trials = {(trial.setting["a"], trial.setting["c"]): trial for trial in proposed(study)}
    for (a, c), trial in trials.items():
        if (a, c) != ("z", 10):
            queue.hear(Completed(trial, (Reading(1, {}),), 100.0 * slow[str(a)] * slow.get(int(c), 1.0)))
    lengths = {levels: queue.lengths.of(trial) for levels, trial in trials.items()}
    assert max(lengths, key=lambda levels: lengths[levels]) == ("z", 10)
    assert lengths["z", 10] > 500.0
    assert lengths["x", 1] == pytest.approx(100.0, rel=0.35)


def test_no_trial_overtakes_into_another_block() -> None:
    """Blocks are trained one after another, whatever lies in them."""
    study = study_of("a:block=x,y,z", "c=1,2,3,4", "epochs=1,2,40,50")
    begun, _ = served(study, 8, by_epochs)
    assert len([block for block, _ in groupby(trial.setting["a"] for trial in begun)]) == 3
    assert begun != proposed(study)
