"""Residuals: four views of what the model leaves over, each of which should show nothing but scatter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.fitting import fitted
from doe.model import Results
from doe.plots._style import BLUE, FAINT, HEIGHT, WIDTH, dress, grid, label, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from doe.statistics.contrasts import Matrix
    from doe.statistics.strata import Fit

SPECK = 1e-8
"""Residuals that are all below this share of the spread are rounding."""


def residuals(results: Results) -> Figure | None:
    """Standardized residuals: against the normal distribution, the fitted values and the run order, and how many.

    None where the model has a parameter for every response, so that nothing is left over.
    """
    import numpy as np

    fit = fitted(results)
    if fit is None or fit.observations.loose or np.ptp(fit.observations.response) == 0:
        return None
    df = len(fit.residuals) - fit.rank
    if df < 1 or np.abs(fit.residuals).max() < SPECK * np.ptp(fit.observations.response):
        return None
    standardized = fit.residuals / np.sqrt(float(fit.residuals @ fit.residuals) / df)
    caption = f"in standard deviations of the error ({df} degrees of freedom)"
    figure = sheet(f"Residuals of {results.objective.response}", WIDTH, 1.75 * HEIGHT, caption)
    panels = grid(figure, 4, 2)
    _normal(panels[0], standardized)
    _scattered(panels[1], fit.fitted, standardized, "against the fitted value", results.objective.response)
    order, name = _order(results, fit)
    _scattered(panels[2], order, standardized, f"against the {name}", name)
    panels[3].hist(standardized, bins="auto", color=BLUE, alpha=0.8, edgecolor="white", linewidth=0.8)
    dress(panels[3], "how many")
    label(panels[3], "residual", "trials")
    return figure


def _normal(axes: Axes, values: Matrix) -> None:
    """Sorted residuals over the quantiles of the normal distribution (Blom's positions)."""
    import numpy as np
    from scipy.special import ndtri

    places = (np.arange(1, len(values) + 1) - 0.375) / (len(values) + 0.25)
    quantiles = ndtri(places)
    axes.plot(quantiles, quantiles * values.std(), color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.scatter(quantiles, np.sort(values), s=14, color=BLUE, linewidths=0)
    dress(axes, "against the normal distribution")
    label(axes, "normal quantile", "residual")


def _scattered(axes: Axes, places: Matrix, values: Matrix, title: str, name: str) -> None:
    axes.axhline(0, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.scatter(places, values, s=14, color=BLUE, linewidths=0)
    dress(axes, title)
    label(axes, name, "residual")


def _order(results: Results, fit: Fit) -> tuple[Matrix, str]:
    """The order in which trials were begun where that is known, else the order of the table."""
    import numpy as np

    kept = results.table[np.isfinite(results.table[results.objective.response].to_numpy(dtype=float))]
    if "order" in kept and kept["order"].notna().all():
        return kept["order"].to_numpy(dtype=float), "order of trials"
    return np.arange(1.0, len(fit.residuals) + 1), "row of the table"
