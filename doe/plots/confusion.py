"""Confusion matrix: which class is taken for which, at the confirmed setting or by the best training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.confusions import confusion_of
from doe.model import Results
from doe.plots._style import INK, label, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DARK = 0.55
"""A share above which letters are white."""


def confusion(results: Results) -> Figure | None:
    """The counts, shaded by the share of each true class; None where the trainer yields no confusion matrix."""
    found = confusion_of(results)
    if found is None:
        return None
    side = max(3.4, 0.55 * len(found.classes) + 1.6)
    figure = sheet("Confusion matrix", side + 0.4, side, f"{found.of}; images, by row")
    axes = figure.subplots()
    rows = found.rows()
    shares = [[cell / (sum(row) or 1.0) for cell in row] for row in rows]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            shade = "white" if shares[y][x] > DARK else INK
            axes.text(x, y, f"{cell:.0f}", ha="center", va="center", fontsize=8, color=shade)
    axes.set_xticks(range(len(found.classes)), found.classes, fontsize=7.5, rotation=90)
    axes.set_yticks(range(len(found.classes)), found.classes, fontsize=7.5)
    axes.tick_params(length=0)
    label(axes, "answered", "true")
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure
