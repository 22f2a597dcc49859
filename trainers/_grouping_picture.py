"""A confusion matrix drawn as a graph with its group, and beside it the tree of models that follows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trainers import _grouping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trainers._division import EdgeWeight
    from trainers._grouping import Numbers, Tree

BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#9A9A9A", "#222222"
"""Of the palette of Okabe and Ito, which the colour-blind can tell apart."""
SHOWN = 0.02
"""Confusions of fewer than this share of all confusions are not drawn."""
WIDEST = 5.0


def draw(
    counts: Numbers,
    classes: Sequence[str],
    path: Sequence[int],
    edge_weight: EdgeWeight = "inverse",
    *,
    ordered: bool = True,
) -> Figure:
    """Draw what is confused with what, the group, and the tree of models.

    Args:
        counts: The confusion matrix, rows the true class.
        classes: The name of each class.
        path: The group; its edges are drawn over the others where it is `ordered`, as a path is and a ball is not.
        edge_weight: By which the group is halved.
        ordered: Whether the group is a path.
    """
    from matplotlib.figure import Figure

    counts = np.asarray(counts, dtype=float)
    figure = Figure(figsize=(9.6, 4.4), layout="constrained", facecolor="white")
    graph, models = figure.subplots(1, 2, width_ratios=(1, 1.25))
    _graph(graph, counts, classes, path, ordered=ordered)
    tree = _grouping.tree(_grouping.lengths(counts, edge_weight), path)
    _tree(models, tree, classes, set(path))
    graph.set_title("Confusions, and the group among them", fontsize=10, loc="left")
    models.set_title("One model a node", fontsize=10, loc="left")
    caption = (
        f"Arrows lead from the true to the answered class and are as wide as there are images; below {SHOWN:.0%} of all"
        " confusions there is none.\nSquares are models, with the number of their outputs; blue: in the group."
    )
    figure.supxlabel(caption, fontsize=7)
    return figure


def _graph(axes: Axes, counts: Numbers, classes: Sequence[str], path: Sequence[int], *, ordered: bool) -> None:
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(classes)) / len(classes)
    places = np.column_stack([np.cos(angles), np.sin(angles)])
    wrong = counts * ~np.eye(len(classes), dtype=bool)
    steps = set(pairwise(path)) if ordered else set()
    for true, answered in zip(*np.nonzero(wrong), strict=True):
        chosen = (true, answered) in steps
        if chosen or wrong[true, answered] >= SHOWN * wrong.sum():
            width = 0.6 + WIDEST * wrong[true, answered] / wrong.max()
            _arrow(axes, places[true], places[answered], width, ORANGE if chosen else GREY)
            if chosen:
                _count(axes, places[true], places[answered], f"{wrong[true, answered]:.0f}")
    for number, (name, (x, y)) in enumerate(zip(classes, places, strict=True)):
        axes.plot(x, y, "o", markersize=9, color=BLUE if number in path else INK, zorder=3)
        side = "center" if abs(x) < 0.1 else "left" if x > 0 else "right"  # noqa: PLR2004 - above or below all
        weight = "bold" if number in path else "normal"
        axes.text(1.12 * x, 1.14 * y, name, ha=side, va="center", fontsize=9, fontweight=weight)
    axes.set(xlim=(-1.75, 1.75), ylim=(-1.3, 1.3))
    axes.set_axis_off()


def _arrow(axes: Axes, start: Numbers, end: Numbers, width: float, color: str) -> None:
    from matplotlib.patches import FancyArrowPatch

    patch = FancyArrowPatch(
        (start[0], start[1]),
        (end[0], end[1]),
        connectionstyle="arc3,rad=0.12",
        arrowstyle=f"-|>,head_length={0.8 + width},head_width={0.4 + width / 2}",
        linewidth=width,
        color=color,
        alpha=0.95 if color == ORANGE else 0.45,
        shrinkA=7,
        shrinkB=7,
        zorder=2 if color == ORANGE else 1,
    )
    axes.add_patch(patch)


def _count(axes: Axes, start: Numbers, end: Numbers, text: str) -> None:
    middle = (start + end) / 2
    across = end - start
    x, y = middle + 0.06 * np.array([across[1], -across[0]])
    box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    axes.text(x, y, text, ha="center", va="center", fontsize=8, color=ORANGE, bbox=box, zorder=4)


def _tree(axes: Axes, tree: Tree, classes: Sequence[str], group: set[int]) -> None:
    deepest = _depth(tree)
    leaves: list[float] = []

    def place(part: Tree, depth: int) -> float:
        """Draw a part from its leaves on; give how far down the page it stands."""
        if isinstance(part, int):
            leaves.append(-float(len(leaves)))
            bold = "bold" if part in group else "normal"
            axes.text(deepest + 0.08, leaves[-1], classes[part], va="center", fontsize=9, fontweight=bold)
            return leaves[-1]
        heights = [place(child, depth + 1) for child in part]
        for child, height in zip(part, heights, strict=True):
            reach = deepest if isinstance(child, int) else depth + 1
            axes.plot([depth, depth, reach], [(heights[0] + heights[-1]) / 2, height, height], color=GREY, zorder=1)
        middle = (heights[0] + heights[-1]) / 2
        color = BLUE if set(_grouping.classes_under(part)) <= group else INK
        axes.plot(depth, middle, "s", markersize=15, color=color, zorder=2)
        axes.text(depth, middle, str(len(part)), color="white", ha="center", va="center", fontsize=8, zorder=3)
        return middle

    place(tree, 0)
    axes.set(xlim=(-0.3, deepest + 1.0), ylim=(min(leaves) - 0.7, 0.7))
    axes.set_axis_off()


def _depth(part: Tree) -> int:
    return 0 if isinstance(part, int) else 1 + max(_depth(child) for child in part)
