"""Where the factors of wanted interactions may lie: on columns whose interactions nothing else is confounded with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from doe.statistics.confounding import Pair, Words

Columns: TypeAlias = int
"""A set of columns, as the bits of a number."""

PATIENCE = 30_000
"""After so many columns tried, an array is taken not to keep the wanted interactions clear."""


class Placed(NamedTuple):
    """Some factors on columns, so that the interactions wanted among them are clear."""

    columns: dict[int, int]
    """For each factor its column."""

    used: Columns
    """The columns that have a factor."""

    blocked: Columns
    """The columns that one of the interactions is confounded with."""

    pairs: tuple[Pair, ...]
    """The pairs of columns whose interactions are wanted."""

    def free(self, column: int) -> bool:
        """Whether another factor may lie on a column."""
        return not (self.used | self.blocked) >> column & 1


def placements(
    words: Words, sizes: Sequence[int], clear: Sequence[Pair], order: Sequence[int], patience: int | None = None
) -> Iterator[Placed]:
    """Every way to place the factors of the pairs, columns tried in the order given, until patience is at an end."""
    involved = list(dict.fromkeys(factor for pair in clear for factor in pair))
    pools = {size: sum(1 << column for column, each in enumerate(words.levels) if each == size) for size in set(sizes)}
    stack = [Placed({}, 0, 0, ())]
    tried = 0
    while stack:
        placed = stack.pop()
        if len(placed.columns) == len(involved):
            yield placed
            continue
        factor = involved[len(placed.columns)]
        after = []
        for column in order:
            if words.levels[column] == sizes[factor] and placed.free(column):
                tried += 1
                more = _with(words, clear, placed, factor, column)
                if more and _has_room(more, sizes, pools):
                    after.append(more)
        if patience is not None and tried > patience:
            return
        stack += reversed(after)


def _with(words: Words, clear: Sequence[Pair], placed: Placed, factor: int, column: int) -> Placed | None:
    """One factor more; None where an interaction would not be clear."""
    used, blocked, pairs = placed.used | 1 << column, placed.blocked, list(placed.pairs)
    for one, two in clear:
        other = two if factor == one else one
        if factor not in {one, two} or other not in placed.columns:
            continue
        pair = (column, placed.columns[other])
        confounded = words.confounded(pair)
        if confounded & used or not all(words.clear(pair, each) for each in pairs):
            return None
        blocked |= confounded
        pairs.append(pair)
    return Placed({**placed.columns, factor: column}, used, blocked, tuple(pairs))


def _has_room(placed: Placed, sizes: Sequence[int], pools: dict[int, Columns]) -> bool:
    """Whether there are columns enough for the factors that are not placed yet."""
    return all(
        (pool & ~placed.used & ~placed.blocked).bit_count()
        >= sum(each == size and factor not in placed.columns for factor, each in enumerate(sizes))
        for size, pool in pools.items()
    )
