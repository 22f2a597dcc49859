"""Desirability and the Pareto set, against their definitions and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doe.statistics.desirability import Ramp, overall, undominated

NUMBERS = st.floats(-100, 100).map(lambda number: round(number, 3))


def test_one_sided_and_two_sided_ramps() -> None:
    """Derringer and Suich 1980, equations 1 and 2: linear or bent between the ends, and flat beyond them."""
    values = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert Ramp(1, 3).of(values) == pytest.approx([0, 0, 0.5, 1, 1])
    assert Ramp(3, 1).of(values) == pytest.approx([1, 1, 0.5, 0, 0])
    assert Ramp(1, 3, weight=2).of(values) == pytest.approx([0, 0, 0.25, 1, 1])
    assert Ramp(0, 2, 4).of(values) == pytest.approx([0, 0.5, 1, 0.5, 0])
    assert Ramp(0, 2, 3).of(values) == pytest.approx([0, 0.5, 1, 0, 0])


@given(st.lists(NUMBERS, min_size=1, max_size=20), NUMBERS, NUMBERS, st.one_of(st.none(), NUMBERS))
def test_a_desirability_lies_between_0_and_1(
    values: list[float], useless: float, best: float, beyond: float | None
) -> None:
    """Whatever the ramp; and a better value is never less desirable on the way to the best."""
    rated = Ramp(useless, best, beyond).of(np.array(values))
    assert ((rated >= 0) & (rated <= 1)).all()
    ordered = Ramp(useless, best).of(np.sort(values))
    steps = np.diff(ordered if best >= useless else ordered[::-1])
    assert (steps >= 0).all() or best == useless


@given(st.integers(0, 1000))
def test_the_overall_desirability_is_between_the_least_and_the_largest(seed: int) -> None:
    """And zero where one of them is: no excess in one response makes good for uselessness in another."""
    each = np.random.default_rng(seed).uniform(0, 1, size=(10, 3))
    each[0, 1] = 0.0
    found = overall(each)
    assert found[0] == 0
    assert (found[1:] >= each[1:].min(axis=1) - 1e-12).all()
    assert (found <= each.max(axis=1) + 1e-12).all()
    assert found[1:] == pytest.approx(each[1:].prod(axis=1) ** (1 / 3))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_the_pareto_set_by_brute_force(rows: list[tuple[int, int, int]]) -> None:
    """With ties and equal rows."""
    losses = np.array(rows, dtype=float)
    wanted = [
        not any(
            all(a <= b for a, b in zip(other, row, strict=True)) and any(a < b for a, b in zip(other, row, strict=True))
            for other in rows
        )
        for row in rows
    ]
    assert undominated(losses).tolist() == wanted
