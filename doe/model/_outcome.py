"""What comes of it: trials, their readings and outcomes, results and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from doe.model._asked import Asked, Objective
from doe.model._phase import PhaseName
from doe.model._plan import Factor
from doe.model._values import Cell, Metrics, Setting

if TYPE_CHECKING:
    import pandas as pd

Kind: TypeAlias = Literal["diverged", "error", "crashed", "memory", "timeout", "missing", "pruned"]

FINAL: frozenset[Kind] = frozenset({"diverged", "missing", "pruned"})
"""Ends that the setting itself brings about: the same seed would end so again, so they are not tried again.

``pruned`` is no failure of the setting: its design had the trial stopped, as others were further by then.
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """One training: a run of the design under one seed."""

    run: int
    """The row of the design, counted from 1."""

    replicate: int
    """Which repetition of that row this is, counted from 1."""

    seed: int
    """Depends on the study and the replicate only, never on order or worker."""

    setting: Setting = field(hash=False)
    """The level of every factor that the design sets."""

    @property
    def key(self) -> tuple[int, int]:
        """Which trial this is, whatever became of it."""
        return self.run, self.replicate


@dataclass(frozen=True, slots=True)
class Reading:
    """The metrics of a trial at one epoch."""

    epoch: int
    """Counted from 1."""

    metrics: Metrics = field(hash=False)
    """What the trainer yielded."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A trial that ended, and all it yielded; only such a trial has responses."""

    trial: Trial
    readings: tuple[Reading, ...]
    """One an epoch, in order; never empty."""
    seconds: float
    """What the training took, by the worker's own clock."""

    def counted(self, within: Factor | None) -> tuple[Reading, ...]:
        """The readings that count: the last, or those at the levels of the factor that is read off within trainings."""
        if within is None:
            return self.readings[-1:]
        return tuple(reading for reading in self.readings if reading.epoch in within.levels)


@dataclass(frozen=True, slots=True)
class Failed:
    """A trial that broke, and why."""

    trial: Trial
    kind: Kind
    """What sort of failure; see FINAL."""
    reason: str
    """One line for a person."""
    seconds: float = 0.0
    readings: tuple[Reading, ...] = ()
    """What it yielded before it broke."""


Outcome: TypeAlias = Completed | Failed


@dataclass(frozen=True)
class Results:
    """What an analysis sees, be it from a journal or from any table."""

    factors: tuple[Factor, ...]
    """The factors, each a column of the table."""

    objective: Objective
    """The response, a numeric column of the table, and which way is better."""

    table: pd.DataFrame
    """One row a reading that counts; only completed trials stand in it.

    Where they are known, also ``run``, ``replicate``, ``seed``, ``order`` (the place in which the trial was begun),
    ``seconds``, ``host`` and ``device``.
    """

    failures: tuple[Failed, ...] = ()
    """The trials that did not complete."""

    asked: Asked = field(default_factory=Asked)
    """What to take into account besides the main effects."""

    completed: tuple[Completed, ...] = ()
    """The trials behind the table with all they yielded, where they are known."""

    later: Mapping[PhaseName, pd.DataFrame] = field(default_factory=dict)
    """Tables of the same columns, of what was searched (``refine``) or confirmed (``confirm``) after the design."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One table, and the sentence that says what it shows."""

    name: str
    """The name of the analysis or evaluation that found it."""

    title: str
    """A heading."""

    table: tuple[Mapping[str, Cell], ...] = field(hash=False)
    """Rows of column: value; the first row names the columns. Numbers in full precision."""

    note: str = ""
    """What the table shows, in a sentence or two."""

    warns: bool = False
    """Whether the note tells of something that limits what can be concluded."""
