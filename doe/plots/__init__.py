"""The shelf of plots. To add one: write a function beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from doe.plots._files import PlotError, save
from doe.plots.confusion import confusion
from doe.plots.contour import contour
from doe.plots.correlation_map import correlation_map, correlation_map_of_results
from doe.plots.half_normal import half_normal
from doe.plots.interactions import interactions
from doe.plots.learning_curves import learning_curves
from doe.plots.main_effects import main_effects
from doe.plots.pareto_of_effects import pareto_of_effects
from doe.plots.predicted import predicted
from doe.plots.residuals import residuals
from doe.plots.signal_to_noise import signal_to_noise
from doe.protocols import Plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from doe.statistics.contrasts import Matrix

__all__ = ["PLAN_PLOTS", "PLOTS", "PlotError", "save"]

PlanPlot: TypeAlias = "Callable[[Mapping[str, Matrix]], Figure | None]"
"""The model's columns of each main effect in, a figure out; None where there is nothing to draw."""

PLOTS: Mapping[str, Plot] = {
    "main-effects": main_effects,
    "signal-to-noise": signal_to_noise,
    "interactions": interactions,
    "half-normal": half_normal,
    "pareto": pareto_of_effects,
    "contour": contour,
    "predicted": predicted,
    "residuals": residuals,
    "learning-curves": learning_curves,
    "confusion": confusion,
    "correlation-map": correlation_map_of_results,
}
"""What is drawn of results."""

PLAN_PLOTS: Mapping[str, PlanPlot] = {
    "correlation-map": correlation_map,
}
"""What is drawn of a plan, before there are any."""
