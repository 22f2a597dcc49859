"""Every orthogonal array of strength 2 known here for a number of runs, by its levels, made only when asked for.

Parents come from theorems and from searches; from each of them its columns of s levels may be replaced by any array of
s runs (Hedayat, Sloane and Stufken 1999, section 9.3), which makes the mixed ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TypeAlias

import numpy as np

from doe.statistics.arrays import Array
from doe.statistics.constructions import (
    difference_sum,
    double_scheme,
    full,
    kronecker_scheme,
    multiplication_scheme,
    rao_hamming,
    repeated,
)
from doe.statistics.found import BESIDE, beside, scheme_of_fifteen, scheme_of_twelve
from doe.statistics.galois import prime_power
from doe.statistics.hadamard import construction, hadamard, two_level
from doe.statistics.joints import Joint, joined, joints
from doe.statistics.replacement import Recipe, expanded, kinds, largest, replacements


@cache
def recipes(runs: int) -> tuple[Recipe, ...]:
    """All arrays of so many runs, parents before what is made of them."""
    return tuple(recipe for parent in parents(runs) for recipe in replacements(parent, _smaller))


@cache
def parents(runs: int) -> tuple[Recipe, ...]:
    """The arrays of so many runs from which the others are made."""
    found = [*_from_fields(runs), *_from_hadamard(runs), *_from_schemes(runs), *_from_joints(runs)]
    found += [*_from_searches(runs), *_products(runs)]
    return tuple(Recipe(levels, source, number, make) for number, (levels, source, make) in enumerate(found))


_Made: TypeAlias = tuple[tuple[int, ...], str, Callable[[], Array]]


def _from_fields(runs: int) -> Iterator[_Made]:
    prime, exponent = prime_power(runs) or (0, 0)
    for degree in range(1, exponent // 2 + 1):
        levels = prime**degree
        if exponent % degree == 0:
            columns = (runs - 1) // (levels - 1)
            yield (levels,) * columns, "Rao-Hamming", partial(rao_hamming, levels, exponent // degree)
    for degree in range(1, exponent):
        order, levels = prime ** (exponent - degree), prime**degree
        if order > levels:
            scheme = partial(multiplication_scheme, order, levels)
            yield (
                (levels,) * order + (order,),
                f"difference scheme D({order},{order},{levels})",
                _summed(scheme, levels),
            )


def _from_hadamard(runs: int) -> Iterator[_Made]:
    made = construction(runs) if runs % 4 == 0 else None
    if made:
        yield (2,) * (runs - 1), f"Hadamard matrix ({made})", partial(two_level, runs)
    half = runs // 2
    if runs % 8 == 0 and construction(half):
        yield (
            (2,) * half + (half,),
            f"Hadamard matrix ({construction(half)}) as a difference scheme",
            partial(_doubled, half),
        )


def _from_schemes(runs: int) -> Iterator[_Made]:
    root = next((root for root in range(3, runs, 2) if 2 * root * root >= runs), 0)
    if 2 * root * root == runs and prime_power(root):
        source = f"difference scheme D({2 * root},{2 * root},{root})"
        yield (root,) * (2 * root) + (2 * root,), source, _summed(partial(double_scheme, root), root)
    for levels in (3, 4):
        if runs == 12 * levels:
            source = f"difference scheme D(12,12,{levels}), found by search"
            yield (levels,) * 12 + (12,), source, _summed(partial(scheme_of_twelve, levels), levels)
    if runs == 45:  # noqa: PLR2004 - L45
        yield (3,) * 9 + (15,), "difference scheme D(15,9,3), found by search", _summed(scheme_of_fifteen, 3)
    if runs == 54:  # noqa: PLR2004 - L54
        yield (3,) * 18 + (18,), "difference scheme D(18,18,3)", _summed(_scheme_of_eighteen, 3)


def _from_searches(runs: int) -> Iterator[_Made]:
    if runs % 4 == 0 and runs // 4 in BESIDE:
        levels = runs // 4
        yield (levels,) + (2,) * (4 * (levels // 2)), "found by search", partial(beside, levels)
    if runs % 4 == 0:
        yield (runs // 2, 2, 2), "two halves in each cell", partial(_halves, runs)


def _from_joints(runs: int) -> Iterator[_Made]:
    """Columns of a scheme joined with columns of an array that tells its rows apart."""
    for joint in joints(runs):
        for child in _bearing(runs // joint.levels, joint.sizes, joint.joined):
            places = [place for place, size in enumerate(child.levels) if size == joint.sizes][: joint.joined]
            rest = tuple(size for place, size in enumerate(child.levels) if place not in places)
            levels = (joint.sizes * joint.levels,) * joint.joined + (joint.levels,) * joint.kept + rest
            yield levels, f"{joint.source}, joined with {child.source}", partial(_joined, joint, child, tuple(places))


def _bearing(runs: int, size: int, times: int) -> tuple[Recipe, ...]:
    """The arrays of so many runs with columns of a size, no more replaced than one column to get them."""
    found: list[Recipe] = []
    for parent in parents(runs):
        if parent.levels.count(size) >= times:
            found.append(parent)
            continue
        for column in [parent.levels.index(each) for each in dict.fromkeys(parent.levels)]:
            for by in _smaller(parent.levels[column]):
                if by.levels.count(size) >= times:
                    instead = [by if place == column else None for place in range(len(parent.levels))]
                    found.append(expanded(parent, tuple(instead)))
    return largest(found)


def _joined(joint: Joint, child: Recipe, columns: tuple[int, ...]) -> Array:
    return joined(joint, child.make(), columns)


def _products(runs: int) -> Iterator[_Made]:
    """One column, and the arrays that are repeated at each level of one column more."""
    yield (runs,), "one run a level", partial(full, [runs])
    for levels in range(3, runs // 2 + 1):
        if runs % levels == 0:
            for parent in parents(runs // levels):
                source = f"{parent.source}, at each level of one more column"
                yield (*parent.levels, levels), source, partial(_repeated, parent, levels)


@cache
def _smaller(runs: int) -> tuple[Recipe, ...]:
    """The arrays of so many runs and several columns, one of each kind."""
    return kinds(recipes(runs))


def _summed(scheme: Callable[[], Array], levels: int) -> Callable[[], Array]:
    return lambda: difference_sum(scheme(), levels)


def _scheme_of_eighteen() -> Array:
    return kronecker_scheme(double_scheme(3), multiplication_scheme(3, 3), 3)


def _doubled(rows: int) -> Array:
    return difference_sum((1 - hadamard(rows)) // 2, 2)


def _halves(runs: int) -> Array:
    """Two runs in each of runs / 2 cells: high and low, and the same turned over in every other cell."""
    cells = np.repeat(np.arange(runs // 2), 2)
    one = np.tile([0, 1], runs // 2)
    return np.column_stack([cells, one, (one + cells) % 2])


def _repeated(parent: Recipe, levels: int) -> Array:
    return repeated(parent.make(), levels)
