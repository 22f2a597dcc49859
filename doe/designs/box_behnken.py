"""Box-Behnken designs: three levels, and no run where all factors are at an extreme.

Box and Behnken, Some new three level designs for the study of quantitative variables, Technometrics 2 (1960), table 4.
"""

from __future__ import annotations

from itertools import combinations, product

from doe.designs import _layout as told
from doe.designs._coding import wants_numbers, written_out
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.model import Study

CENTRE_POINTS = {3: 3, 4: 3, 5: 6, 6: 6, 7: 6}
"""The published numbers of centre points, by how many factors there are."""


def blocks(factors: int) -> list[tuple[int, ...]]:
    """Which factors are varied together: all pairs of up to five; of six and seven, a triple turned round."""
    if factors <= 5:  # noqa: PLR2004 - as published
        return list(combinations(range(factors), 2))
    return [tuple(sorted((start + step) % factors for step in (0, 1, 3))) for start in range(factors)]


def _lay(study: Study) -> Table:
    wants_numbers(study, study.array_factors)
    factors = len(study.array_factors)
    if factors not in CENTRE_POINTS:
        raise DesignError(f"{study.design} takes 3 to 7 factors, not {factors}; central_composite takes them")
    centre = told.whole(study, "centre_points", least=0)
    rows = []
    for block in blocks(factors):
        for signs in product((-1, 1), repeat=len(block)):
            row = dict(zip(block, signs, strict=True))
            rows.append([row.get(place, 0) for place in range(factors)])
    rows += [[0] * factors] * (CENTRE_POINTS[factors] if centre is None else centre)
    return Table(written_out(study, rows))


box_behnken = Fixed(
    "Box-Behnken: three levels of 3 to 7 numeric factors, never all at an extreme; Box and Behnken 1960",
    _lay,
    {"centre_points": "how many runs in the middle of all factors; 3 or 6 unless told, as published"},
)
"""The design ``box_behnken``."""
