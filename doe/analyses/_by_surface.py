"""Predictions by a response surface, within the region of the trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product as every
from typing import TYPE_CHECKING

from doe.analyses._models import Chosen, Wanted, chosen_factors
from doe.model import Level, Results
from doe.surfaces import Fitted, surface_of

if TYPE_CHECKING:
    from doe.statistics.contrasts import Matrix
    from doe.statistics.optimism import Choices
    from doe.statistics.strata import Estimate
    from doe.statistics.surface import Order

LEVEL = 0.05
"""The usual level of a test."""

CLOUD = 2_000
"""Points of the region that are looked at."""

MOST_COMBINATIONS = 50
"""Combinations of nominal levels that are looked at everywhere in the region."""

ORDERS: Mapping[Order, str] = {
    "second": "a surface of second order",
    "interactions": "a surface with products and without squares",
    "quadratic": "a surface with squares and without products",
    "first": "a plane",
}
"""Each order in words."""


@dataclass(frozen=True)
class BySurface:
    """A fitted surface, and the factors of which it chooses."""

    fitted: Fitted
    nominal: Mapping[str, tuple[Level, ...]]
    """The nominal factors to choose a level of; others are averaged over."""

    def best(self, wanted: Wanted, start: Chosen) -> Chosen:
        """The best point of the region, rounded to what one would type."""
        if wanted.objective.target is not None:
            return self._nearest(wanted, start)
        upwards = wanted.sign > 0
        levels = {name: self._pick(name, upwards=upwards) for name in self.nominal}
        return self._setting(start, self._summit(upwards=upwards), levels)

    def estimate(self, setting: Chosen) -> Estimate | None:
        """The mean at a setting, blocks and noise averaged over."""
        from doe.statistics.strata import Estimate

        surface, row = self.fitted.surface, self.fitted.row(dict(setting))
        return Estimate(float(row @ surface.coefficients), surface.standard_error(row), surface.error_df)

    def predict(self, settings: Sequence[Chosen]) -> Matrix:
        """The mean at each setting."""
        import numpy as np

        from doe.statistics.contrasts import helmert

        plain = [dict(setting) for setting in settings]
        codes = [axis.coded([setting[axis.name] for setting in plain]) for axis in self.fitted.axes]
        rows = self.fitted.surface.columns(np.stack(codes, axis=1))
        for name, levels in self.nominal.items():
            places = [levels.index(setting[name]) for setting in plain]
            rows[:, list(self.fitted.places[name])] = helmert(len(levels))[places]
        return np.asarray(rows @ self.fitted.surface.coefficients)

    def nearby(self, setting: Chosen, step: int) -> list[Chosen]:
        """Points around a setting, half as far away at each step; and other levels of nominal factors."""
        import numpy as np

        plain = dict(setting)
        here = np.array([float(axis.coded([plain[axis.name]])[0]) for axis in self.fitted.axes])
        moves = np.random.default_rng(step).normal(0, 0.5**step, size=(100, len(here)))
        points = self.fitted.region.nearest(here + moves)
        others = [(name, level) for name, levels in self.nominal.items() for level in levels]
        return [self._setting(setting, point, {}) for point in points] + [
            self._setting(setting, here, {name: level}) for name, level in others
        ]

    def candidates(self, start: Chosen) -> list[Chosen]:
        """Points all over the region, with all combinations of nominal levels if these are few."""
        combined = [dict(zip(self.nominal, some, strict=True)) for some in every(*self.nominal.values())]
        if len(combined) > MOST_COMBINATIONS:
            combined = [{}]
        points = self.fitted.region.cloud(max(50, CLOUD // len(combined)))
        return [self._setting(start, point, levels) for point in points for levels in combined]

    def new_variance(self) -> float | None:
        """What the surface leaves."""
        return self.fitted.surface.mean_square

    def excess(self, wanted: Wanted) -> float | None:
        """By a parametric bootstrap over points of the region."""
        from doe.statistics.optimism import optimism

        surface = self.fitted.surface
        if surface.mean_square is None:
            return None
        target = wanted.loss if wanted.objective.target is not None else None
        return optimism(self._choices, self._truth, surface.inverse * surface.mean_square, wanted.sign, target)

    def excess_seen(self, wanted: Wanted) -> float | None:
        """The best of the trials, each a setting of its own but for those that were repeated."""
        import numpy as np

        from doe.statistics.optimism import optimism_of_the_seen

        surface = self.fitted.surface
        if surface.mean_square is None or wanted.objective.target is not None or self.fitted.averaged:
            return None
        settings = np.round(np.hstack([surface.coded, surface.shifts]), 9)
        _, first, counts = np.unique(settings, axis=0, return_index=True, return_counts=True)
        true = (surface.model @ self._truth)[first]
        return optimism_of_the_seen(true, np.sqrt(surface.mean_square / counts), wanted.sign)

    def by_chance(self) -> float | None:
        """A surface is fitted only where it leaves an error."""
        return None

    def untold(self) -> list[str]:
        """Factors that the surface does as well without."""
        return [name for name, chance in self.chances().items() if chance >= LEVEL]

    def chances(self) -> dict[str, float]:
        """For each factor how likely chance alone does as much for the fit; none where nothing is left for error."""
        from doe.statistics.linear import p_value

        surface = self.fitted.surface
        places = {
            axis.name: [1 + place for place, power in enumerate(surface.powers) if number in power]
            for number, axis in enumerate(self.fitted.axes)
        } | {name: list(self.fitted.places[name]) for name in self.nominal}
        ratios = {name: (surface.ratio(some), len(some)) for name, some in places.items()}
        return {name: p_value(ratio, df, surface.error_df) for name, (ratio, df) in ratios.items() if ratio is not None}

    def note(self) -> str:
        """Which surface, and how far it reaches."""
        averaged = f" of the mean over {self.fitted.averaged}" if self.fitted.averaged else ""
        return f"Predicted by {ORDERS[self.fitted.order]}{averaged}, no farther out than the trials were."

    def _pick(self, name: str, *, upwards: bool) -> Level:
        """The level of a nominal factor that raises the surface most."""
        from doe.statistics.contrasts import helmert

        levels = self.nominal[name]
        shifts = helmert(len(levels)) @ self.fitted.surface.coefficients[list(self.fitted.places[name])]
        return levels[int(shifts.argmax() if upwards else shifts.argmin())]

    def _summit(self, *, upwards: bool) -> Matrix:
        import numpy as np

        from doe.statistics.canonical import best_in

        surface, region = self.fitted.surface, self.fitted.region
        starts = np.vstack([surface.coded[:200], region.cloud(64), np.zeros((1, len(self.fitted.axes)))])
        return best_in(region, surface.linear, surface.quadratic, upwards=upwards, starts=starts)

    def _nearest(self, wanted: Wanted, start: Chosen) -> Chosen:
        """Where the surface hits the target: on the way from the best seen to its highest or lowest point."""
        import numpy as np

        plain = dict(start)
        here = np.array([float(axis.coded([plain[axis.name]])[0]) for axis in self.fitted.axes])
        levels = {name: plain[name] for name in self.nominal}
        ways = [self._summit(upwards=upwards) - here for upwards in (True, False)]
        settings = [
            self._setting(start, here + share * way, levels) for way in ways for share in np.linspace(0, 1, 501)
        ]
        return settings[int(wanted.loss(self.predict(settings)).argmin())]

    def _setting(self, start: Chosen, point: Matrix, levels: Mapping[str, Level]) -> Chosen:
        codes = {axis.name: axis.settable(float(code)) for axis, code in zip(self.fitted.axes, point, strict=True)}
        names = [name for name, _ in start if name != self.fitted.averaged]
        return tuple({name: {**dict(start), **codes, **levels}[name] for name in names}.items())

    @cached_property
    def _choices(self) -> Choices:
        import numpy as np

        from doe.statistics.contrasts import helmert
        from doe.statistics.optimism import Choices

        surface = self.fitted.surface
        base = np.zeros(surface.model.shape[1])
        base[0] = 1.0
        points = np.vstack([surface.coded[: CLOUD // 4], self.fitted.region.cloud(CLOUD // 4 * 3)])
        parts = [surface.columns(points) - base]
        for name, levels in self.nominal.items():
            part = np.zeros((len(levels), len(base)))
            part[:, list(self.fitted.places[name])] = helmert(len(levels))
            parts.append(part)
        return Choices(base, tuple(parts))

    @cached_property
    def _truth(self) -> Matrix:
        from doe.statistics.optimism import shrunken

        surface = self.fitted.surface
        terms = [[1 + place] for place in range(len(surface.powers))]
        terms += [list(places) for places in self.fitted.places.values()]
        spans = [(slice(some[0], some[-1] + 1), surface.ratio(some) or 0.0) for some in terms]
        return shrunken(surface.coefficients, spans)


def by_surface(results: Results) -> BySurface | None:
    """The surface of these results, where they have one."""
    found = surface_of(results)
    if found is None:
        return None
    chosen = set(chosen_factors(results))
    return BySurface(found, {name: levels for name, levels in found.nominal.items() if name in chosen})
