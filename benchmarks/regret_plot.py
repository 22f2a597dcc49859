"""The picture of the benchmark of regret: median regret by epochs, and how often something wrong is claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.regret_claims import EVALUATORS, believed
from benchmarks.regret_responses import RESPONSES, Response

Row: TypeAlias = Mapping[str, Any]
COLOURS = {"tpe": "#0072b2", "gp": "#d55e00", "random": "#999999", "grid": "#009e73"}
POINTS = {"doe": ("o", "#000000"), "doe-tpe": ("D", "#cc79a7"), "next": ("s", "#e69f00")}
LEAST = 3e-4
"""Regret below this is drawn here, on a scale of logarithms."""


def draw(rows: Sequence[Row], said: Mapping[str, str], path: Path) -> None:
    """Three panels of regret, one of claims where nothing acts."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    panels = list(figure.subplots(2, 2).flat)
    acting = [response for response in RESPONSES if response.active]
    for axes, response in zip(panels, acting, strict=False):
        _regret(axes, [row for row in rows if row["response"] == response.name], said, response)
    _claims(panels[-1], rows, said)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=110)


def _regret(axes: Any, rows: Sequence[Row], said: Mapping[str, str], response: Response) -> None:
    for way, colour in COLOURS.items():
        own = [row for row in rows if row["way"] == way]
        if own:
            epochs, medians = _medians(own)
            axes.plot(epochs, np.maximum(medians, LEAST), color=colour, label=said[way])
    for way, (mark, colour) in POINTS.items():
        own = [row for row in rows if row["way"] == way]
        if own:
            low, middle, high = np.maximum(np.quantile([row["regret"] for row in own], [0.25, 0.5, 0.75]), LEAST)
            spent = float(np.mean([row["epochs"] for row in own]))
            error = [[middle - low], [high - middle]]
            axes.errorbar(spent, middle, error, marker=mark, color=colour, capsize=3, linestyle="", label=said[way])
    axes.set(yscale="log", title=response.name, xlabel="epochs", ylabel="median regret (accuracy)")
    axes.grid(alpha=0.3)


def _medians(rows: Sequence[Row]) -> tuple[Any, Any]:
    """The median regret of the setting that would be named after so many epochs."""
    grid = np.arange(60, 601, 20)
    curves = []
    for row in rows:
        epochs, regret = (np.array(part, dtype=float) for part in zip(*row["curve"], strict=True))
        places = np.searchsorted(epochs, grid, side="right") - 1
        curves.append(np.where(places >= 0, regret[np.maximum(places, 0)], np.nan))
    return grid, np.nanmedian(np.array(curves), axis=0)


def _claims(axes: Any, rows: Sequence[Row], said: Mapping[str, str]) -> None:
    """Where nothing acts, the share of studies in which something is claimed."""
    shares = {}
    for way, name in said.items():
        own = [row for row in rows if row["way"] == way and row["response"] == "flat"]
        if own and not way.endswith("longer"):
            told = [row["claimed"] if "claimed" in row else believed(row["importances"][EVALUATORS[0]]) for row in own]
            shares[name] = 100 * float(np.mean([bool(claimed) for claimed in told]))
    axes.barh(list(shares), list(shares.values()), color="#56b4e9")
    for place, share in enumerate(shares.values()):
        axes.text(share + 1, place, f"{share:.0f} %", va="center")
    axes.invert_yaxis()
    axes.set(title="flat: studies that claim a factor", xlabel="% of studies", xlim=(0, 112))
