"""Tables in which each training has one row, for analyses that take rows to be independent."""

from __future__ import annotations

from dataclasses import replace

from doe.model import Factor, Results, is_number


def last_readings(results: Results) -> tuple[Results, str]:
    """The last reading of each training where it has several, and a sentence that says so.

    Readings of one training resemble one another; taken as independent they would make chance look like an effect.
    """
    within = next((factor for factor in results.factors if factor.role == "within"), None)
    if within is None:
        return results, ""
    last = _last(within)
    table = results.table[results.table[within.name] == last]
    factors = tuple(factor for factor in results.factors if factor is not within)
    asked = replace(
        results.asked,
        interactions=tuple(pair for pair in results.asked.interactions if within.name not in pair),
        pooled=tuple(term for term in results.asked.pooled if within.name not in (term, *term.split(":"))),
    )
    said = f"Only the readings at {within.name} {last}, as those of one training are not independent."
    return replace(results, factors=factors, table=table, asked=asked), said


def _last(within: Factor) -> object:
    numbers = [level for level in within.levels if is_number(level)]
    return max(numbers, key=float) if len(numbers) == len(within.levels) else within.levels[-1]
