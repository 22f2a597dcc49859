"""Canonical analysis: where a surface is level, whether that is a summit, and along which axes it bends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.analyses._models import written
from doe.analyses._observed import sentences
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.canonical import Canonical
    from doe.surfaces import Fitted

LEVEL = 0.05
"""The usual level of a test."""


FAR = 1e3
"""Ranges of the trials beyond which a level point is nothing but a division by nearly nothing."""


def canonical(results: Results) -> Finding | None:
    """The axes along which the surface bends, the most downwards first, each a direction in coded units.

    ``curvature`` is what the surface gains over a distance of one from where it is level. Does not apply where a
    numeric factor has no square in the surface: then nothing tells a summit from a slope.
    """
    from doe.statistics.canonical import canonical as axes_of
    from doe.surfaces import surface_of

    found = surface_of(results)
    if found is None:
        return None
    squares = {power[0] for power in found.surface.powers if len(power) > 1 and power[0] == power[1]}
    if len(squares) < len(found.axes):
        return None
    axes = axes_of(found.surface.linear, found.surface.quadratic)
    rows = [_row(found, axes, number) for number in range(len(found.axes))]
    note = sentences(_nature(rows), _point(found, axes), _flat(rows))
    return Finding("canonical", f"Shape of the surface of {results.objective.response}", tuple(rows), note)


def _row(found: Fitted, axes: Canonical, number: int) -> dict[str, Cell]:
    from doe.statistics.linear import p_value

    direction, curvature = axes.directions[:, number], float(axes.curvatures[number])
    error = found.surface.curvature_error(direction)
    p = p_value((curvature / error) ** 2, 1, found.surface.error_df) if error else None
    along = {name: float(part) for name, part in zip(found.names, direction, strict=True)}
    return {"axis": number + 1, "curvature": curvature, "se": error, "p": p, **along}


def _nature(rows: list[dict[str, Cell]]) -> str:
    signs = {float(row["curvature"] or 0) > 0 for row in rows}
    if len(signs) > 1:
        return "A saddle: it bends down along one axis and up along another."
    return "A minimum: it bends up along all axes." if True in signs else "A maximum: it bends down along all axes."


def _point(found: Fitted, axes: Canonical) -> str:
    """Where it is level, in the units of the factors."""
    point = axes.stationary
    if point is None or float(abs(point).max()) > FAR:
        return "It is level at no single point."
    weights = found.surface.columns(point[None, :])[0]
    predicted = float(weights @ found.surface.coefficients)
    inside = bool(found.region.holds(point[None, :])[0])
    where = "within" if inside else "outside"
    said = {axis.name: axis.settable(float(code)) for axis, code in zip(found.axes, point, strict=True)}
    doubt = "" if inside else ", where it is a guess: look at the ridge instead"
    return f"It is level at {written(said)} with {predicted:.4g}, {where} the region of the trials{doubt}."


def _flat(rows: list[dict[str, Cell]]) -> str:
    """Name the axes that may as well be flat: then a whole line of settings is as good."""
    flat = [str(row["axis"]) for row in rows if row["p"] is not None and float(row["p"]) >= LEVEL]
    if not flat:
        return ""
    axes = f"axis {flat[0]}" if len(flat) == 1 else f"axes {', '.join(flat)}"
    return f"Along {axes} its bend is not told from none: there it may be a ridge."
