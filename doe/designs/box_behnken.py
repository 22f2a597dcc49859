"""Box-Behnken designs: three levels, and no run where all factors are at an extreme.

Box and Behnken, Some new three level designs for the study of quantitative variables, Technometrics 2 (1960), table 4.
Their sizes; which factors are varied together is derived here, from block designs of the same parameters.
"""

from __future__ import annotations

from itertools import combinations, product
from math import prod

from doe.designs import _layout as told
from doe.designs._coding import wants_numbers, written_out
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.model import Study

CENTRE_POINTS = {3: 3, 4: 3, 5: 6, 6: 6, 7: 6, 9: 10, 10: 10, 11: 12, 12: 12, 16: 12}
"""The published numbers of centre points, by how many factors there are."""

TURNED = {6: (0, 1, 3), 7: (0, 1, 3), 11: (1, 3, 4, 5, 9), 12: (0, 1, 4, 6)}
"""By how many factors there are, those that are varied together first; then all the next ones, round and round.

The differences are each one once of 7 and of 12 (only half way round twice), and each one twice of 11.
"""

HALVED = 11
"""Of so many factors five are varied together, in half of their combinations."""


def blocks(factors: int) -> list[tuple[int, ...]]:
    """Which factors are varied together; any two of them are, in some block."""
    if factors in TURNED:
        return [tuple(sorted((start + step) % factors for step in TURNED[factors])) for start in range(factors)]
    if factors in {9, 16}:
        return _lines(factors)
    if factors == 10:  # noqa: PLR2004 - as many pairs as five things have
        return _pairs_and_triangles()
    return list(combinations(range(factors), 2))


def _lines(points: int) -> list[tuple[int, ...]]:
    """The lines of the affine plane of 9 or 16 points, those of one direction twice: each point on 5 or 6."""
    from doe.statistics.constructions import bose

    plane = bose(round(points**0.5))
    directions = [0, *range(plane.shape[1])]
    lines = [(plane[:, direction] == line).nonzero()[0] for direction in directions for line in range(plane.max() + 1)]
    return [tuple(map(int, line)) for line in lines]


def _pairs_and_triangles() -> list[tuple[int, ...]]:
    """The ten pairs of five things are the factors: each pair is varied with the three pairs of the other things."""
    pairs = list(combinations(range(5), 2))
    return [
        tuple(place for place, other in enumerate(pairs) if other == pair or not set(other) & set(pair))
        for pair in pairs
    ]


def _lay(study: Study) -> Table:
    wants_numbers(study, study.array_factors)
    factors = len(study.array_factors)
    if factors not in CENTRE_POINTS:
        raise DesignError(f"{study.design} takes 3 to 7, 9 to 12 or 16 factors, not {factors}; central_composite does")
    centre = told.whole(study, "centre_points", least=0)
    rows = []
    for block in blocks(factors):
        for signs in product((-1, 1), repeat=len(block)):
            if factors != HALVED or prod(signs) == 1:
                row = dict(zip(block, signs, strict=True))
                rows.append([row.get(place, 0) for place in range(factors)])
    rows += [[0] * factors] * (CENTRE_POINTS[factors] if centre is None else centre)
    return Table(written_out(study, rows))


box_behnken = Fixed(
    "Box-Behnken: three levels of 3-7, 9-12 or 16 numeric factors, never all at an extreme; Box and Behnken 1960",
    _lay,
    {"centre_points": "how many runs in the middle of all factors; 3 to 12 unless told, as published"},
)
"""The design ``box_behnken``."""
