"""Signal-to-noise ratios: their mean at each level of each factor, as main effects are drawn; higher is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.model import Results
from doe.plots.main_effects import main_effects
from doe.ratios import complaint, runs_of, with_ratios

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def signal_to_noise(results: Results) -> Figure | None:
    """The ratios of the runs by level, in decibels; None where a run has none."""
    if complaint(results.objective.goal, runs_of(results)):
        return None
    figure = main_effects(with_ratios(results))
    if figure is not None:
        title = f"Signal-to-noise ratio of {results.objective.response} (higher is better)"
        figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
        figure.axes[0].set_ylabel("S/N (dB)", fontsize=9)
    return figure
