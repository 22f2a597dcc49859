"""Plots: what is in the picture, and that the same picture is the same file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from doe.model import Objective, Results
from doe.plots import PLOTS, PlotError, save
from tests import golden
from tests.plots.results import studied

RESULTS = golden.founding_l9()
STUDIED = studied()


def _replicated() -> Results:
    frames = [
        RESULTS.table.assign(replicate=n, accuracy=lambda t: t["accuracy"] + 0.001 * (t["run"] % 3)) for n in (1, 2)
    ]
    frames[1] = frames[1].assign(accuracy=frames[1]["accuracy"] * 1.001)
    return replace(RESULTS, table=pd.concat(frames, ignore_index=True))


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_is_drawn_and_kept(name: str, tmp_path: Path) -> None:
    """As png, svg and pdf, each more than a blank page."""
    figure = PLOTS[name](STUDIED)
    assert figure is not None
    for suffix, start in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        save(figure, tmp_path / f"plot{suffix}")
        content = (tmp_path / f"plot{suffix}").read_bytes()
        assert content.startswith(start)
        assert len(content) > 5000


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_same_results_make_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    """No date, no random ids: files can be compared."""
    for name in ("one", "two"):
        figure = PLOTS["main-effects"](RESULTS)
        assert figure is not None
        save(figure, tmp_path / f"{name}.{suffix}")
    assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_main_effects_show_every_factor_on_one_scale() -> None:
    """A panel a factor with its name and levels, one row, one y axis, the response and its goal in the title."""
    figure = PLOTS["main-effects"](RESULTS)
    assert figure is not None
    assert [axes.get_title() for axes in figure.axes] == ["optimizer", "epochs", "dropout", "batch_size"]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert [label.get_text() for label in figure.axes[1].get_xticklabels()] == ["30", "40", "50"]
    assert figure.axes[0].get_ylabel() == "accuracy"
    assert figure.get_suptitle() == "Main effects on accuracy (to be maximized)"
    means = np.asarray(figure.axes[1].lines[1].get_ydata())
    assert means == pytest.approx([0.9100666667, 0.9145333333, 0.9263666667])


def test_intervals_need_an_error_estimate() -> None:
    """A saturated table has none; replicates make one, and the line below says what the bars are."""
    plain, replicated = PLOTS["main-effects"](RESULTS), PLOTS["main-effects"](_replicated())
    assert plain is not None
    assert replicated is not None
    assert "interval" not in plain.get_supxlabel()
    assert "95 % interval" in replicated.get_supxlabel()


@pytest.mark.parametrize(("goal", "title"), [("minimize", "to be minimized"), ("target", "wanted: 0.9")])
def test_the_title_says_what_is_wanted(goal: str, title: str) -> None:
    """Less, or a value to hit."""
    objective = Objective("accuracy", "target", 0.9) if goal == "target" else Objective("accuracy", "minimize")
    figure = PLOTS["main-effects"](replace(RESULTS, objective=objective))
    assert figure is not None
    assert title in figure.get_suptitle()


@pytest.mark.parametrize("name", PLOTS)
def test_nothing_to_draw_is_no_figure(name: str) -> None:
    """No trial has completed yet."""
    assert PLOTS[name](replace(STUDIED, table=STUDIED.table[:0], completed=())) is None


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("plot.gif", "wanted a name that ends in .png, .svg or .pdf, not '.gif'"),
        ("plot", "not 'nothing'"),
        ("no/plot.png", "cannot write"),
    ],
    ids=["suffix", "no suffix", "no folder"],
)
def test_what_cannot_be_kept_is_said_in_a_line(path: str, said: str, tmp_path: Path) -> None:
    """A suffix that is no picture's, or a folder that is not there."""
    figure = PLOTS["main-effects"](RESULTS)
    assert figure is not None
    with pytest.raises(PlotError, match=said):
        save(figure, tmp_path / path)
