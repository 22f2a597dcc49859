"""Where in a report each finding and each plot stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Place: TypeAlias = Literal["answer", "limits", "effects", "diagnostics", "optimum"]

PLACES: Mapping[str, Place] = {
    "main-effects": "answer",
    "repair": "limits",
    "correlation-map": "limits",
    "sampling-noise": "limits",
    "lack-of-fit": "diagnostics",
    "diagnostics": "diagnostics",
    "box-cox": "diagnostics",
    "residuals": "diagnostics",
    "predicted": "diagnostics",
    "learning-curves": "diagnostics",
    "confusion": "diagnostics",
    "classes": "diagnostics",
    "surface": "optimum",
    "canonical": "optimum",
    "ridge": "optimum",
    "contour": "optimum",
    "optimum": "optimum",
    "refinement": "optimum",
    "confirmation": "optimum",
    "pareto": "optimum",
    "desirability": "optimum",
}
"""Of findings and plots by name; what is not named here stands with the effects."""

TABLED = frozenset({"alias-structure", "power", "chance"})
"""Evaluations of which the table is shown as well; of the others the sentence says it all."""


def place_of(name: str) -> Place:
    """Where a finding or a plot of this name stands."""
    return PLACES.get(name, "effects")
