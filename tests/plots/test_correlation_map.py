"""The correlation map: what it shows, and where it is silent."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from doe.plots import PLAN_PLOTS, PLOTS
from tests import golden

GRID = np.array(list(product([-1.0, 1.0], repeat=3)))
HALF = GRID[GRID.prod(axis=1) > 0]
DRAW = PLAN_PLOTS["correlation-map"]


def test_it_shows_main_effects_and_then_their_interactions() -> None:
    """In a half fraction each main effect is dark where the interaction of the others stands."""
    figure = DRAW({name: HALF[:, [place]] for place, name in enumerate("abc")})
    assert figure is not None
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c", "a x b", "a x c", "b x c"]
    values = np.asarray(axes.images[0].get_array())
    assert values == pytest.approx(np.eye(6) + np.fliplr(np.eye(6)))


def test_interactions_are_left_out_where_there_is_no_room() -> None:
    """Sixty effects would have 1,770 interactions; too many columns to name go by their kind."""
    rows = np.random.default_rng(1).normal(size=(90, 60))
    figure = DRAW({f"c{place}": rows[:, [place]] for place in range(60)})
    assert figure is not None
    assert np.asarray(figure.axes[0].images[0].get_array()).shape == (60, 60)
    wide = DRAW({f"c{place}": np.tile(rows[:, [place]], 4) for place in range(60)})
    assert wide is not None
    crowd = DRAW({f"c{place}": rows[:, [place % 60]] for place in range(120)})
    assert crowd is not None
    assert [label.get_text() for label in crowd.axes[0].get_xticklabels()] == ["main effects"]


def test_it_is_silent_of_one_effect_and_of_too_many() -> None:
    """There is nothing to compare, or too much for a page."""
    assert DRAW({"a": HALF[:, [0]]}) is None
    assert DRAW({f"c{place}": HALF[:, [0]] for place in range(300)}) is None


def test_of_results_it_shows_what_was_run() -> None:
    """A saturated L9: main effects uncorrelated, each interaction with both other factors; a lost run tilts them."""
    results = golden.founding_l9()
    figure = PLOTS["correlation-map"](results)
    assert figure is not None
    values = np.asarray(figure.axes[0].images[0].get_array())
    assert values[:8, :8] == pytest.approx(np.eye(8))
    optimizer_and_epochs = values[8:12, :8] ** 2  # the first interaction's four columns lie within the other factors'
    assert optimizer_and_epochs[:, :4] == pytest.approx(0)
    assert optimizer_and_epochs[:, 4:].sum(axis=1) == pytest.approx(1)
    lost = PLOTS["correlation-map"](replace(results, table=results.table[1:]))
    assert lost is not None
    assert np.asarray(lost.axes[0].images[0].get_array())[0, 2:8].max() > 0.05
