"""What a study is after, and what its analysis is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from doe.model._values import StudyError

Goal: TypeAlias = Literal["maximize", "minimize", "target"]
Sums: TypeAlias = Literal["I", "II", "III"]


@dataclass(frozen=True, slots=True)
class Objective:
    """The response that the study is after, and which way is better."""

    response: str
    """The name of one of the trainer's metrics."""

    goal: Goal = "maximize"
    """Which way is better."""

    target: float | None = None
    """The value to hit, where the goal is a target."""

    def __post_init__(self) -> None:
        if (self.goal == "target") != (self.target is not None):
            raise StudyError(
                f"goal {self.goal!r} of {self.response!r}: a target value belongs to the goal 'target' only"
            )

    def loss(self, value: float) -> float:
        """How far a value is from what is wanted; smaller is better, whatever the goal."""
        if self.target is not None:
            return abs(value - self.target)
        return -value if self.goal == "maximize" else value


@dataclass(frozen=True, slots=True)
class Asked:
    """What the analyses are to take into account besides the main effects on the objective."""

    interactions: tuple[tuple[str, str], ...] = ()
    """Pairs of factors whose interaction stands in the model."""

    sums: Sums = "II"
    """The type of the sums of squares."""

    pooled: tuple[str, ...] = ()
    """Factors and interactions (``a:b``) that were declared, before any result was seen, to be error."""

    trials_of: int | None = None
    """How many images each accuracy is a share of."""

    also: tuple[Objective, ...] = ()
    """Further responses that matter, and which way each is better."""

    def __post_init__(self) -> None:
        for pair in self.interactions:
            if len(set(pair)) != 2:  # noqa: PLR2004 - an interaction is of two factors
                raise StudyError(f"interaction {':'.join(pair)}: wanted two different factors, as in a:b")
        if self.sums not in ("I", "II", "III"):
            raise StudyError(f"sums of squares of type {self.sums!r}: wanted I, II or III")
        if self.trials_of is not None and self.trials_of < 1:
            raise StudyError(f"trials of {self.trials_of} images: wanted 1 or more")

    def check(self, factors: Collection[str]) -> None:
        """Refuse names that are none of the factors.

        Raises:
            StudyError: An interaction or a pooled term has a factor that is none of these.
        """
        pooled = [tuple(term.split(":")) if term not in factors else (term,) for term in self.pooled]
        for name in [name for term in (*self.interactions, *pooled) for name in term]:
            if name not in factors:
                raise StudyError(f"{name!r} is none of the factors {', '.join(factors)}")
