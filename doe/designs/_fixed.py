"""Designs whose every run is known before the first trial."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from doe.designs._errors import DesignError
from doe.designs._layout import check
from doe.model import Level, Outcome, Setting, Study, Trial

__all__ = ["DesignError", "Fixed", "Lay", "Layout", "Table"]


@dataclass(frozen=True, slots=True)
class Layout:
    """A design laid out for the factors of a study."""

    runs: int
    """How many runs it has."""

    columns: Mapping[str, int]
    """For each factor the column, counted from 1, that says its level."""

    levels: Callable[[int], Sequence[int]]
    """The levels, counted from 0, of all factors in a run, counted from 0."""


@dataclass(frozen=True, slots=True)
class Table:
    """A design written out, where a factor may have values between its levels, or beyond them."""

    rows: Sequence[Sequence[Level]]
    """For each run the value of every factor."""

    columns: Mapping[str, int] = field(default_factory=dict)
    """For each factor its column, counted from 1, if the design is made from an array."""

    @property
    def runs(self) -> int:
        """How many runs it has."""
        return len(self.rows)


Lay: TypeAlias = Callable[[Study], Layout | Table]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A table of runs, each trained once a replicate, in random order."""

    summary: str
    """What it is, what it takes and where it comes from, in one line."""

    lay: Lay
    """Lays the design out for a study's ``array_factors``; raises DesignError where they do not fit."""

    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What a study's layout may tell it: each option's name, and what it says; any other is refused."""

    def propose(self, study: Study, done: Sequence[Outcome], pending: Sequence[Trial]) -> Iterator[Trial]:
        """The trials not begun: replicate by replicate, each in a random order of its own.

        The order of a replicate and its seed depend on nothing else, so more replicates only add trials.
        """
        begun = {outcome.trial.key for outcome in done} | {trial.key for trial in pending}
        layout = self._laid(study)
        for replicate in range(1, study.replicates + 1):
            order = list(range(1, layout.runs + 1))
            Random(f"{study.seed}-{replicate}").shuffle(order)  # noqa: S311 - an order, not a secret
            for run in order:
                if (run, replicate) not in begun:
                    yield _trial(study, layout, run, replicate)

    def runs(self, study: Study) -> Sequence[Trial]:
        """The first replicate in standard order: what can be judged before any trial."""
        layout = self._laid(study)
        return tuple(_trial(study, layout, run, 1) for run in range(1, layout.runs + 1))

    def size(self, study: Study) -> int:
        """How many trials there are, replicates included."""
        return self._laid(study).runs * study.replicates

    def columns(self, study: Study) -> Mapping[str, int]:
        """For each factor the column of the design, counted from 1, that says its level."""
        return self._laid(study).columns

    def _laid(self, study: Study) -> Layout | Table:
        check(study, self.options)
        return self.lay(study)


def _trial(study: Study, layout: Layout | Table, run: int, replicate: int) -> Trial:
    if isinstance(layout, Table):
        values = layout.rows[run - 1]
    else:
        levels = layout.levels(run - 1)
        values = [factor.levels[level] for factor, level in zip(study.array_factors, levels, strict=True)]
    setting: Setting = {factor.name: value for factor, value in zip(study.array_factors, values, strict=True)}
    return Trial(run, replicate, study.seed + replicate - 1, setting)
