"""Simulated power in two strata, against the exact one and against a test made by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from doe.statistics.contrasts import helmert
from doe.statistics.power import power
from doe.statistics.split_plots import power_between, power_within

RUNS = np.array(list(product(range(3), range(2))) * 2)
MODEL = np.hstack([np.ones((12, 1)), helmert(3)[RUNS[:, 0]], helmert(2)[RUNS[:, 1]]])


def test_between_trainings_it_is_the_exact_power() -> None:
    """Three levels in twelve trainings, beside a factor of two: 2 and 8 degrees of freedom."""
    means = np.array([-1.0, 0.0, 1.0])
    effects = np.linalg.lstsq(np.hstack([np.ones((3, 1)), helmert(3)]), means, rcond=None)[0][1:]
    found = power_between(MODEL, slice(1, 3), effects, sd=1.0, times=8000)
    assert found == pytest.approx(power(2, 8, 4 * (means**2).sum()), abs=0.02)


@pytest.mark.parametrize(("columns", "error_df"), [(4, 2 * 8), (1, 2 * 11)])
def test_within_trainings_it_is_the_exact_power(columns: int, error_df: int) -> None:
    """Three readings of twelve trainings, with the interactions told from the error or not."""
    shift = np.array([-0.4, 0.0, 0.4])
    found = power_within(MODEL[:, :columns], shift, sd=1.0, times=8000)
    assert found == pytest.approx(power(2, error_df, 12 * (shift**2).sum()), abs=0.02)


def test_what_does_nothing_is_called_significant_as_often_as_was_allowed() -> None:
    """Five times in a hundred, or once, in either stratum."""
    for level in (0.05, 0.01):
        between = power_between(MODEL, slice(3, 4), np.zeros(1), sd=2.0, times=8000, significance=level, seed=1)
        within = power_within(MODEL, np.zeros(3), sd=2.0, times=8000, significance=level, seed=1)
        assert [between, within] == pytest.approx([level, level], abs=0.01)


def test_without_error_nothing_is_noticed() -> None:
    """However large it is."""
    saturated = np.hstack([np.ones((3, 1)), helmert(3)])
    assert power_between(saturated, slice(1, 3), np.array([9.0, 9.0]), sd=1.0, times=100) == 0
    assert power_within(saturated, np.array([-9.0, 9.0]), sd=1.0, times=100) == 0
