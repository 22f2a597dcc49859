"""How figures look: one set of colours, sizes and frames, so that a page of them is of one piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING

from doe.model import Objective

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE = "#0072B2"
"""What is shown first. All colours are of a palette that the colour-blind can tell apart (Okabe and Ito, 2008)."""
ORANGE = "#D55E00"
"""What is shown against it."""
GREY = "#9A9A9A"
"""What lies behind."""
INK, FAINT = "#222222", "#555555"
SERIES = (BLUE, ORANGE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222")
MARKERS = "os^DvPX"
"""Series differ in their markers too, for those who print in grey."""
WIDTH, HEIGHT = 7.2, 3.0
"""Inches: the two columns of a journal's page; still readable at half of it."""
UPRIGHT = 9
"""Letters of the longest level that still stands beside its neighbours."""


def sheet(title: str, width: float = WIDTH, height: float = HEIGHT, caption: str = "") -> Figure:
    """An empty figure with its title, and below it what must be known to read it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    if caption:
        figure.supxlabel(caption, fontsize=7.5, color=FAINT)
    return figure


def grid(figure: Figure, count: int, columns: int) -> list[Axes]:
    """As many panels as are wanted, in rows; the places left over stay empty."""
    rows = ceil(count / columns)
    panels = [axes for row in figure.subplots(rows, columns, squeeze=False) for axes in row]
    for spare in panels[count:]:
        spare.set_axis_off()
    return panels[:count]


def dress(axes: Axes, title: str = "") -> None:
    """A quiet frame: a base line, thin rules to read heights by, small figures."""
    if title:
        axes.set_title(title, fontsize=9, pad=6)
    axes.tick_params(labelsize=7.5, length=0)
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#BBBBBB")


def name_levels(axes: Axes, levels: Sequence[object]) -> None:
    """Levels at 0, 1, 2, ..., turned where they would run into one another."""
    texts = [str(level) for level in levels]
    upright = max(map(len, texts)) <= UPRIGHT
    axes.set_xticks(range(len(texts)), texts, fontsize=7.5, rotation=0 if upright else 90)
    axes.set_xlim(-0.5, len(texts) - 0.5)


def label(axes: Axes, x: str = "", y: str = "") -> None:
    """What the two axes measure."""
    axes.set_xlabel(x, fontsize=8.5, color=INK)
    axes.set_ylabel(y, fontsize=8.5, color=INK)


def series() -> Iterator[dict[str, str]]:
    """Colour and marker of one series after another, beginning anew when there are no more."""
    while True:
        for color, marker in zip(SERIES, MARKERS, strict=True):
            yield {"color": color, "marker": marker}


def wanted(objective: Objective) -> str:
    """Which way is better, in words."""
    return f"wanted: {objective.target:g}" if objective.target is not None else f"to be {objective.goal}d"
