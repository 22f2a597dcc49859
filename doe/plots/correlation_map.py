"""Correlation map: which columns of a plan's model, main effects and two-factor interactions, move together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from doe.fitting import observed
from doe.model import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from doe.statistics.contrasts import Matrix

MOST = 250
"""Columns that can still be told apart on a page."""
INK = "#222222"
SMALL, LARGE = 4.2, 8.5
"""Inches: the shortest and the longest side of the map."""
LETTERS, POINTS = 7.5, 72
"""The height of a name in points, and how many of them are an inch."""


def correlation_map(main_effects: Mapping[str, Matrix]) -> Figure | None:
    """The absolute correlation of every two columns, white for none and dark for complete; lines part the effects.

    Main effects come first, then two-factor interactions; these are left out where there would be too many columns.
    None where there are fewer than two effects, or too many for a page.
    """
    from doe.statistics.correlations import correlations, with_interactions

    terms = {name: columns for name, columns in main_effects.items() if columns.shape[1]}
    sizes = [columns.shape[1] for columns in terms.values()]
    total = sum(sizes)
    with_pairs = total + (total**2 - sum(size**2 for size in sizes)) // 2
    if len(terms) < 2 or total > MOST:  # noqa: PLR2004 - one effect has nothing to be correlated with
        return None
    shown = with_interactions(terms) if with_pairs <= MOST else terms
    return _drawn({name: columns.shape[1] for name, columns in shown.items()}, correlations(shown), len(terms))


def correlation_map_of_results(results: Results) -> Figure | None:
    """The same of the trials that completed: what was lost or not balanced shows."""
    seen = observed(results)
    return correlation_map({name: seen.contrasts(name) for name in seen.all_codes})


def _drawn(widths: Mapping[str, int], values: Matrix, main: int) -> Figure:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    side = min(LARGE, max(SMALL, 0.16 * len(widths) + 0.03 * len(values)))
    # the names need room beside the map, the longest as much as it has letters
    room = 0.07 * max(map(len, widths)) if _named(widths, side) else 0.6
    figure = Figure(figsize=(side + room + 0.9, side + room), layout="constrained", facecolor="white")
    axes = figure.subplots()
    shades = LinearSegmentedColormap.from_list("correlation", ["#FFFFFF", "#A9CBE6", "#0072B2", "#003152"])
    image = axes.imshow(values, cmap=shades, vmin=0, vmax=1, interpolation="nearest")
    _part(axes, widths, main)
    _name(axes, widths, main, side)
    bar = figure.colorbar(image, ax=axes, shrink=0.6, aspect=25, pad=0.02)
    bar.set_label("absolute correlation", fontsize=8, color=INK)
    bar.ax.tick_params(labelsize=7.5, length=0)
    bar.outline.set_visible(False)
    return figure


def _named(widths: Mapping[str, int], side: float) -> bool:
    """Whether there is room for a name beside every effect."""
    return len(widths) * 0.11 <= side


def _part(axes: Axes, widths: Mapping[str, int], main: int) -> None:
    """Thin lines between effects, a strong one between main effects and interactions."""
    place = -0.5
    for number, width in enumerate(widths.values(), start=1):
        place += width
        if number < len(widths):
            color, line = (INK, 1.0) if number == main else ("#D9D9D9", 0.4)
            axes.axhline(place, color=color, linewidth=line)
            axes.axvline(place, color=color, linewidth=line)


def _name(axes: Axes, widths: Mapping[str, int], main: int, side: float) -> None:
    """Every effect by its name, or the two kinds of them where there is no room."""
    starts = [0, *accumulate(widths.values())]
    middles = [(start + stop - 1) / 2 for start, stop in pairwise(starts)]
    names, letters, turned = list(widths), LETTERS, True
    if _named(widths, side):
        nearest = min(after - before for before, after in pairwise(middles))
        letters = min(LETTERS, 0.85 * POINTS * side * nearest / starts[-1])
    else:
        ends = [0, starts[main], starts[-1]] if main < len(widths) else [0, starts[main]]
        middles = [(start + stop - 1) / 2 for start, stop in pairwise(ends)]
        names, turned = ["main effects", "two-factor interactions"][: len(middles)], False
    axes.set_xticks(middles, names, fontsize=letters, rotation=90 if turned else 0, color=INK)
    axes.set_yticks(middles, names, fontsize=letters, rotation=0 if turned else 90, color=INK, va="center")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_color("#BBBBBB")
