"""The fewest rows that, added to a table, let every effect be estimated that all rows together would."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doe.statistics.contrasts import Matrix
from doe.statistics.linear import TOLERANCE, triangle


def smallest_repair(have: Matrix, candidates: Matrix, costs: Sequence[int]) -> tuple[int, ...]:
    """The places of the candidates to add, cheapest first, and of those each time the one that adds most.

    Rows that are independent of one another and of those there are form a matroid, so that no choice has fewer than
    the greedy one, nor a smaller cost: Edmonds, Mathematical Programming 1 (1971).

    Args:
        have: The rows of the model matrix that are there.
        candidates: Those that may be added.
        costs: One number a candidate; any number of cheaper rows is taken before a dearer one.
    """
    left = _beyond(candidates, _span(have))
    chosen: list[int] = []
    for cost in sorted(set(costs)):
        open_ = [place for place, each in enumerate(costs) if each == cost]
        while open_:
            sizes = (left[open_] ** 2).sum(axis=1)
            best = open_[int(sizes.argmax())]
            # Contrasts have mean square one, so that a row is of the size of one a column.
            if sizes.max() <= np.sqrt(TOLERANCE) * candidates.shape[1]:
                break
            chosen.append(best)
            open_.remove(best)
            left = _beyond(left, left[[best]].T / np.linalg.norm(left[best]))
    return tuple(chosen)


def _span(rows: Matrix) -> Matrix:
    """An orthonormal basis of the rows, one column each."""
    if not len(rows):
        return np.zeros((rows.shape[1], 0))
    _, sizes, right = np.linalg.svd(triangle(rows), full_matrices=False)
    return np.asarray(right[sizes > TOLERANCE * sizes.max()].T)


def _beyond(rows: Matrix, span: Matrix) -> Matrix:
    return np.asarray(rows - (rows @ span) @ span.T)
