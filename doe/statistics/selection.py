"""The smallest array that carries factors of given levels, and the columns that confound them the least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, product
from math import prod
from typing import NamedTuple

import numpy as np

from doe.statistics.arrays import Array, has_strength
from doe.statistics.assignment import assign
from doe.statistics.catalogue import recipes
from doe.statistics.confounding import Assignment, Pair, Words
from doe.statistics.constructions import full
from doe.statistics.replacement import Recipe
from doe.statistics.strong import strong_recipes

LARGEST = 127
"""The most runs of an array that is looked for; at 128 the ways to replace columns are past counting."""

COMPARED = 5
"""So many arrays of equal size are compared, those with the most columns to choose from first."""


class Selected(NamedTuple):
    """An array that carries the factors."""

    array: Array
    """All its runs and columns."""

    levels: tuple[int, ...]
    """How many levels each of its columns has."""

    source: str
    """How it is made."""

    assignment: Assignment
    """For each factor its column, and A3 and A4 of the columns chosen."""


@cache
def select(
    sizes: tuple[int, ...],
    clear: tuple[Pair, ...] = (),
    most: int = LARGEST,
    *,
    dummies: bool = False,
    strength: int = 2,
) -> Selected | None:
    """The smallest array for factors of so many levels that keeps the interactions of the pairs clear.

    Args:
        sizes: For each factor its number of levels.
        clear: Pairs of factors whose interaction must be orthogonal to all main effects, and to each other.
        most: How many runs there may be.
        dummies: Whether a factor may lie on a column of more levels, fewer than twice its own.
        strength: Of how many columns, 2 or 3, all combinations of levels come equally often.
    """
    combinations_of_all = prod(sizes)
    for runs in range(_fewest(sizes, clear), min(most, LARGEST, combinations_of_all - 1) + 1):
        for wanted in _stretched(sizes, runs) if dummies else [sizes]:
            if found := _of_size(wanted, clear, runs, strength):
                return found
    if combinations_of_all > most:
        return None
    return Selected(full(sizes), sizes, "full factorial", Assignment(0.0, 0.0, tuple(range(len(sizes)))))


def _fewest(sizes: Sequence[int], clear: Sequence[Pair]) -> int:
    """One run for the mean and one for each degree of freedom of what must be told apart."""
    mains = sum(size - 1 for size in sizes)
    return 1 + mains + sum((sizes[one] - 1) * (sizes[two] - 1) for one, two in clear)


def _of_size(sizes: tuple[int, ...], clear: Sequence[Pair], runs: int, strength: int) -> Selected | None:
    """The best assignment on the arrays of so many runs; None where none carries the factors."""
    if any(runs % prod(some) for some in combinations(sizes, min(strength, len(sizes)))):
        return None
    found: list[Selected] = []
    for recipe in _carrying(sizes, recipes(runs) if strength == 2 else strong_recipes(runs)):  # noqa: PLR2004 - or 3
        array = recipe.make()
        if not has_strength(array, strength):
            raise AssertionError(f"{title(runs, recipe.levels)} ({recipe.source}) should have strength {strength}")
        assignment = assign(Words(array), sizes, clear)
        if assignment:
            found.append(Selected(array, recipe.levels, recipe.source, assignment))
    return min(
        found, key=lambda each: (round(each.assignment.third, 6), round(each.assignment.fourth, 6)), default=None
    )


def _carrying(sizes: Sequence[int], known: Sequence[Recipe]) -> Sequence[Recipe]:
    """The arrays with columns enough, less those whose choices another of the same parent has too."""
    wanted = Counter(sizes)
    best: dict[tuple[int, tuple[int, ...]], Recipe] = {}
    for recipe in known:
        offers = tuple(recipe.levels.count(size) for size in wanted)
        if all(offer >= times for offer, times in zip(offers, wanted.values(), strict=True)):
            best.setdefault((recipe.parent, offers), recipe)
    kept = [
        (sum(offers), recipe)
        for (parent, offers), recipe in best.items()
        if not any(parent == other and offers != more and all(map(int.__le__, offers, more)) for other, more in best)
    ]
    return [recipe for _, recipe in sorted(kept, key=lambda each: -each[0])[:COMPARED]]


def _stretched(sizes: tuple[int, ...], runs: int) -> Iterator[tuple[int, ...]]:
    """The sizes, and those with some factors on columns of up to twice as many levels, fewest such factors first."""
    kinds = sorted(set(sizes))
    ways = product(*(_stretches(size, sizes.count(size)) for size in kinds))
    for way in sorted(ways, key=lambda way: sum(map(len, way))):
        columns = list(sizes)
        for size, larger in zip(kinds, way, strict=True):
            places = [place for place, each in enumerate(sizes) if each == size]
            for place, column in zip(reversed(places), larger, strict=False):
                columns[place] = column
        if 1 + sum(column - 1 for column in columns) <= runs:
            yield tuple(columns)


def _stretches(size: int, times: int) -> list[tuple[int, ...]]:
    """None, some or all of so many factors of one size, each on a column of one larger size."""
    return [(), *((larger,) * number for larger in range(size + 1, 2 * size) for number in range(1, times + 1))]


def title(runs: int, levels: Sequence[int]) -> str:
    """An array's name: L18(2^1 3^7) has 18 runs, a column of two levels and seven of three."""
    return f"L{runs}({' '.join(f'{size}^{times}' for size, times in sorted(Counter(levels).items()))})"


def settled(selected: Selected, sizes: Sequence[int]) -> Array:
    """The levels of the factors in every run; what a column has too many begins again at the factor's first level."""
    return np.asarray(selected.array[:, list(selected.assignment.columns)] % np.array(sizes))
