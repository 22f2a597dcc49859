"""Interactions: whether what one factor does depends on the level of another; parallel lines say that it does not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from doe.fitting import observed
from doe.model import Results
from doe.plots._style import HEIGHT, WIDTH, dress, grid, label, name_levels, series, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from doe.statistics.observations import Observations

Pair: TypeAlias = tuple[str, str]

MOST = 12
"""Panels on a page."""
CAPTION = (
    "means of the responses at each pair of levels, the other factors as they fell; parallel lines: no interaction"
)


def interactions(results: Results) -> Figure | None:
    """The mean of each cell of two factors, a panel a pair; those asked for, or else all whose cells are filled.

    None where no two factors have a response at every pair of their levels.
    """
    seen = observed(results)
    pairs = list(_pairs(results, seen))[:MOST]
    if not pairs:
        return None
    columns = 2 if len(pairs) in {2, 4} else min(3, len(pairs))
    rows = -(-len(pairs) // columns)
    title = f"Interactions in {results.objective.response}"
    figure = sheet(title, WIDTH, 0.5 + 0.85 * HEIGHT * rows, CAPTION)
    panels = grid(figure, len(pairs), columns)
    low, high = float(seen.response.min()), float(seen.response.max())
    room = 0.08 * (high - low) or 0.5
    for axes, pair in zip(panels, pairs, strict=True):
        _panel(axes, seen, pair)
        axes.set_ylim(low - room, high + room)
    for axes in panels[::columns]:
        label(axes, axes.get_xlabel(), results.objective.response)
    return figure


def _pairs(results: Results, seen: Observations) -> Iterator[Pair]:
    """The factor with more levels goes along the axis, the other makes the lines."""
    asked = [pair for pair in results.asked.interactions if set(pair) <= seen.codes.keys()]
    for one, other in asked or combinations(seen.codes, 2):
        pair = (one, other) if len(seen.levels[one]) >= len(seen.levels[other]) else (other, one)
        if all(count for *_, count in _cells(seen, pair)):
            yield pair


def _cells(seen: Observations, pair: Pair) -> Iterator[tuple[int, int, float, int]]:
    """Of each cell its two levels, its mean and how many responses it has."""
    first, second = (seen.codes[name] for name in pair)
    for other in range(len(seen.levels[pair[1]])):
        for one in range(len(seen.levels[pair[0]])):
            members = seen.response[(first == one) & (second == other)]
            yield one, other, float(members.mean()) if len(members) else float("nan"), len(members)


def _panel(axes: Axes, seen: Observations, pair: Pair) -> None:
    cells = list(_cells(seen, pair))
    for (number, level), look in zip(enumerate(seen.levels[pair[1]]), series(), strict=False):
        heights = [mean for _, other, mean, _ in cells if other == number]
        axes.plot(
            range(len(heights)),
            heights,
            linewidth=1.5,
            markersize=4,
            label=str(level),
            color=look["color"],
            marker=look["marker"],
        )
    dress(axes)
    name_levels(axes, seen.levels[pair[0]])
    label(axes, pair[0])
    axes.legend(title=pair[1], fontsize=6.5, title_fontsize=7, frameon=False, loc="best", handlelength=1.6)
