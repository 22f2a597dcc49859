"""Predicted against observed: how well the model says what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.fitting import fitted
from doe.model import Results
from doe.plots._style import BLUE, FAINT, dress, label, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def predicted(results: Results) -> Figure | None:
    """Each response over what the model says of it, and, hollow, over what it says when it has not seen that response.

    None where the model has a parameter for every response: it then repeats them.
    """
    import numpy as np

    fit = fitted(results)
    if fit is None or fit.observations.loose or len(fit.residuals) <= fit.rank:
        return None
    response = fit.observations.response
    figure = sheet(
        f"{results.objective.response}: predicted against observed",
        3.9,
        3.9,
        "hollow: predicted without the response itself",
    )
    axes = figure.subplots()
    seen = np.concatenate([response, fit.fitted])
    ends = [float(seen.min()), float(seen.max())]
    axes.plot(ends, ends, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.scatter(fit.fitted, response, s=16, color=BLUE, linewidths=0, zorder=3)
    free = fit.leverage < 1 - 1e-9
    without = response - fit.residuals / np.where(free, 1 - fit.leverage, 1.0)
    axes.scatter(without[free], response[free], s=16, facecolors="none", edgecolors=BLUE, linewidths=0.7, alpha=0.7)
    dress(axes)
    label(axes, "predicted", "observed")
    return figure
