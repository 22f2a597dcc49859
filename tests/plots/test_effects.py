"""Plots of effects, ratios and surfaces, held against the numbers of the analyses."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from doe.analyses import analyze
from doe.model import Factor, Objective, Results
from doe.plots import PLOTS
from tests import golden

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESULTS = golden.founding_l9()
LARGEST = "epochs 50 against 30, 40"
FOUND = {finding.name: finding for finding in analyze(RESULTS)}


def _drawn(name: str, results: Results = RESULTS) -> Figure:
    figure = PLOTS[name](results)
    assert figure is not None
    return figure


def test_half_normal_shows_the_effects_of_lenth_in_order() -> None:
    """Their sizes, the largest named, and both margins."""
    axes = _drawn("half-normal").axes[0]
    points = np.asarray(axes.collections[0].get_offsets())
    wanted = sorted(abs(float(row["effect"] or 0)) for row in FOUND["lenth"].table)
    assert points[:, 1] == pytest.approx(wanted)
    assert points[:, 0].tolist() == sorted(points[:, 0])
    texts = [text.get_text() for text in axes.texts]
    assert {"95 % for one effect", "95 % for the largest", LARGEST} <= set(texts)
    row = next(row for row in FOUND["lenth"].table if row["term"] == LARGEST)
    margin = float(axes.lines[1].get_ydata()[0])  # type: ignore[index,arg-type]
    assert (abs(float(row["effect"] or 0)) > margin) == (float(row["p_simulated"] or 0) < 0.05)


def test_pareto_shows_the_largest_effect_on_top() -> None:
    """A bar an effect."""
    axes = _drawn("pareto").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()][-1] == LARGEST
    lengths = [bar.get_width() for bar in axes.patches]  # type: ignore[attr-defined]
    assert lengths == sorted(lengths)
    assert len(lengths) == 8


def test_two_effects_have_no_spread() -> None:
    """So there is no line to draw."""
    frame = pd.DataFrame(list(product((1, 2), (1, 2))), columns=["a", "b"]).assign(y=[1.0, 2.0, 4.0, 4.5])
    two = Results((Factor("a", (1, 2)),), Objective("y"), frame)
    assert PLOTS["half-normal"](two) is None
    assert PLOTS["pareto"](two) is None


def test_ratios_are_drawn_as_the_analysis_has_them() -> None:
    """The means by level in decibels; none where a run has no ratio."""
    figure = _drawn("signal-to-noise")
    wanted = [row["mean"] for row in FOUND["signal-to-noise"].table if row["factor"] == "epochs"]
    assert np.asarray(figure.axes[1].lines[1].get_ydata()) == pytest.approx(wanted)
    assert figure.get_suptitle() == "Signal-to-noise ratio of accuracy (higher is better)"
    below = replace(RESULTS, table=RESULTS.table.assign(accuracy=RESULTS.table["accuracy"] - 0.91))
    assert PLOTS["signal-to-noise"](below) is None


def _bowl() -> Results:
    """A surface with its top at a = 3, b = 20, in the middle of what was tried for b."""
    rows = [(a, b, -((a - 3) ** 2) - ((b - 20) / 10) ** 2) for a in (1, 2, 3, 4) for b in (10.0, 15.0, 20.0, 30.0)]
    factors = (Factor("a", (1, 4), "linear"), Factor("b", (10.0, 30.0), "linear"))
    return Results(factors, Objective("y"), pd.DataFrame(rows, columns=["a", "b", "y"]))


def test_contours_mark_the_best_of_the_trials() -> None:
    """One panel for two factors; ticks in their own units; the diamond at the top."""
    figure = _drawn("contour", _bowl())
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "b")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2.5", "4"]
    points = [c for c in axes.collections if isinstance(c, PathCollection)]
    diamond = next(c for c in points if len(np.asarray(c.get_offsets())) == 1)
    a, b = np.asarray(diamond.get_offsets())[0]
    assert (2.5 + 1.5 * a, 20 + 10 * b) == pytest.approx((3, 20))
    assert "a=3, b=20" in figure.get_supxlabel()


def test_a_table_of_levels_has_no_contours() -> None:
    """The founding L9 has no surface."""
    assert PLOTS["contour"](RESULTS) is None
