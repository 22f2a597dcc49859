"""The power of a response: the data of Box and Cox themselves, and powers that were built in."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from doe.statistics.box_cox import Power, box_cox
from doe.statistics.contrasts import helmert, product
from tests import golden

TIMES = golden.table("box_cox_poisons")["y"].to_numpy()
POISON = helmert(3)[np.repeat(np.arange(3), 16)]
TREATMENT = helmert(4)[np.tile(np.repeat(np.arange(4), 4), 3)]


def _interval(power: Power) -> tuple[float, float]:
    assert power.low is not None
    assert power.high is not None
    return power.low, power.high


def test_the_poisons_with_their_interaction() -> None:
    """As boxcox of R's MASS: -0.816, from -1.294 to -0.342 (its ends are read off a grid of powers)."""
    power = box_cox(TIMES, [POISON, TREATMENT, product(POISON, TREATMENT)])
    assert power.best == pytest.approx(-0.816, abs=5e-4)
    assert _interval(power) == pytest.approx((-1.294, -0.342), abs=1e-3)


def test_the_poisons_as_published() -> None:
    """Without the interaction: -0.75, from -1.13 to -0.37 by eye, as Box and Cox say of their own figure."""
    power = box_cox(TIMES, [POISON, TREATMENT])
    assert power.best == pytest.approx(-0.75, abs=5e-3)
    assert _interval(power) == pytest.approx((-1.13, -0.37), abs=0.02)
    assert power.admits(-1)
    assert not power.admits(0)


def test_without_a_model_it_is_that_of_scipy() -> None:
    """A constant only: the power of the raw response, which is another."""
    best, (low, high) = stats.boxcox(TIMES, alpha=0.05)[1:]
    power = box_cox(TIMES, [])
    assert power.best == pytest.approx(best, abs=1e-5)
    assert _interval(power) == pytest.approx((low, high), abs=1e-5)


@pytest.mark.parametrize("raised", [-1.0, 0.5, 2.0])
@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e9])
def test_a_response_that_was_raised_to_a_power_wants_the_opposite_one(raised: float, unit: float) -> None:
    """In any unit: the power of y and that of y² are one another's double, and so are the ends of their intervals."""
    codes = np.arange(90) % 3
    straight = 4 + 6 * codes + np.random.default_rng(0).normal(0, 0.5, 90)
    power, other = (box_cox(some, [helmert(3)[codes]]) for some in (straight, unit * straight**raised))
    assert power.best is not None
    assert power.best / raised == pytest.approx(other.best, abs=1e-6)
    assert sorted(end / raised for end in _interval(power)) == pytest.approx(_interval(other), abs=1e-6)
    assert other.admits(1.1 / raised)


def test_what_cannot_tell_powers_apart_has_no_end() -> None:
    """Responses within one per cent of each other are straight under any power."""
    assert box_cox(1 + 0.01 * np.random.default_rng(0).normal(size=20), []) == Power(None, None, None)
