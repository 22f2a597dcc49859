"""What a design lays out for the factors of a study: level numbers, or values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from doe.model import Level, Study


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
