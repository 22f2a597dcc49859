"""Which columns of an array the factors should lie on, so that as little as possible is confounded.

Of all choices that keep the wanted interactions clear, the one with the least A3, then the least A4, of its generalised
word length pattern (Xu and Wu 2001). Up to EXHAUSTIVE choices are all compared; of more, exchanges of columns from
many starts find a good one, the same each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb, perm, prod

import numpy as np

from doe.statistics.column_exchange import Allowed, exchanged
from doe.statistics.confounding import ROUNDING, Assignment, Choices, Pair, Words, third
from doe.statistics.placement import PATIENCE, Placed, placements

EXHAUSTIVE = 100_000
"""So many choices are compared one with another."""

WORK = 20_000_000
"""So many words are looked up at most to compare choices one with another."""

STARTS = {36: 200, 63: 24}
"""By most columns, from how many random choices exchanges begin; from a wider array, which takes longer, from few."""

FEWEST_STARTS = 6
"""From so many on arrays wider than all of these."""


def assign(words: Words, sizes: Sequence[int], clear: Sequence[Pair] = ()) -> Assignment | None:
    """The best columns for factors of so many levels; None where none keep the interactions of the pairs clear.

    Clear is an interaction that is orthogonal to every main effect and to the other interactions wanted.
    """
    if any(sizes.count(size) > words.levels.count(size) for size in sizes):
        return None
    involved = {factor for pair in clear for factor in pair}
    rest = [factor for factor in range(len(sizes)) if factor not in involved]
    number = prod(
        perm(words.levels.count(size), (those := sum(sizes[factor] == size for factor in involved)))
        * comb(words.levels.count(size) - those, sizes.count(size) - those)
        for size in set(sizes)
    )
    if number > EXHAUSTIVE or number * comb(len(sizes), 3) > WORK:
        return _searched(words, sizes, clear, rest)
    starts = placements(words, sizes, clear, range(len(words.levels)))
    filled = [_filled(words, sizes, rest, start) for start in starts]
    choices = np.concatenate(filled) if filled else np.empty((0, len(sizes)), dtype=np.intp)
    return _best(words, choices) if len(choices) else None


def _best(words: Words, choices: Choices) -> Assignment:
    """The first of the choices with the least A3, then the least A4."""
    threes = third(words.three, choices)
    ties = choices[threes <= threes.min() + ROUNDING]
    ties = ties[: max(1, 4 * WORK // max(1, choices.shape[1]) ** 4)]
    if len(ties) > 1:
        fours = words.fourth(ties)
        ties = ties[fours <= fours.min() + ROUNDING]
    return words.of(ties[0])


def _filled(words: Words, sizes: Sequence[int], rest: Sequence[int], start: Placed) -> Choices:
    """Every choice of columns for all factors that begins so; factors of one size in the order of the columns."""
    free = [column for column in range(len(words.levels)) if start.free(column)]
    groups = {size: [factor for factor in rest if sizes[factor] == size] for size in dict.fromkeys(sizes)}
    pools = []
    for size, factors in groups.items():
        ways = combinations([column for column in free if words.levels[column] == size], len(factors))
        chosen = list(ways)
        pools.append(np.array(chosen, dtype=np.intp).reshape(len(chosen), len(factors)))
    places = np.indices([len(pool) for pool in pools]).reshape(len(pools), -1)
    choices = np.empty((places.shape[1], len(sizes)), dtype=np.intp)
    for factor, column in start.columns.items():
        choices[:, factor] = column
    for pool, place, factors in zip(pools, places, groups.values(), strict=True):
        choices[:, factors] = pool[place]
    return choices


def _searched(words: Words, sizes: Sequence[int], clear: Sequence[Pair], rest: Sequence[int]) -> Assignment | None:
    """The best that exchanges of columns find, from random choices that are the same each time."""
    found: list[Assignment] = []
    starts = next((times for most, times in STARTS.items() if len(words.levels) <= most), FEWEST_STARTS)
    for number in range(starts):
        order = np.random.default_rng(number).permutation(len(words.levels)).tolist()
        start = next(placements(words, sizes, clear, order, PATIENCE), None)
        if start is None:
            return min(found, default=None)
        allowed = np.zeros((len(words.levels), len(sizes)), dtype=bool)
        for factor in rest:
            fitting = [column for column in order if start.free(column) and words.levels[column] == sizes[factor]]
            allowed[fitting, factor] = True
        choice = _begun(start.columns, allowed, order)
        if choice is not None:
            found.append(exchanged(words, choice, allowed))
    best = min(found, default=None)
    return best and best._replace(columns=_in_order(best.columns, sizes, rest))


def _in_order(columns: Sequence[int], sizes: Sequence[int], rest: Sequence[int]) -> tuple[int, ...]:
    """The same columns, from left to right for the factors of one size that stand in no wanted interaction."""
    ordered = list(columns)
    for size in set(sizes):
        factors = [factor for factor in rest if sizes[factor] == size]
        for factor, column in zip(factors, sorted(columns[factor] for factor in factors), strict=True):
            ordered[factor] = column
    return tuple(ordered)


def _begun(start: dict[int, int], allowed: Allowed, order: Sequence[int]) -> Choices | None:
    """A choice that begins so and puts every other factor on the first column that is free and allowed."""
    placed = dict(start)
    for factor in range(allowed.shape[1]):
        taken = set(placed.values())
        column = next((column for column in order if allowed[column, factor] and column not in taken), None)
        if factor not in placed and column is None:
            return None
        placed.setdefault(factor, column or 0)
    return np.array([placed[factor] for factor in range(allowed.shape[1])])
