"""The shelf of plots. To add one: write a function beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Mapping

from doe.plots._files import PlotError, save
from doe.plots.main_effects import main_effects
from doe.protocols import Plot

__all__ = ["PLOTS", "PlotError", "save"]

PLOTS: Mapping[str, Plot] = {
    "main-effects": main_effects,
}
