"""Ridge: the path from the middle of the trials to ever better settings, as far as the trials reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.contrasts import Matrix
    from doe.surfaces import Fitted

STEPS = 5
"""Points of the path besides the middle."""


def ridge(results: Results) -> Finding | None:
    """At each distance from the middle, in coded units, the best setting of that distance, and what is predicted there.

    On a plane this is the path of steepest ascent (or descent). Towards a target it goes up where the middle is below
    it, and down where it is above. ``low`` and ``high`` bound the mean with 95 % confidence.
    """
    import numpy as np

    from doe.statistics.canonical import ridge as point_at
    from doe.surfaces import surface_of

    found = surface_of(results)
    if found is None:
        return None
    objective, fitted = results.objective, found.surface
    upwards = objective.goal == "maximize" if objective.target is None else fitted.coefficients[0] < objective.target
    rows, outside = [], None
    for distance in np.linspace(0, found.region.radius, STEPS + 1).tolist():
        point = point_at(fitted.linear, fitted.quadratic, distance, upwards=upwards)
        if outside is None and not found.region.holds(point[None, :] * (1 - 1e-9))[0]:
            outside = distance
        rows.append(_row(found, distance, point))
    best = [row["predicted"] for row in rows if isinstance(row["predicted"], float)]
    turn = int(np.argmax(best) if upwards else np.argmin(best))
    note = _note(found, upwards=upwards, outside=outside, turn=turn, distance=float(rows[turn]["distance"] or 0))
    return Finding("ridge", f"Path to better {objective.response}", tuple(rows), note)


def _row(found: Fitted, distance: float, point: Matrix) -> dict[str, Cell]:
    weights = found.surface.columns(point[None, :])[0]
    mean, half = float(weights @ found.surface.coefficients), found.surface.half_width(weights)
    setting = {axis.name: axis.settable(float(code)) for axis, code in zip(found.axes, point, strict=True)}
    low, high = (None, None) if half is None else (mean - half, mean + half)
    return {"distance": distance, **setting, "predicted": mean, "low": low, "high": high}


def _note(found: Fitted, *, upwards: bool, outside: float | None, turn: int, distance: float) -> str:
    way = "highest" if upwards else "lowest"
    said = f"The {way} prediction at each distance from the middle, in coded units, up to that of the farthest trial."
    if found.order == "first":
        said = (
            f"Steepest {'ascent' if upwards else 'descent'} from the middle, up to the distance of the farthest trial."
        )
    if outside is not None:
        said += f" From a distance of {outside:.3g} on it leaves the values that were tried."
    if 0 < turn < STEPS:
        said += f" It turns near {distance:.3g}: no farther out is better."
    if turn == STEPS and outside is None:
        said += " It is still getting better at the end: the best lies at the edge of what was tried, or beyond it."
    if found.nominal:
        said += f" On the average over {', '.join(found.nominal)}, which would only shift it."
    return said
