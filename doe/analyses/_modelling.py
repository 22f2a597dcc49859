"""Which model predicts the settings of a table."""

from __future__ import annotations

from doe.analyses._by_level import by_level
from doe.analyses._by_surface import by_surface
from doe.analyses._models import Model
from doe.fitting import observed
from doe.model import Results
from doe.surfaces import replaces_levels


def model_of(results: Results) -> Model | None:
    """The model that predicts settings: a surface where that says more than levels, or where levels cannot be had."""
    seen = observed(results)
    if seen.is_constant:
        return None
    if replaces_levels(results, seen):
        return by_surface(results) or (None if seen.loose else by_level(results))
    return by_level(results) or by_surface(results)
