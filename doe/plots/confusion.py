"""Confusion matrix: which class the best training takes for which."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

from doe.model import Completed, Metrics, Results
from doe.plots._style import INK, label, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PREFIX = "confusion/"
"""A trainer yields its confusion matrix as metrics ``confusion/<true class>/<answered class>``: counts of images."""
DARK = 0.55
"""A share above which letters are white."""


def confusion(results: Results) -> Figure | None:
    """The counts of the completed trial with the best response, shaded by the share of each true class.

    None where its trainer yields no confusion matrix.
    """
    best = _best(results)
    counts = _counts(best.readings[-1].metrics) if best else {}
    if best is None or not counts:
        return None
    classes = list(dict.fromkeys(true for true, _ in counts))
    trial = best.trial
    side = max(3.4, 0.55 * len(classes) + 1.6)
    value = best.readings[-1].metrics[results.objective.response]
    caption = f"run {trial.run}, replicate {trial.replicate}: {results.objective.response} {value:.4g}; images, by row"
    figure = sheet("Confusion matrix of the best training", side + 0.4, side, caption)
    axes = figure.subplots()
    rows = [[counts.get((true, answer), 0.0) for answer in classes] for true in classes]
    shares = [[cell / (sum(row) or 1.0) for cell in row] for row in rows]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            shade = "white" if shares[y][x] > DARK else INK
            axes.text(x, y, f"{cell:.0f}", ha="center", va="center", fontsize=8, color=shade)
    axes.set_xticks(range(len(classes)), classes, fontsize=7.5, rotation=90)
    axes.set_yticks(range(len(classes)), classes, fontsize=7.5)
    axes.tick_params(length=0)
    label(axes, "answered", "true")
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _best(results: Results) -> Completed | None:
    """The completed trial whose last reading is nearest to what is wanted."""
    response, loss = results.objective.response, results.objective.loss
    known = [trial for trial in results.completed if isfinite(trial.readings[-1].metrics.get(response, float("nan")))]
    return min(known, key=lambda trial: loss(trial.readings[-1].metrics[response]), default=None)


def _counts(metrics: Metrics) -> Mapping[tuple[str, str], float]:
    found = {}
    for name, value in metrics.items():
        if name.startswith(PREFIX) and name.count("/") == 2:  # noqa: PLR2004 - prefix, true class, answered class
            _, true, answered = name.split("/")
            found[true, answered] = float(value)
    return found
