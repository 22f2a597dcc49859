"""The values behind a figure's marks, to be read off by pointing at them."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from doe.reports._html import size_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 1500
"""Marks of a figure that can be pointed at; more would be a blot, and a heavy page."""

POINTS = 72
"""Units of an SVG to the inch."""


def hot_spots(figure: Figure) -> str:
    """Circles nobody sees over the marks of a figure that was drawn, each with its value in words."""
    if sum(size_of(marks) for axes in figure.axes for marks in (*axes.lines, *axes.collections)) > MOST:
        return ""
    scale = POINTS / figure.dpi
    spots: dict[str, None] = {}
    for axes in figure.axes:
        for x, y in _marks(axes):
            across, up = axes.transData.transform((x, y)) * scale
            place = f'cx="{across:.1f}" cy="{figure.bbox.height * scale - up:.1f}"'
            spots[f"<circle {place} r='5'><title>{escape(_words(axes, x, y))}</title></circle>"] = None
    return f'<g class="spots" fill="transparent">{"".join(spots)}</g>' if spots else ""


def _marks(axes: Axes) -> Iterator[tuple[float, float]]:
    """Where the points, the markers of lines and the ends of bars are, as the data has it."""
    import numpy as np

    for line in axes.lines:
        if line.get_marker() not in {None, "None", "none", "", " "} and line.get_transform() == axes.transData:
            yield from _finite(line.get_xydata())
    for cloud in axes.collections:
        # a collection without places of its own, such as a band, has one at the origin of another system
        if cloud.get_offset_transform() == axes.transData:
            yield from _finite(np.ma.filled(np.ma.asarray(cloud.get_offsets()), np.nan))
    for bars in axes.containers:
        for bar in getattr(bars, "patches", ()):
            (left, low), (right, high) = bar.get_bbox().get_points()
            upright = getattr(bars, "orientation", "vertical") == "vertical"
            yield ((left + right) / 2, high) if upright else (right, (low + high) / 2)


def _finite(places: Any) -> Iterator[tuple[float, float]]:
    import numpy as np

    for x, y in np.asarray(places, dtype=float):
        if np.isfinite(x) and np.isfinite(y):
            yield float(x), float(y)


def _words(axes: Axes, x: float, y: float) -> str:
    """A mark in words: ``epochs 50 · accuracy 0.9264``."""
    first = next((other for other in axes.figure.axes if other.get_ylabel()), axes)
    across = axes.get_xlabel() or axes.get_title() or axes.get_title(loc="left")
    up = axes.get_ylabel() or first.get_ylabel()
    return f"{across} {_value(axes.xaxis, x)} · {up} {_value(axes.yaxis, y)}".strip(" ·")


def _value(axis: Any, value: float) -> str:
    """A number, or the level that stands at its place on an axis whose places are numbered from 0."""
    from matplotlib.ticker import FixedLocator

    places = list(axis.get_ticklocs())
    if isinstance(axis.get_major_locator(), FixedLocator) and places == list(range(len(places))):
        near = round(value)
        if near in range(len(places)):
            return str(axis.get_ticklabels()[near].get_text())
    return f"{value:.4g}"
