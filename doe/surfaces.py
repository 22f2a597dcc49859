"""The response surface of a table of results, in the units of its factors: what analyses and plots both begin with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from doe.fitting import Same, observed
from doe.model import Factor, Level, Results, is_number

if TYPE_CHECKING:
    from doe.statistics.canonical import Region
    from doe.statistics.contrasts import Matrix
    from doe.statistics.observations import Observations
    from doe.statistics.surface import Order, Surface

LADDER: tuple[Order, ...] = ("second", "interactions", "quadratic", "first")
"""What is fitted: the first of these that the rows bear."""

LARGEST = 2e7
"""Numbers in a model matrix; a larger one is not built."""

CURVED = 3
"""Values that a bend takes."""


@dataclass(frozen=True)
class Axis:
    """A numeric factor and its code: 0 in the middle of its levels, -1 and 1 at the outermost of them."""

    name: str
    middle: float
    half: float
    log: bool
    whole: bool
    """Whether only whole numbers were set."""

    def coded(self, values: Sequence[Level]) -> Matrix:
        """Codes of values."""
        import numpy as np

        numbers = np.asarray(values, dtype=float)
        return np.asarray(((np.log10(numbers) if self.log else numbers) - self.middle) / self.half)

    def natural(self, code: float) -> float:
        """The value of a code, in full."""
        value = self.middle + code * self.half
        return float(10**value) if self.log else float(value)

    def settable(self, code: float) -> Level:
        """The value of a code in as many digits as one would type; a whole number where only such were set."""
        value = self.natural(code)
        if self.whole:
            return round(value)
        unit = abs(value) if self.log else self.half
        return round(value, 3 - math.floor(math.log10(unit)))


@dataclass(frozen=True)
class Fitted:
    """A surface over numeric factors, and how far each nominal one raises or lowers it."""

    axes: tuple[Axis, ...]
    surface: Surface
    order: Order
    nominal: Mapping[str, tuple[Level, ...]]
    """The factors that shift the surface, with their levels."""
    places: Mapping[str, range]
    """Where their contrasts stand among the columns of the model."""
    region: Region
    """Where the trials were, in codes."""
    averaged: str | None
    """The factor that was read off along each training, over whose readings each response is the mean."""

    @property
    def names(self) -> list[str]:
        """The numeric factors."""
        return [axis.name for axis in self.axes]

    def row(self, setting: Mapping[str, Level]) -> Matrix:
        """The weights of the coefficients at a setting; nominal factors that it leaves out are averaged over."""
        import numpy as np

        from doe.statistics.contrasts import helmert

        code = np.array([[float(axis.coded([setting[axis.name]])[0]) for axis in self.axes]])
        row = self.surface.columns(code)[0]
        for name, levels in self.nominal.items():
            if name in setting:
                row[list(self.places[name])] = helmert(len(levels))[levels.index(setting[name])]
        return np.asarray(row)

    def natural(self, point: Matrix) -> dict[str, float]:
        """A point of codes in the units of the factors."""
        return {axis.name: axis.natural(float(code)) for axis, code in zip(self.axes, point, strict=True)}


def surface_of(results: Results) -> Fitted | None:
    """The surface of highest order that the rows bear; None where they have levels to compare and no surface.

    A table has a surface where a numeric control factor took values between its levels, or where its numeric factors
    meet too unevenly to be compared level by level, as in a central composite design; a balanced one only if all of its
    numeric factors, two or more, have three levels, and the rows bear the whole second order.
    """
    return _surface_of(Same(results))


@lru_cache(maxsize=2)
def _surface_of(same: Same) -> Fitted | None:
    import numpy as np

    from doe.statistics.surface import fit_surface, powers_of

    results = same.results
    seen = observed(results)
    kept, response = _rows(results, seen)
    axes = tuple(_axis(factor, kept[factor.name]) for factor in _numeric(results, kept))
    curved = [len(set(kept[axis.name])) >= CURVED for axis in axes]
    if seen.is_constant or not any(curved):
        return None
    instead = replaces_levels(results, seen)
    if not instead and (not all(curved) or len(axes) < 2):  # noqa: PLR2004 - one is compared level by level
        return None
    coded = np.column_stack([axis.coded(kept[axis.name]) for axis in axes])
    nominal, shifts, places = _shifts(results, seen, axes, kept)
    for order in LADDER if instead else LADDER[:1]:
        powers = powers_of(order, curved)
        if (1 + len(powers) + shifts.shape[1]) * len(response) > LARGEST:
            continue
        if surface := fit_surface(coded, response, powers, shifts):
            start = 1 + len(powers)
            moved = {name: range(start + place.start, start + place.stop) for name, place in places.items()}
            return Fitted(axes, surface, order, nominal, moved, _region(coded), seen.within)
    return None


def replaces_levels(results: Results, seen: Observations) -> bool:
    """Whether numeric factors took such values that a surface says more of them than means by level.

    Values between the levels; more different values than a third of the rows; or levels some of which meet at least
    twice as often as others, which neither lost trials nor drawing many levels at random brings about. How they meet is
    asked of a study's own design: runs that were added to it meet unevenly, as they tell apart what it could not.
    """
    numeric = [f.name for f in results.factors if f.scale != "nominal" and f.role == "control"]
    if any(name in seen.loose for name in numeric):
        return True
    numeric = [name for name in numeric if name in seen.codes]
    rows = len(seen.response)
    if any(len(seen.levels[name]) > max(CURVED, rows / 3) for name in numeric):
        return True
    curved = [name for name in numeric if len(seen.levels[name]) >= CURVED]
    return len(curved) > 1 and not seen.is_balanced and _uneven(seen, curved, 1 + len(results.failures) + seen.dropped)


def _uneven(seen: Observations, names: Sequence[str], slack: int) -> bool:
    import numpy as np

    phases = seen.blocks.get("phase")
    own = slice(None) if phases is None else phases == 0
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            width = len(seen.levels[other])
            cells = len(seen.levels[one]) * width
            met = np.bincount((seen.codes[one] * width + seen.codes[other])[own], minlength=cells)
            if met.max() >= 2 * met.min() and np.ptp(met) > slack:
                return True
    return False


def _rows(results: Results, seen: Observations) -> tuple[dict[str, list[Level]], Matrix]:
    """The settings and the response of each training; readings along one are no trainings of their own."""
    import numpy as np

    table = results.table[np.isfinite(results.table[results.objective.response].to_numpy(dtype=float))]
    _, first = np.unique(seen.plots, return_index=True)
    counts = np.bincount(seen.plots)
    response = np.bincount(seen.plots, seen.response) / counts if len(counts) else seen.response
    table = table.iloc[first]
    return {factor.name: table[factor.name].tolist() for factor in results.factors}, response


def _numeric(results: Results, kept: Mapping[str, Sequence[Level]]) -> list[Factor]:
    """The control factors on a scale that took more values than one."""
    return [
        factor
        for factor in results.factors
        if factor.role == "control" and factor.scale != "nominal" and len(set(kept[factor.name])) > 1
    ]


def _axis(factor: Factor, values: Sequence[Level]) -> Axis:
    numbers = [float(level) for level in factor.levels]
    log = factor.scale == "log"
    low, high = ((math.log10(end) if log else end) for end in (min(numbers), max(numbers)))
    whole = all(isinstance(value, int) and is_number(value) for value in [*values, *factor.levels])
    return Axis(factor.name, (low + high) / 2, (high - low) / 2, log, whole)


def _shifts(
    results: Results, seen: Observations, axes: Sequence[Axis], kept: Mapping[str, Sequence[Level]]
) -> tuple[dict[str, tuple[Level, ...]], Matrix, dict[str, range]]:
    """The contrasts of nominal factors and blocks, and a slope for numeric noise; where those of factors stand."""
    import numpy as np

    _, first = np.unique(seen.plots, return_index=True)
    numeric = {axis.name for axis in axes}
    names = [name for name in seen.codes if name not in numeric and name != seen.within]
    blocks = [seen.contrasts(name)[first] for name in seen.blocks]
    loose = [factor.name for factor in results.factors if factor.role == "noise" and factor.name in seen.loose]
    noise = [np.array([float(value) for value in kept[name]])[:, None] for name in loose]
    slopes = [column - column.mean() for column in noise]
    places, start = {}, 0
    for name in names:
        places[name] = range(start, start := start + len(seen.levels[name]) - 1)
    columns = [*(seen.contrasts(name)[first] for name in names), *slopes, *blocks]
    shifts = np.hstack(columns) if columns else np.zeros((len(first), 0))
    return {name: seen.levels[name] for name in names}, shifts, places


def _region(coded: Matrix) -> Region:
    from doe.statistics.canonical import region_of

    return region_of(coded)
