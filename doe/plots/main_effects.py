"""Main effects: the mean response at each level of each factor, all factors on one row and one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.fitting import fitted
from doe.model import Objective, Results
from doe.plots._style import BLUE, FAINT, GREY, HEIGHT, UPRIGHT, WIDTH, dress, name_levels, sheet, wanted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from doe.statistics.strata import Fit


def main_effects(results: Results) -> Figure | None:
    """Means joined by a line, with 95 % intervals where there is an error estimate, over the single responses.

    Behind them, where the response is an accuracy on a known number of images, the band in which chance alone moves it.
    """
    fit = fitted(results, pooled=False)
    return None if fit is None else _drawn(fit, results)


def _drawn(fit: Fit, results: Results) -> Figure:
    seen, objective = fit.observations, results.objective
    longest = max(len(str(level)) for levels in seen.levels.values() for level in levels)
    tall = HEIGHT + (0.06 * longest if longest > UPRIGHT else 0.0)
    figure = sheet(_title(objective), max(WIDTH, 1.5 * len(seen.codes)), tall)
    counts = [len(seen.levels[name]) for name in seen.codes]
    panels = figure.subplots(1, len(counts), sharey=True, squeeze=False, width_ratios=[count + 1 for count in counts])
    chance = _chance(fit, results.asked.trials_of)
    intervals = [_panel(axes, fit, name, chance) for axes, name in zip(panels[0], seen.codes, strict=True)]
    panels[0][0].set_ylabel(objective.response, fontsize=9)
    said = ["mean at each level" + (" with its 95 % interval" if any(intervals) else "")]
    said += ["grey: single responses", "dashed: grand mean"]
    said += ["band: ±1 sd by chance of one accuracy"] if chance else []
    figure.supxlabel("; ".join(said), fontsize=7.5, color=FAINT)
    return figure


def _chance(fit: Fit, images: int | None) -> float | None:
    """The standard deviation of an accuracy by chance alone; None where the response is no share of images."""
    response = fit.observations.response
    mean = float(response.mean())
    if images is None or not 0 < mean < 1 or response.min() < 0 or response.max() > 1:
        return None
    return float((mean * (1 - mean) / images) ** 0.5)


def _panel(axes: Axes, fit: Fit, name: str, chance: float | None) -> bool:
    """Draw one factor; say whether it has intervals."""
    seen = fit.observations
    estimates = [fit.mean(name, level) for level in range(len(seen.levels[name]))]
    places = [place for place, estimate in enumerate(estimates) if estimate]
    known = [estimate for estimate in estimates if estimate]
    grand = float(seen.response.mean())
    if chance is not None:
        axes.axhspan(grand - chance, grand + chance, color="#F2F2F2", zorder=0)
    axes.axhline(grand, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.scatter(seen.codes[name], seen.response, s=10, color=GREY, alpha=0.5, linewidths=0, zorder=2)
    means = [estimate.mean for estimate in known]
    axes.plot(places, means, color=BLUE, marker="o", linewidth=1.8, markersize=5, zorder=4)
    halves = [estimate.half_width for estimate in known if estimate.half_width is not None]
    # A factor that is not in the model would be taken for error.
    has_intervals = len(halves) == len(known) and not seen.loose
    if has_intervals:
        axes.errorbar(places, means, halves, fmt="none", ecolor=BLUE, elinewidth=1.2, capsize=3, zorder=3)
    dress(axes, name)
    name_levels(axes, seen.levels[name])
    return has_intervals


def _title(objective: Objective) -> str:
    return f"Main effects on {objective.response} ({wanted(objective)})"
