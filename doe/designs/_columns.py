"""Factors on the columns of a named array: those that confound them the least, or why they do not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import prod

from doe.designs._arrays import ARRAYS, array, levels, runs
from doe.designs._errors import DesignError
from doe.designs._laid import Layout
from doe.model import Factor, shown

AFFORDABLE = 1000
"""A full factorial of more runs is no advice."""


def placed(name: str, factors: Sequence[Factor]) -> Layout:
    """The factors, one or more, on an array.

    Raises:
        DesignError: They do not fit on it.
    """
    columns = _fitting(name, factors)
    if columns is None:
        raise DesignError(f"{name} {_misfit(name, factors)}{_instead(factors)}")
    columns = _least_confounded(name, tuple(len(factor.levels) for factor in factors)) or columns

    def row(run: int) -> Sequence[int]:
        return [array(name)[run][column] for column in columns]

    named = {factor.name: column + 1 for factor, column in zip(factors, columns, strict=True)}
    return Layout(runs(name), named, row)


@cache
def _least_confounded(name: str, sizes: tuple[int, ...]) -> Sequence[int]:
    """The best columns for factors of so many levels; none where there is but one choice, from left to right."""
    if all(levels(name).count(size) == sizes.count(size) for size in set(sizes)) or len(sizes) == 1:
        return ()
    import numpy as np

    from doe.statistics.assignment import assign
    from doe.statistics.confounding import Words

    assignment = assign(Words(np.array(array(name))), sizes)
    return assignment.columns if assignment else ()


def _fitting(name: str, factors: Sequence[Factor]) -> Sequence[int] | None:
    """For each factor the first free column of as many levels; None where there is none."""
    free = list(enumerate(levels(name)))
    columns = []
    for factor in factors:
        place = next((place for place in free if place[1] == len(factor.levels)), None)
        if place is None:
            return None
        free.remove(place)
        columns.append(place[0])
    return columns


def _misfit(name: str, factors: Sequence[Factor]) -> str:
    """Why the factors do not fit: the first that has no column, or the levels that too many have."""
    sizes = Counter(levels(name))
    wanted = " or ".join(map(str, sorted(sizes)))
    for factor in factors:
        if len(factor.levels) not in sizes:
            return f"wants {wanted} levels of {factor.name!r}, not {len(factor.levels)} ({shown(factor.levels)})"
    size, times = next(
        (size, times)
        for size, times in Counter(len(factor.levels) for factor in factors).items()
        if times > sizes[size]
    )
    names = ", ".join(factor.name for factor in factors if len(factor.levels) == size)
    return f"takes {sizes[size]} factor{'s' * (sizes[size] > 1)} of {size} levels, not {times} ({names})"


def _instead(factors: Sequence[Factor]) -> str:
    """The smallest design that would take the factors."""
    combinations = prod(len(factor.levels) for factor in factors)
    takers = sorted((runs(name), "-" in name, name) for name in ARRAYS if _fitting(name, factors) is not None)
    # a mixed array of more runs than there are combinations is no advice
    name = next((name for size, mixed, name in takers if not mixed or size <= combinations), None)
    if name:
        return f"; {name} takes them"
    if combinations <= AFFORDABLE:
        return f"; full_factorial takes them, in {combinations:,} runs"
    return "; random and tpe take any"
