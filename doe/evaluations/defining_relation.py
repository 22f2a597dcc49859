"""Defining relation: which products of two-level factors are the same in every run, and what that makes one effect.

Box, Hunter and Hunter, Statistics for Experimenters (2005), chapter 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log2

from doe.evaluations._assumptions import Assumptions
from doe.model import Cell, Finding, Level, Study, Trial

MOST_GENERATORS = 12
"""Of more words than two to this power no list is made."""

MOST_FACTORS = 7
"""Of so many factors the sets of all effects are listed, of more only those of an effect or an interaction of two."""

MOST_WORDS = 31
"""With so many words every member of a set is named, with more only those of up to ``LONGEST`` factors."""

LONGEST = 3

MOST_TOLD = 7
"""Words that a sentence names."""

ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


@dataclass(frozen=True, slots=True)
class Relation:
    """The words of a table of two-level factors."""

    names: tuple[str, ...]
    words: tuple[tuple[int, tuple[int, ...]], ...]
    """Each a sign, and the factors, from 0, whose product it is in every run; the shortest first."""
    runs: int
    """How many different settings there are at the levels."""

    @property
    def regular(self) -> bool:
        """Whether the words say all that is aliased."""
        return self.runs * (len(self.words) + 1) == 1 << len(self.names)

    def product(self, factors: Sequence[int], sign: int = 1) -> str:
        """An effect as it is written: ``-a x b``."""
        return ("-" if sign < 0 else "") + " x ".join(self.names[place] for place in factors)


def defining_relation(study: Study, trials: Sequence[Trial], _: Assumptions) -> Finding | None:
    """The words, and the resolution; None where not every factor has two levels, or no product stays the same."""
    relation = _relation(study, trials)
    if relation is None:
        return None
    rows: tuple[Mapping[str, Cell], ...] = tuple(
        {"word": relation.product(places, sign), "factors": len(places)} for sign, places in relation.words
    )
    told = " = ".join(str(row["word"]) for row in rows[:MOST_TOLD])
    more = f", and {len(rows) - MOST_TOLD:,} more words" if len(rows) > MOST_TOLD else ""
    shortest, factors = len(relation.words[0][1]), len(relation.names)
    if relation.regular:
        roman = ROMAN[shortest] if shortest < len(ROMAN) else str(shortest)
        part = f"{relation.runs:,} of the {2**factors:,} combinations, resolution {roman}"
    else:
        part = f"{relation.runs:,} different runs, no regular fraction; what stays the same in all of them"
    return Finding("defining-relation", "Defining relation", rows, f"{part}: I = {told}{more}.")


def alias_sets(study: Study, trials: Sequence[Trial], _: Assumptions) -> Finding | None:
    """Which effects are one and the same in these runs, interactions of every order; None where no two are."""
    relation = _relation(study, trials)
    if relation is None:
        return None
    most = LONGEST if len(relation.words) > MOST_WORDS else len(relation.names)
    rows: list[Mapping[str, Cell]] = []
    for effect, others in _sets(relation):
        named = [relation.product(places, sign) for sign, places in others if len(places) <= most]
        left = len(others) - len(named)
        named += [f"{left:,} of more than {most} factors"] * bool(left)
        rows.append({"effect": relation.product(effect), "is aliased with": ", ".join(named)})
    note = "Of the effects in a row only the sum is seen, those with a minus taken off."
    if not relation.regular:
        note += " Others are partly aliased besides."
    return Finding("alias-sets", "Complete alias structure", tuple(rows), note)


def _relation(study: Study, trials: Sequence[Trial]) -> Relation | None:
    """None where there are no words, or too many; runs beside the levels, at the centre or beyond, are left out."""
    levels = [factor.levels for factor in study.array_factors]
    names = tuple(factor.name for factor in study.array_factors)
    if not names or any(len(two) != 2 for two in levels):  # noqa: PLR2004 - two-level factors
        return None
    settings = {tuple(trial.setting[name] for name in names) for trial in trials}
    runs = sorted(_signs(setting, levels) for setting in settings if _on_levels(setting, levels))
    if not runs or len(names) - log2(len(runs)) > MOST_GENERATORS:
        return None
    import numpy as np

    from doe.statistics import fractions

    relation = Relation(names, tuple(fractions.defining_relation(np.array(runs))), len(runs))
    # the longest interactions of an irregular plan may be one by chance, and nobody cares
    said = relation.regular or any(len(places) <= LONGEST + 1 for _, places in relation.words)
    return relation if relation.words and said else None


def _on_levels(setting: Sequence[Level], levels: Sequence[tuple[Level, ...]]) -> bool:
    return all(level in two for level, two in zip(setting, levels, strict=True))


def _signs(setting: Sequence[Level], levels: Sequence[tuple[Level, ...]]) -> tuple[int, ...]:
    """-1 at the first level of a factor, 1 at the second."""
    return tuple(1 if level == two[1] else -1 for level, two in zip(setting, levels, strict=True))


def _sets(relation: Relation) -> Iterator[tuple[tuple[int, ...], list[tuple[int, tuple[int, ...]]]]]:
    """Each effect that is the shortest of its set, and the others of it with their signs, the shortest first."""
    factors = len(relation.names)
    seen: set[frozenset[int]] = {frozenset(word) for _, word in relation.words}
    for size in range(1, (factors if factors <= MOST_FACTORS else 2) + 1):
        for effect in combinations(range(factors), size):
            if frozenset(effect) in seen:
                continue
            others = [(sign, tuple(sorted(set(effect) ^ set(word)))) for sign, word in relation.words]
            seen |= {frozenset(places) for _, places in others}
            yield effect, sorted(others, key=lambda other: (len(other[1]), other[1]))
