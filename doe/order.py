"""In what order trials begin: as their design says, the longest first where that ends the study sooner."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from itertools import islice

from doe.model import Completed, Level, Study, Trial

AHEAD = 512
"""How many trials are looked over for a long one; more where there are so many slots that they soon run out."""

ROUNDS = 2
"""A trial begins out of turn once the work left is no more than so many trials of its length on every slot.

One that is begun while there is more to do beside it delays nothing, so until then the design's random order holds.
"""

ALIKE = 0.9
"""A trial of this share of the longest one's length is as good as the longest: whichever comes first goes first."""


WORTH = 1.0
"""Seconds: who is not longer by as much does not overtake, since how long short trials take is mere noise."""


class Lengths:
    """How long trials take, beside one another: by their epochs, and by what others with the same levels took.

    The seconds an epoch of a setting are the geometric mean over all trials, times what each level multiplies it by on
    its own: a main-effects model of the logarithm. Nothing is kept but sums for each level.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._known = {factor.name: frozenset(factor.levels) for factor in study.array_factors}
        self._all = [0.0, 0.0]
        self._sums: dict[tuple[str, Level], list[float]] = defaultdict(lambda: [0.0, 0.0])

    @property
    def known(self) -> bool:
        """Whether lengths are in seconds."""
        return self._all[0] > 0

    def learn(self, ended: Completed) -> None:
        """Take in how long a trial took."""
        if ended.seconds <= 0:
            return
        rate = math.log(ended.seconds / self._epochs(ended.trial))
        for sums in (self._all, *(self._sums[level] for level in self._levels(ended.trial))):
            sums[0] += 1
            sums[1] += rate

    def of(self, trial: Trial) -> float:
        """How long it will take: seconds once a trial has completed, before that epochs."""
        count, total = self._all
        mean = total / count if count else 0.0
        rate = mean
        for level in self._levels(trial):
            if level in self._sums:
                among, theirs = self._sums[level]
                # a level that few trials had says little yet, so it is drawn to the mean of all
                rate += (theirs - among * mean) / (among + 1)
        return self._epochs(trial) * math.exp(rate)

    def _epochs(self, trial: Trial) -> float:
        """As many as its level says; 1 where all trials have as many."""
        sliding = self._study.passed(trial.setting) if self._study.sliding else {}
        epochs = sliding.get("epochs", trial.setting.get("epochs", 1))
        return max(float(epochs), 1.0) if isinstance(epochs, int | float) else 1.0

    def _levels(self, trial: Trial) -> Iterator[tuple[str, Level]]:
        """Those that the plan names; a number between two levels is another in every trial."""
        for name, level in trial.setting.items():
            if level in self._known.get(name, ()):
                yield name, level


class Queue:
    """The trials that may begin now, and which of them does.

    Only trials of the same block may overtake one another, and with one slot none does. Which trial begins when changes
    no seed and no reading; the journal's lines tell the order as it came about.
    """

    def __init__(self, study: Study, propose: Callable[[], Iterator[Trial]]) -> None:
        """Ask for proposals whenever there are no more; what is under way or done is not proposed again."""
        self.lengths = Lengths(study)
        self._propose = propose
        self._blocks = tuple(factor.name for factor in study.array_factors if factor.role == "block")
        self._proposals: Iterator[Trial] = iter(())
        self._waiting: deque[Trial] = deque()
        self._look = False

    def hear(self, event: object) -> None:
        """Take in what happened: from how long a trial took follows how long others will take."""
        if isinstance(event, Completed):
            self.lengths.learn(event)

    def take(self, slots: int) -> Trial | None:
        """The trial that begins next where so many may run side by side; None where none may begin now."""
        if not self._waiting and (first := self._first()) is not None:
            self._waiting.append(first)
        if slots > 1 and self._waiting:
            self._look_ahead(max(AHEAD, 8 * slots))
        if not self._waiting:
            return None
        at = self._longest(slots) if self._look and slots > 1 else None
        if at is None:
            return self._waiting.popleft()
        trial = self._waiting[at]
        del self._waiting[at]
        return trial

    def _first(self) -> Trial | None:
        if (trial := next(self._proposals, None)) is None:
            # spent, or a sequential design, which is asked anew once something has changed
            self._proposals = self._propose()
            trial = next(self._proposals, None)
        return trial

    def _look_ahead(self, far: int) -> None:
        """Have so many trials waiting, half of them anew at a time, so that they are looked over no more than twice."""
        if len(self._waiting) <= far // 2:
            self._waiting.extend(islice(self._proposals, far - len(self._waiting)))
            self._look = True

    def _longest(self, slots: int) -> int | None:
        """The place of the first of the longest that should not wait for its turn; None where the first may begin."""
        lengths = [self.lengths.of(trial) for trial in self._waiting]
        block = self._block(self._waiting[0])
        among = range(next((at for at, each in enumerate(self._waiting) if self._block(each) != block), len(lengths)))
        longest = max(lengths[at] for at in among)
        if sum(lengths) > ROUNDS * slots * longest:
            self._look = False  # and not again before there are others to look at
            return None
        if self.lengths.known and longest - lengths[0] < WORTH:
            return None
        return next((at for at in among if lengths[at] >= ALIKE * longest), None)

    def _block(self, trial: Trial) -> tuple[Level | None, ...]:
        return tuple(trial.setting.get(name) for name in self._blocks)
