"""Designs whose every run is known before the first trial."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from doe.model import DoeError, Factor, Outcome, Setting, Study, Trial


class DesignError(DoeError):
    """The design cannot carry these factors."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A design laid out for the factors of a study."""

    runs: int
    """How many runs it has."""

    columns: Mapping[str, int]
    """For each factor the column, counted from 1, that says its level."""

    levels: Callable[[int], Sequence[int]]
    """The levels, counted from 0, of all factors in a run, counted from 0."""


Lay: TypeAlias = Callable[[Sequence[Factor]], Layout]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A table of runs, each trained once a replicate, in random order."""

    summary: str
    """What it is, what it takes and where it comes from, in one line."""

    lay: Lay
    """Puts factors on its columns; raises DesignError where they do not fit."""

    def propose(self, study: Study, done: Sequence[Outcome], pending: Sequence[Trial]) -> Iterator[Trial]:
        """The trials not begun: replicate by replicate, each in a random order of its own.

        The order of a replicate and its seed depend on nothing else, so more replicates only add trials.
        """
        begun = {outcome.trial.key for outcome in done} | {trial.key for trial in pending}
        layout = self.lay(study.array_factors)
        for replicate in range(1, study.replicates + 1):
            order = list(range(1, layout.runs + 1))
            Random(f"{study.seed}-{replicate}").shuffle(order)  # noqa: S311 - an order, not a secret
            for run in order:
                if (run, replicate) not in begun:
                    yield _trial(study, layout, run, replicate)

    def runs(self, study: Study) -> Sequence[Trial]:
        """The first replicate in standard order: what can be judged before any trial."""
        layout = self.lay(study.array_factors)
        return tuple(_trial(study, layout, run, 1) for run in range(1, layout.runs + 1))

    def size(self, study: Study) -> int:
        """How many trials there are, replicates included."""
        return self.lay(study.array_factors).runs * study.replicates

    def columns(self, study: Study) -> Mapping[str, int]:
        """For each factor the column of the design, counted from 1, that says its level."""
        return self.lay(study.array_factors).columns


def _trial(study: Study, layout: Layout, run: int, replicate: int) -> Trial:
    levels = layout.levels(run - 1)
    setting: Setting = {
        factor.name: factor.levels[level] for factor, level in zip(study.array_factors, levels, strict=True)
    }
    return Trial(run, replicate, study.seed + replicate - 1, setting)
