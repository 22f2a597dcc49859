"""Results as numbers, and the model of them that was asked for: what analyses and plots both begin with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from doe.model import Results

if TYPE_CHECKING:
    from doe.statistics.effects import Effects
    from doe.statistics.observations import Observations
    from doe.statistics.strata import Fit


@dataclass(frozen=True, eq=False, slots=True)
class Same:
    """Results that are the same only if they are one object: what is fitted once is not fitted for each analysis."""

    results: Results

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.results is self.results

    def __hash__(self) -> int:
        return id(self.results)


def observed(results: Results) -> Observations:
    """The results as numbers."""
    return _observed(Same(results))


@lru_cache(maxsize=2)
def _observed(same: Same) -> Observations:
    results = same.results
    from doe.statistics.observations import observe

    return observe(
        results.table,
        results.objective.response,
        {factor.name: factor.levels for factor in results.factors},
        blocks=[factor.name for factor in results.factors if factor.role == "block"],
        within=next((factor.name for factor in results.factors if factor.role == "within"), None),
    )


def fitted(results: Results, *, pooled: bool = True) -> Fit | None:
    """The model of the results, with what is asked for; None where there is nothing to compare.

    Args:
        results: The table, and what is asked of it.
        pooled: Whether what was declared to be error is left out of the model.
    """
    return _fitted(Same(results), pooled=pooled and bool(results.asked.pooled))


@lru_cache(maxsize=4)
def _fitted(same: Same, *, pooled: bool) -> Fit | None:
    results = same.results
    from doe.statistics.strata import fit

    seen, asked = observed(results), results.asked
    if not seen.codes or len(seen.response) < 2:  # noqa: PLR2004 - an effect is a difference
        return None
    left_out = [term_of(term, results) for term in asked.pooled] if pooled else []
    return fit(seen, asked.interactions, left_out, asked.sums)


def term_of(text: str, results: Results) -> tuple[str, ...]:
    """A term as it is typed: a factor, or an interaction ``a:b``."""
    names = {factor.name for factor in results.factors}
    return (text,) if text in names else tuple(text.split(":"))


def contrasted(results: Results, seen: Observations) -> Effects | None:
    """Every contrast between the settings; None where there are none, or too many, or all responses are equal."""
    from doe.statistics.effects import effects

    if seen.is_constant:
        return None
    positions = {
        factor.name: [math.log(float(level)) if factor.scale == "log" else float(level) for level in levels]
        for factor in results.factors
        if factor.scale != "nominal" and (levels := seen.levels.get(factor.name))
    }
    return effects(seen, positions, results.asked.interactions)
