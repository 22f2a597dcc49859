"""Main effects: the mean response at each level of each factor, all factors on one row and one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.model import Objective, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from doe.statistics.strata import Fit

MEANS = "#0072B2"
"""Blue, of a palette that the colour-blind can tell apart (Okabe and Ito, Color Universal Design, 2008)."""
TRIALS = "#9A9A9A"
"""Grey for what lies behind."""
WIDTH, HEIGHT = 7.2, 3.0
"""Inches: the two columns of a journal's page; still readable at half of it."""

UPRIGHT = 9
"""Letters of the longest level that still stands beside its neighbours."""


def main_effects(results: Results) -> Figure | None:
    """Means joined by a line, with 95 % intervals where there is an error estimate, over the single responses."""
    from doe.statistics.observations import observe
    from doe.statistics.strata import fit

    within = next((factor.name for factor in results.factors if factor.role == "within"), None)
    blocks = [factor.name for factor in results.factors if factor.role == "block"]
    levels = {factor.name: factor.levels for factor in results.factors}
    seen = observe(results.table, results.objective.response, levels, blocks, within)
    if not seen.codes:
        return None
    return _drawn(fit(seen), results.objective)


def _drawn(fit: Fit, objective: Objective) -> Figure:
    from matplotlib.figure import Figure

    seen = fit.observations
    wide = max(WIDTH, 1.5 * len(seen.codes))
    longest = max(len(str(level)) for levels in seen.levels.values() for level in levels)
    tall = HEIGHT + (0.06 * longest if longest > UPRIGHT else 0.0)
    figure = Figure(figsize=(wide, tall), layout="constrained", facecolor="white")
    counts = [len(seen.levels[name]) for name in seen.codes]
    panels = figure.subplots(1, len(counts), sharey=True, squeeze=False, width_ratios=[count + 1 for count in counts])
    intervals = [_panel(axes, fit, name) for axes, name in zip(panels[0], seen.codes, strict=True)]
    panels[0][0].set_ylabel(objective.response, fontsize=9)
    figure.suptitle(_title(objective), x=0.01, ha="left", fontsize=10, fontweight="bold")
    said = "mean at each level" + (" with its 95 % interval" if any(intervals) else "")
    figure.supxlabel(f"{said}; grey: single responses; dashed: grand mean", fontsize=7.5, color="#555555")
    return figure


def _panel(axes: Axes, fit: Fit, name: str) -> bool:
    """Draw one factor; say whether it has intervals."""
    seen = fit.observations
    estimates = [fit.mean(name, level) for level in range(len(seen.levels[name]))]
    places = [place for place, estimate in enumerate(estimates) if estimate]
    known = [estimate for estimate in estimates if estimate]
    axes.axhline(seen.response.mean(), color="#555555", linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.scatter(seen.codes[name], seen.response, s=10, color=TRIALS, alpha=0.5, linewidths=0, zorder=2)
    axes.plot(
        places, [estimate.mean for estimate in known], color=MEANS, marker="o", linewidth=1.8, markersize=5, zorder=4
    )
    halves = [estimate.half_width for estimate in known if estimate.half_width is not None]
    # A factor that is not in the model would be taken for error.
    has_intervals = len(halves) == len(known) and not seen.loose
    if has_intervals:
        axes.errorbar(
            places,
            [estimate.mean for estimate in known],
            halves,
            fmt="none",
            ecolor=MEANS,
            elinewidth=1.2,
            capsize=3,
            zorder=3,
        )
    _dress(axes, name, [str(level) for level in seen.levels[name]])
    return has_intervals


def _dress(axes: Axes, name: str, levels: list[str]) -> None:
    axes.set_title(name, fontsize=9, pad=6)
    longest = max(map(len, levels))
    axes.set_xticks(range(len(levels)), levels, fontsize=7.5, rotation=90 if longest > UPRIGHT else 0)
    axes.set_xlim(-0.5, len(levels) - 0.5)
    axes.tick_params(axis="y", labelsize=8, length=0)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#BBBBBB")


def _title(objective: Objective) -> str:
    aim = f"wanted: {objective.target:g}" if objective.target is not None else f"to be {objective.goal}d"
    return f"Main effects on {objective.response} ({aim})"
