"""Pareto chart of effects: how large each is beside what noise may reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.fitting import contrasted, observed
from doe.model import Results
from doe.plots._style import BLUE, GREY, ORANGE, dress, label, sheet
from doe.plots.half_normal import LEAST, margins

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 24
"""Bars that can still be read; of more effects the largest are shown."""


def pareto_of_effects(results: Results) -> Figure | None:
    """Bars of the absolute effects, the largest first, with Lenth's simulated margins; grey where nothing was assigned.

    None for fewer than three effects.
    """
    import numpy as np

    from doe.statistics.lenth import pseudo_standard_error

    contrasts = contrasted(results, observed(results))
    if contrasts is None or len(contrasts.found) < LEAST:
        return None
    sizes = np.abs(contrasts.estimates)
    order = np.argsort(-sizes, kind="stable")[:MOST][::-1]
    error = float(pseudo_standard_error(contrasts.estimates))
    caption = "dashed: what noise reaches with 95 % confidence, in one effect and in the largest of all (Lenth)"
    figure = sheet(
        f"Effects on {results.objective.response}", 6.4, 1.2 + 0.19 * len(order), caption if error > 0 else ""
    )
    axes = figure.subplots()
    colors = [BLUE if contrasts.found[place].term else GREY for place in order]
    axes.barh(range(len(order)), sizes[order], color=colors, height=0.68)
    axes.set_yticks(range(len(order)), [contrasts.found[place].name for place in order])
    if error > 0:
        for critical in margins(len(sizes)):
            axes.axvline(error * critical, color=ORANGE, linewidth=0.9, linestyle=(0, (4, 3)))
    dress(axes)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#E6E6E6", linewidth=0.7)
    label(axes, "absolute effect")
    return figure
