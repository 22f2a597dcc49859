"""Optuna's distributions and a design's levels: the one read as the other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from doe.integrations._planned import level_of
from doe.model import Factor, StudyError, is_number


def given_by(distribution: BaseDistribution, levels: int) -> Mapping[str, Any]:
    """The levels of a search range, and their scale.

    Every choice of a categorical one, in its order. Of numbers on a grid all, if there are no more than ``levels``.
    Else that many from end to end, equally far apart or, if it is searched by the logarithm, equally many times apart,
    each moved to the grid where there is one.
    """
    if isinstance(distribution, CategoricalDistribution):
        return {"levels": list(distribution.choices), "scale": "nominal"}
    scale = "log" if distribution.log else "linear"
    if distribution.step:
        steps = round((distribution.high - distribution.low) / distribution.step)
        if steps < levels:
            return {"levels": [_on_grid(distribution, n) for n in range(steps + 1)], "scale": scale}
    shares = [place / (levels - 1) for place in range(levels)]
    spread = [snapped(distribution, _between(distribution, share)) for share in shares]
    return {"levels": list(dict.fromkeys(spread)), "scale": scale}


def _between(distribution: FloatDistribution | IntDistribution, share: float) -> float:
    low, high = distribution.low, distribution.high
    if share in {0, 1}:
        return float(high if share else low)
    between = low * (high / low) ** share if distribution.log else low + share * (high - low)
    if distribution.step:
        return float(between)
    unit = between * min(1.0, high / low - 1) if distribution.log else high - low
    # as one would type it: three digits of what the levels differ by
    return float(round(between, 2 - math.floor(math.log10(unit))))


def _on_grid(distribution: FloatDistribution | IntDistribution, steps: int) -> int | float:
    if isinstance(distribution, IntDistribution):
        return int(distribution.low + steps * distribution.step)
    # in as many digits as were typed: -10.2 + 3 x 0.1 is -9.9
    return float(min(round(distribution.low + steps * distribution.step, 12), distribution.high))


def snapped(distribution: FloatDistribution | IntDistribution, value: float) -> int | float:
    """The number nearest to a value that the distribution may take, if it has a grid; the value itself if not."""
    if not distribution.step:
        return float(value)
    return _on_grid(distribution, round((value - distribution.low) / distribution.step))


def taken(factor: Factor, value: Any, distribution: BaseDistribution) -> Any:
    """The value of a factor, as the objective that asks for it by a distribution may have it.

    A number between the levels is moved to the distribution's grid; a level is taken as it is, or refused.

    Raises:
        StudyError: The objective asks for something that the value is not.
    """
    wanted = f"suggested as {distribution}"
    if isinstance(distribution, CategoricalDistribution):
        found = [choice for choice in distribution.choices if choice is value or repr(choice) == repr(value)]
        if not found:
            raise StudyError(f"factor {factor.name!r} has {value!r}, which is no choice where it is {wanted}")
        return found[0]
    if not is_number(value):
        raise StudyError(f"factor {factor.name!r} has {value!r}, which is no number where it is {wanted}")
    near = snapped(distribution, value)
    is_level = any(repr(level) == repr(level_of(value)) for level in factor.levels)
    if not distribution.low <= near <= distribution.high or (is_level and not math.isclose(near, value)):
        raise StudyError(f"factor {factor.name!r} has {value!r}, which is out of reach where it is {wanted}")
    return near
