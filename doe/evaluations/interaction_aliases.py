"""Interaction aliases: where main effects are clear, which two-factor interactions cannot be told from one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doe.evaluations._assumptions import Assumptions
from doe.evaluations._plan import level_numbers
from doe.model import Cell, Finding, Study, Trial

CLEAR = 3
"""The strength from which on main effects are aliased with no two-factor interaction."""

MOST_NAMED = 3
"""Aliases that the sentence names."""


def interaction_aliases(study: Study, trials: Sequence[Trial], _: Assumptions) -> Finding | None:
    """The share of each two-factor interaction that lies in another; None where main effects are not clear of them."""
    array = level_numbers(study, trials)
    if array is None or array.shape[1] <= CLEAR:
        return None
    from doe.statistics import interactions
    from doe.statistics.arrays import strength

    found = interactions.interaction_aliases(array) if strength(array) >= CLEAR else None
    if found is None:
        return None
    names = [factor.name for factor in study.array_factors]

    def name(pair: tuple[int, int]) -> str:
        return f"{names[pair[0]]} x {names[pair[1]]}"

    ordered = sorted(found.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    rows: tuple[Mapping[str, Cell], ...] = tuple(
        {"effect": name(effect), "aliased with": name(other), "share": share} for (effect, other), share in ordered
    )
    return Finding("interaction-aliases", "Aliases among interactions", rows, _note(rows))


def _note(rows: Sequence[Mapping[str, Cell]]) -> str:
    if not rows:
        return "All two-factor interactions can be told apart as well."
    whole = [row for row in rows if row["share"] == 1 and str(row["effect"]) < str(row["aliased with"])]
    if not whole:
        return "Two-factor interactions are partly aliased with one another."
    named = ", ".join(f"{row['effect']} with {row['aliased with']}" for row in whole[:MOST_NAMED])
    more = f", and {len(whole) - MOST_NAMED} more pairs" if len(whole) > MOST_NAMED else ""
    return f"Aliased with one another are {named}{more}."
