"""Learning curves: the response after each epoch, by the levels of each factor."""

from __future__ import annotations

from collections import defaultdict
from math import isfinite
from statistics import fmean
from typing import TYPE_CHECKING, TypeAlias

from doe.model import Completed, Factor, Level, Results
from doe.plots._style import GREY, HEIGHT, WIDTH, dress, grid, label, series, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve: TypeAlias = list[tuple[int, float]]
"""Epochs and responses."""


def learning_curves(results: Results) -> Figure | None:
    """A panel a factor: each training in grey, and the mean over those at each level.

    A mean stops where the first of its trainings does, so that it never jumps because one has ended. None for a table
    that came without the readings of each epoch.
    """
    read = [(trial, _curve(trial, results.objective.response)) for trial in results.completed]
    curves = [(trial, curve) for trial, curve in read if len(curve) > 1]
    factors = [factor for factor in results.factors if factor.role != "within"]
    if not curves or not factors:
        return None
    columns = 2 if len(factors) in {2, 4} else min(3, len(factors))
    rows = -(-len(factors) // columns)
    caption = "grey: single trainings; colour: their mean at each level, as long as all of them go on"
    figure = sheet(f"{results.objective.response} by epoch", WIDTH, 0.5 + 0.8 * HEIGHT * rows, caption)
    panels = grid(figure, len(factors), columns)
    for axes, factor in zip(panels, factors, strict=True):
        _panel(axes, factor, curves)
    for axes in panels[::columns]:
        label(axes, "epoch", results.objective.response)
    return figure


def _curve(outcome: Completed, response: str) -> Curve:
    found = [(reading.epoch, reading.metrics.get(response)) for reading in outcome.readings]
    return [(epoch, float(value)) for epoch, value in found if value is not None and isfinite(value)]


def _panel(axes: Axes, factor: Factor, curves: list[tuple[Completed, Curve]]) -> None:
    groups: dict[Level, list[Curve]] = defaultdict(list)
    for outcome, curve in curves:
        axes.plot(*zip(*curve, strict=True), color=GREY, linewidth=0.6, alpha=0.45, zorder=1)
        groups[outcome.trial.setting[factor.name]].append(curve)
    levels = [level for level in factor.levels if level in groups]
    for level, look in zip(levels, series(), strict=False):
        mean = _mean(groups[level])
        axes.plot(*zip(*mean, strict=True), linewidth=1.7, color=look["color"], label=str(level), zorder=2)
    dress(axes, factor.name)
    label(axes, "epoch")
    if levels:
        axes.legend(fontsize=6.5, frameon=False, loc="best", handlelength=1.4)


def _mean(curves: list[Curve]) -> Curve:
    """The mean over the epochs that all have."""
    by_epoch: dict[int, list[float]] = defaultdict(list)
    for curve in curves:
        for epoch, value in curve:
            by_epoch[epoch].append(value)
    return [(epoch, fmean(values)) for epoch, values in sorted(by_epoch.items()) if len(values) == len(curves)]
