"""Taguchi's orthogonal arrays: few runs in which every pair of factors meets at every pair of levels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from math import prod

from doe.designs._arrays import ARRAYS, array, levels, runs
from doe.designs._fixed import DesignError, Fixed, Layout
from doe.model import Factor, Study, shown

AFFORDABLE = 1000
"""A full factorial of more runs is no advice."""


def taguchi(name: str) -> Fixed:
    """The design that lays factors on the columns of a named array, from left to right."""
    return Fixed(_summary(name), partial(_lay, name))


def _summary(name: str) -> str:
    takes = " and ".join(f"{times} of {size} levels" for size, times in Counter(levels(name)).items())
    return f"{ARRAYS[name].title}: {runs(name)} runs, takes up to {takes}; Taguchi's array, by way of pyDOE"


def _lay(name: str, study: Study) -> Layout:
    factors = study.array_factors
    columns = _assigned(name, factors)
    if not factors:
        raise DesignError(f"{name} has nothing to set: every factor is read off along the training")
    if columns is None:
        raise DesignError(f"{name} {_misfit(name, factors)}{_instead(factors)}")

    def row(run: int) -> Sequence[int]:
        return [array(name)[run][column] for column in columns]

    named = {factor.name: column + 1 for factor, column in zip(factors, columns, strict=True)}
    return Layout(runs(name), named, row)


def _assigned(name: str, factors: Sequence[Factor]) -> list[int] | None:
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
    takers = sorted((runs(name), name) for name in ARRAYS if _assigned(name, factors) is not None)
    if takers:
        return f"; {takers[0][1]} takes them"
    combinations = prod(len(factor.levels) for factor in factors)
    if combinations <= AFFORDABLE:
        return f"; full_factorial takes them, in {combinations:,} runs"
    return "; random and tpe take any"
