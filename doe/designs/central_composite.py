"""Central composite designs: a two-level fraction, a star and a centre, from which a curved surface can be fitted.

Box and Wilson, On the experimental attainment of optimum conditions, JRSS B 13 (1951).
"""

from __future__ import annotations

from math import sqrt

from doe.designs import _layout as told
from doe.designs._coding import is_numeric, span, wants_numbers, written_out
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.designs.fraction import smallest
from doe.model import Factor, Study, is_number, shown

CENTRE_POINTS = 3
"""Where nothing is said: enough to see the spread of equal runs."""

CUBE = 5
"""The resolution of the cube: no two interactions of two factors are confounded."""


def _lay(study: Study) -> Table:
    block = _block(study)
    treated = [factor for factor in study.array_factors if factor != block]
    wants_numbers(study, treated)
    factors = len(treated)
    if factors < 2:  # noqa: PLR2004 - a star needs a plane
        raise DesignError(f"{study.design} wants 2 factors or more, not 1 ({treated[0].name})")
    from doe.statistics.fractions import signs

    said = told.whole(study, "centre_points", least=0)
    centre = [[0.0] * factors] * (CENTRE_POINTS if said is None else said)
    cube = signs(*smallest(study, factors, min(CUBE, factors + 1), None)).tolist()
    blocks = 1 if block is None else 2
    alpha = _alpha(study, len(cube), len(cube) + 2 * factors + blocks * len(centre))
    shrunk = alpha if told.flag(study, "inscribed") and alpha > 1 else 1.0
    star = [[side * alpha * (place == axis) for place in range(factors)] for axis in range(factors) for side in (-1, 1)]
    parts = [[*cube, *star, *centre]] if block is None else [[*cube, *centre], [*star, *centre]]
    rows = []
    for end, part in zip((-1.0, 1.0), parts, strict=False):
        for row in part:
            codes = iter(row)
            rows.append([end if factor == block else next(codes) / shrunk for factor in study.array_factors])
    table = Table(written_out(study, rows))
    _check(study, table, alpha)
    return table


def _block(study: Study) -> Factor | None:
    """The factor of role ``block``, if there is one: its first level goes with the cube, its second with the star."""
    blocks = [factor for factor in study.array_factors if factor.role == "block"]
    for factor in blocks:
        if len(factor.levels) != 2:  # noqa: PLR2004 - two parts
            raise DesignError(f"{study.design} wants 2 levels of the block {factor.name!r}, not {shown(factor.levels)}")
    if len(blocks) > 1:
        raise DesignError(
            f"{study.design} takes one block of 2 levels, for the cube and the star, not {blocks[1].name!r} as well"
        )
    return blocks[0] if blocks else None


def _alpha(study: Study, cube: int, runs: int) -> float:
    """How far the star reaches: rotatable and orthogonal after Box and Hunter 1957."""
    said = study.layout.get("alpha")
    if is_number(said):
        value = told.number(study, "alpha") or 0.0
        if value <= 0:
            raise DesignError(f"{study.design}: layout alpha = {value:g}: wanted a number above 0")
        return value
    kind = told.text(study, "alpha", ["face", "rotatable", "orthogonal"]) or "face"
    if kind == "face":
        return 1.0
    return cube**0.25 if kind == "rotatable" else sqrt((sqrt(cube * runs) - cube) / 2)


def _check(study: Study, table: Table, alpha: float) -> None:
    """Refuse a star that reaches below zero where all levels are above it: no trainer has a dropout of -0.1."""
    for factor, column in zip(study.array_factors, zip(*table.rows, strict=True), strict=True):
        below = [value for value in column if not isinstance(value, str) and value < 0]
        if below and is_numeric(factor) and span(factor)[0] >= 0:
            raise DesignError(
                f"{study.design}: alpha {alpha:.4g} sets {factor.name!r} to {min(below)}, below zero; "
                "inscribed = true or alpha = face stay within the levels"
            )


central_composite = Fixed(
    "central composite: cube, star and centre for curved surfaces of numeric factors; Box and Wilson 1951",
    _lay,
    {
        "alpha": "how far the star reaches: face, rotatable, orthogonal or a number; face unless told",
        "inscribed": "true: the star is at the outermost levels, and the cube within",
        "centre_points": f"how many runs in the middle of all factors, in each block; {CENTRE_POINTS} unless told",
    },
)
"""The design ``central_composite``."""
