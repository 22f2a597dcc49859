"""Expansive replacement: one array becomes many, as columns give way to arrays of as many runs as they have levels.

Hedayat, Sloane and Stufken (1999), section 9.3. It keeps the strength that all of the arrays have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import combinations_with_replacement, product
from typing import NamedTuple

from doe.statistics.arrays import Array
from doe.statistics.constructions import replaced


class Recipe(NamedTuple):
    """An array that can be made."""

    levels: tuple[int, ...]
    """How many levels each column has."""

    source: str
    """How it is made, in a few words."""

    parent: int
    """Which of the parents of as many runs it comes from; of one parent, more and smaller columns hold no less."""

    make: Callable[[], Array]
    """Makes it."""


def replacements(parent: Recipe, smaller: Callable[[int], Iterable[Recipe]]) -> Iterator[Recipe]:
    """The parent, and whatever becomes of it when columns are replaced.

    Args:
        parent: Where the columns stand.
        smaller: The arrays that a column of so many levels may give way to.
    """
    sizes = {size: parent.levels.count(size) for size in dict.fromkeys(parent.levels)}
    if sizes == {max(sizes): 1}:
        yield parent
        return
    choices = [[None, *smaller(size)] for size in sizes]
    ways = [combinations_with_replacement(each, times) for each, times in zip(choices, sizes.values(), strict=True)]
    for way in product(*ways):
        by = dict(zip(sizes, map(list, way), strict=True))
        yield expanded(parent, tuple(by[size].pop(0) for size in parent.levels))


def expanded(parent: Recipe, instead: tuple[Recipe | None, ...]) -> Recipe:
    """The parent, each of its columns as it is or replaced."""
    if not any(instead):
        return parent
    levels = tuple(
        level
        for size, other in zip(parent.levels, instead, strict=True)
        for level in (other.levels if other else (size,))
    )
    return Recipe(levels, f"{parent.source}, columns replaced", parent.parent, partial(_replaced, parent, instead))


def kinds(recipes: Iterable[Recipe]) -> tuple[Recipe, ...]:
    """The arrays of several columns, the first of each kind."""
    found: dict[tuple[int, ...], Recipe] = {}
    for recipe in recipes:
        if len(recipe.levels) > 1:
            found.setdefault(tuple(sorted(recipe.levels)), recipe)
    return tuple(found.values())


def largest(recipes: Iterable[Recipe]) -> tuple[Recipe, ...]:
    """The arrays of several columns, one of each kind, less those whose columns another has too."""
    found = [(Counter(recipe.levels), recipe) for recipe in kinds(recipes)]
    return tuple(one for levels, one in found if not any(levels < other for other, _ in found))


def _replaced(parent: Recipe, instead: tuple[Recipe | None, ...]) -> Array:
    array = parent.make()
    for column in reversed(range(len(instead))):
        by = instead[column]
        if by:
            array = replaced(array, column, by.make())
    return array
