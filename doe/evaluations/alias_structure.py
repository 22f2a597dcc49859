"""Alias structure: of each effect, which interactions it is mixed up with, and how much of them, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from doe.evaluations._assumptions import Assumptions
from doe.evaluations._plan import level_numbers
from doe.model import Finding, Study, Trial

WORDS = {
    Fraction(1): "all",
    Fraction(1, 2): "half",
    Fraction(1, 3): "a third",
    Fraction(2, 3): "two thirds",
    Fraction(1, 4): "a quarter",
    Fraction(3, 4): "three quarters",
    Fraction(1, 5): "a fifth",
    Fraction(1, 6): "a sixth",
    Fraction(1, 8): "an eighth",
    Fraction(1, 9): "a ninth",
}

MOST_NAMED = 6
"""Interactions that are named for one effect, the largest parts first."""

CLOSE = 1e-6
"""How near to a simple fraction a part must be to be called by it."""


def alias_structure(study: Study, trials: Sequence[Trial], _: Assumptions) -> Finding | None:
    """For each main effect the parts of two-factor interactions that it carries; None where there are none.

    An interaction of two factors with s and t levels has (s - 1)(t - 1) degrees of freedom; "half" says that the main
    effect carries half of them.
    """
    array = level_numbers(study, trials)
    if array is None or array.shape[1] < 3:  # noqa: PLR2004 - an effect and an interaction of two others
        return None
    from doe.statistics.aliases import main_effect_aliases
    from doe.statistics.arrays import level_counts

    freedom = [levels - 1 for levels in level_counts(array)]
    names = [factor.name for factor in study.array_factors]
    carried: dict[int, list[tuple[float, str]]] = {}
    for (factor, (one, two)), share in main_effect_aliases(array).items():
        part = share * freedom[factor] / (freedom[one] * freedom[two])
        carried.setdefault(factor, []).append((part, f"{names[one]} x {names[two]}"))
    if not carried:
        return None
    rows = tuple(
        {"effect": name, "is aliased with": _told(carried[place]) if place in carried else "no two-factor interaction"}
        for place, name in enumerate(names)
    )
    first = min(carried)
    told = _told(sorted(carried[first], key=lambda part: -part[0])[:1])
    return Finding("alias-structure", "Alias structure", rows, f"For instance, {names[first]} is aliased with {told}.")


def in_words(part: float) -> str:
    """A part of an interaction: half of, 11 % of."""
    simple = Fraction(part).limit_denominator(9)
    if abs(float(simple) - part) < CLOSE and simple in WORDS:
        return f"{WORDS[simple]} of"
    return f"{100 * part:.2g} % of"


def _told(parts: Sequence[tuple[float, str]]) -> str:
    ordered = sorted(parts, key=lambda part: (-round(part[0], 9), part[1]))
    told: dict[str, list[str]] = {}
    for part, name in ordered[:MOST_NAMED]:
        told.setdefault(in_words(part), []).append(name)
    sentence = ", ".join(f"{part} {', '.join(names)}" for part, names in told.items())
    more = len(ordered) - MOST_NAMED
    return f"{sentence} and {more} more" if more > 0 else sentence
