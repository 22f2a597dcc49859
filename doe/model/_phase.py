"""Phases: what is trained after a study's own design, in the same study and the same journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from doe.model._plan import Study

PhaseName: TypeAlias = Literal["augment", "refine", "confirm"]


@dataclass(frozen=True, slots=True)
class Phase:
    """More trials of a study, decided in the light of those before."""

    name: PhaseName
    """Augment: runs that belong to the design; refine: a search from there; confirm: a trial of what was predicted."""

    first_run: int
    """Its runs are numbered from here."""

    study: Study
    """The study as this phase carries it out: its design, factors, constants, replicates, seed."""

    why: tuple[str, ...] = ()
    """What was decided, and on what grounds, a sentence each."""
