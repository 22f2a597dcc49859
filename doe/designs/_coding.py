"""From coded units to what a trainer is told: -1 is a factor's lowest level, +1 its highest, 0 the middle."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from doe.designs._errors import DesignError
from doe.model import Factor, Level, Study, is_number, shown

DIGITS = 10
"""What is kept of a value between two levels: 0.3, not 0.30000000000000004."""


def is_numeric(factor: Factor) -> bool:
    """Whether a design may set the factor between its levels, or beyond them."""
    return factor.scale != "nominal" and len(factor.levels) > 1


def span(factor: Factor) -> tuple[float, float]:
    """The lowest and the highest level of a numeric factor."""
    numbers = [float(level) for level in factor.levels if is_number(level)]
    return min(numbers), max(numbers)


def is_whole(factor: Factor) -> bool:
    """Whether all levels are whole numbers, so that every value must be one."""
    return all(isinstance(level, int) and not isinstance(level, bool) for level in factor.levels)


def decoded(factor: Factor, code: float) -> Level:
    """The value at a place in coded units, on the factor's scale; a level where the code says so.

    The middle of three levels is the middle one, wherever it lies; of two levels that are no numbers, -1 is the first.
    """
    if not is_numeric(factor):
        return factor.levels[0] if code < 0 else factor.levels[-1]
    if code in {-1, 0, 1}:
        ordered = sorted(level for level in factor.levels if not isinstance(level, str))
        if code:
            return ordered[0] if code < 0 else ordered[-1]
        if len(ordered) == 3:  # noqa: PLR2004 - low, middle, high
            return ordered[1]
    low, high = span(factor)
    if factor.scale == "log":
        low, high = math.log(low), math.log(high)
    value = (low + high) / 2 + code * (high - low) / 2
    value = math.exp(value) if factor.scale == "log" else value
    # half a whole number goes up: 16 and 32 have 24 between them, 2 and 3 have none
    return math.floor(value + 0.5) if is_whole(factor) else float(f"{value:.{DIGITS}g}")


def coded(factor: Factor, value: Level) -> float:
    """Where a numeric factor's value lies in coded units, on its scale."""
    low, high = span(factor)
    place = float(value)
    if factor.scale == "log":
        low, high, place = math.log(low), math.log(high), math.log(place)
    return (2 * place - low - high) / (high - low)


def spread(factor: Factor, share: float) -> Level:
    """The value at a share, 0 to just under 1, of the way through a factor's range; its levels share the way alike."""
    if is_numeric(factor):
        return decoded(factor, 2 * share - 1)
    return factor.levels[min(int(share * len(factor.levels)), len(factor.levels) - 1)]


def written_out(study: Study, rows: Iterable[Sequence[float]]) -> tuple[tuple[Level, ...], ...]:
    """Coded runs as the settings of a study's factors.

    Raises:
        DesignError: Two codes of a factor fall on one value, as whole numbers must.
    """
    rows = [[float(code) for code in row] for row in rows]
    columns = []
    for factor, column in zip(study.array_factors, zip(*rows, strict=True), strict=True):
        values = {code: decoded(factor, code) for code in sorted(set(column))}
        if is_numeric(factor) and len(set(values.values())) < len(values):
            raise DesignError(
                f"{study.design} wants {len(values)} different values of {factor.name!r}; "
                f"whole numbers of {shown(factor.levels)} give {shown(tuple(dict.fromkeys(values.values())))}"
            )
        columns.append([values[code] for code in column])
    return tuple(zip(*columns, strict=True))


def wants_numbers(study: Study, factors: Sequence[Factor], *, two_levels: bool = False) -> None:
    """Refuse a factor that has nothing between its levels, or between its two levels if two levels are enough.

    Raises:
        DesignError: There is such a factor, or none at all.
    """
    if not factors:
        raise DesignError(f"{study.design} has nothing to set: every factor is read off along the training")
    for factor in factors:
        if is_numeric(factor) or (two_levels and len(factor.levels) == 2):  # noqa: PLR2004 - as it says
            continue
        wanted = "numbers, or 2 levels," if two_levels else "two numbers or more"
        raise DesignError(f"{study.design} wants {wanted} of {factor.name!r}, not {shown(factor.levels)}")
