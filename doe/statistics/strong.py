"""Every orthogonal array of strength 3 known here for a number of runs: no main effect meets an interaction of two.

What there is with few runs Brouwer, Cohen and Nguyen have tabled (Orthogonal arrays of strength 3 and small run sizes,
Journal of Statistical Planning and Inference 136, 2006); not all of it is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TypeAlias

from doe.statistics.arrays import Array
from doe.statistics.constructions import bush, folded, full, quadric, repeated
from doe.statistics.found import COSETS, SPACES, cosets, space
from doe.statistics.galois import prime_power
from doe.statistics.hadamard import construction, two_level
from doe.statistics.replacement import Recipe, kinds, replacements

STRENGTH = 3


@cache
def strong_recipes(runs: int) -> tuple[Recipe, ...]:
    """All arrays of strength 3 and so many runs, parents before what is made of them."""
    return tuple(recipe for parent in strong_parents(runs) for recipe in replacements(parent, _smaller))


@cache
def strong_parents(runs: int) -> tuple[Recipe, ...]:
    """The arrays of strength 3 and so many runs from which the others are made."""
    found = [*_from_fields(runs), *_from_hadamard(runs), *_from_searches(runs), *_products(runs)]
    return tuple(Recipe(levels, source, number, make) for number, (levels, source, make) in enumerate(found))


_Made: TypeAlias = tuple[tuple[int, ...], str, Callable[[], Array]]


def _from_fields(runs: int) -> Iterator[_Made]:
    prime, exponent = prime_power(runs) or (0, 0)
    if prime and exponent % STRENGTH == 0 and prime ** (exponent // STRENGTH) >= STRENGTH:
        levels = prime ** (exponent // STRENGTH)
        yield (levels,) * (levels + 1 + (levels % 2 == 0)), "Bush", partial(bush, levels, STRENGTH)
    if prime > 2 and exponent == 4:  # noqa: PLR2004 - an odd prime, and three dimensions
        yield (prime,) * (prime**2 + 1), "Bose's elliptic quadric", partial(quadric, prime)


def _from_hadamard(runs: int) -> Iterator[_Made]:
    """Two levels beside a column of any even number of levels: the matrix at one level, turned over at the next."""
    for levels in range(2, runs // 2 + 1, 2):
        rows = runs // levels
        if runs % levels == 0 and construction(rows):
            source = f"Hadamard matrix ({construction(rows)}), folded over"
            yield (levels,) + (2,) * (rows - 1), source, partial(_folded, rows, levels)


def _from_searches(runs: int) -> Iterator[_Made]:
    for prime, vectors in SPACES.get(runs, ()):
        levels = tuple(prime ** len(each.split("+")) for each in vectors.split())
        yield levels, f"subspaces over {prime} elements, found by search", partial(space, runs, prime, vectors)
    if runs == COSETS:
        yield (2, 3, 3, 3, 3, 3), "six cosets of a code over three elements, found by search", cosets


def _products(runs: int) -> Iterator[_Made]:
    """One column, and the arrays that are repeated at each level of one column more."""
    yield (runs,), "one run a level", partial(full, [runs])
    for levels in range(2, runs // 2 + 1):
        if runs % levels == 0:
            for parent in strong_parents(runs // levels):
                source = f"{parent.source}, at each level of one more column"
                yield (*parent.levels, levels), source, partial(_repeated, parent, levels)


@cache
def _smaller(runs: int) -> tuple[Recipe, ...]:
    """The arrays of so many runs and several columns, one of each kind."""
    return kinds(strong_recipes(runs))


def _folded(rows: int, levels: int) -> Array:
    return folded(two_level(rows), levels)


def _repeated(parent: Recipe, levels: int) -> Array:
    return repeated(parent.make(), levels)
