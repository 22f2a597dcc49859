"""Half-normal plot: effects that do nothing lie on a line through the origin, and those that do stand off it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.fitting import contrasted, observed
from doe.model import Results
from doe.plots._style import BLUE, FAINT, INK, ORANGE, dress, label, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST = 3
"""Of fewer effects no spread can be told."""
NAMED = 0.25
"""Effects that are named, as a share of the largest; further down names would lie on one another."""


def half_normal(results: Results) -> Figure | None:
    """Absolute effects over the quantiles of the half-normal distribution, with Lenth's simulated margins.

    Daniel, Use of half-normal plots in interpreting factorial two-level experiments, Technometrics 1 (1959). None for
    fewer than three effects.
    """
    import numpy as np
    from scipy.special import ndtri

    from doe.statistics.lenth import pseudo_standard_error

    contrasts = contrasted(results, observed(results))
    if contrasts is None or len(contrasts.found) < LEAST:
        return None
    sizes = np.abs(contrasts.estimates)
    order = np.argsort(sizes, kind="stable")
    quantiles = ndtri(0.5 + 0.5 * (np.arange(1, len(sizes) + 1) - 0.5) / len(sizes))
    error = float(pseudo_standard_error(contrasts.estimates))
    figure = sheet(
        f"Effects on {results.objective.response} (half-normal)",
        5.2,
        3.8,
        "line: effects that do nothing, by Lenth's error",
    )
    axes = figure.subplots()
    if error > 0:
        margin, joint = (error * critical for critical in margins(len(sizes)))
        axes.plot([0, quantiles[-1]], [0, error * quantiles[-1]], color=FAINT, linewidth=0.9)
        for height, said in ((margin, "95 % for one effect"), (joint, "95 % for the largest")):
            axes.axhline(height, color=ORANGE, linewidth=0.8, linestyle=(0, (4, 3)))
            axes.annotate(
                said, (0, height), fontsize=6.5, color=ORANGE, va="bottom", xytext=(2, 1), textcoords="offset points"
            )
    axes.scatter(quantiles, sizes[order], s=16, color=BLUE, linewidths=0, zorder=3)
    named = [place for place in range(len(sizes)) if sizes[order[place]] >= NAMED * sizes.max()]
    for place in named:
        axes.annotate(
            contrasts.found[order[place]].name,
            (quantiles[place], sizes[order[place]]),
            fontsize=6.5,
            color=INK,
            ha="right",
            xytext=(-4, 2),
            textcoords="offset points",
        )
    dress(axes)
    axes.set_xlim(left=-0.05)
    axes.set_ylim(bottom=0)
    label(axes, "half-normal quantile", "absolute effect")
    return figure


def margins(count: int) -> tuple[float, float]:
    """What noise reaches with 95 % confidence in one effect of so many, and in the largest, in Lenth's errors."""
    from doe.statistics.lenth import null

    simulated = null(count)
    return simulated.margin(), simulated.simultaneous_margin()
