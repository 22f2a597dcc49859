"""Lenth's method: published pseudo standard errors and margins, and critical values simulated elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.statistics.lenth import null, pseudo_standard_error, t_margins
from tests import golden


def _effects(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    read = golden.case(name)
    rows, response = np.array(read["design"]["rows"]), next(iter(read["responses"].values()))
    return np.asarray(2 * rows.T @ np.array(response) / len(rows), dtype=float)


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        pytest.param([23.0, -5.0, 1.5, 1.5, 10.0, 0.0, 0.5], 2.25, id="pilot plant, Box, Hunter and Hunter p. 177"),
        pytest.param(golden.case("lenth_pdEff")["design"]["effects"].values(), 1.125, id="the same, p. 200, by unrepx"),
        pytest.param(_effects("lenth_boxmeyer_y2"), 0.225, id="welds, Box and Meyer 1986"),
        pytest.param(_effects("lenth_boxmeyer_y3"), 0.75, id="shrinkage, Box and Meyer 1986"),
        pytest.param([0.2, -0.6, 1.0, 3.75, 3.75], 0.9, id="an effect of 2.5 s0 is not below it"),
        pytest.param([0.0, 0.0, 0.0, 1.0, 2.0], 0.0, id="most are zero"),
    ],
)
def test_pseudo_standard_errors(effects: list[float], expected: float) -> None:
    """Published ones, and what the strict sign in Lenth's definition means."""
    assert pseudo_standard_error(np.array(list(effects))) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("level", ["0.05", "0.01"])
@pytest.mark.parametrize("name", ["lenth_boxmeyer_y2", "lenth_boxmeyer_y3"])
def test_margins_by_the_t_distribution(name: str, level: str) -> None:
    """Margins of 1989 as R's BsMD prints them."""
    published = golden.case(name)["expected"]["reference_R"][level]
    error = float(pseudo_standard_error(_effects(name)))
    one, all_of_them = t_margins(15, float(level))
    assert error * one == pytest.approx(published["ME"], rel=1e-6)
    assert error * all_of_them == pytest.approx(published["SME"], rel=1e-6)


@pytest.mark.parametrize("contrasts", [7, 8, 11, 15, 26, 31])
def test_simulated_margins(contrasts: int) -> None:
    """A million tables in R's DoE.base: to 1 % at levels of 10 and 5 %, to 2 % at 1 %, which few tables reach."""
    reference = golden.case("lenth_simulated_critical_values")["expected"]["R"][str(contrasts)]
    for place, level in enumerate(reference["alpha"]):
        close = 0.01 if level > 0.01 else 0.02
        assert null(contrasts).margin(level) == pytest.approx(reference["tME"][place], rel=close)
        assert null(contrasts).simultaneous_margin(level) == pytest.approx(reference["tSME"][place], rel=close)


def test_probabilities_are_those_of_the_margins() -> None:
    """At a margin the probability is its level; it is never zero, and one for no effect."""
    simulated = null(8)
    assert simulated.p(np.array([simulated.margin(0.05)]))[0] == pytest.approx(0.05, abs=1e-4)
    assert simulated.simultaneous_p(np.array([simulated.simultaneous_margin(0.01)]))[0] == pytest.approx(0.01, abs=1e-4)
    assert simulated.p(np.array([0.0, 1e9])) == pytest.approx([1.0, 0.0], abs=1e-5)
    assert simulated.p(np.array([1e9]))[0] > 0


def test_the_same_each_time() -> None:
    """Seeded: simulated anew, the margins are the same to the last digit."""
    before = null(3).margin()
    null.cache_clear()
    assert null(3).margin() == before


def test_the_rate_is_what_it_says() -> None:
    """Of other tables of noise, 5 % of effects lie beyond the margin, 5 % of tables beyond the other."""
    effects = np.random.default_rng(99).normal(3.0, 2.0, size=(20_000, 9)) - 3.0
    ratios = np.abs(effects) / pseudo_standard_error(effects)[:, None]
    assert (ratios > null(9).margin()).mean() == pytest.approx(0.05, abs=0.003)
    assert (ratios > null(9).simultaneous_margin()).any(axis=1).mean() == pytest.approx(0.05, abs=0.005)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(st.integers(-20, 20), min_size=3, max_size=15))
def test_many_tables_at_once_equal_one_by_one(effects: list[int]) -> None:
    """The definition, word for word, is what the fast way gives."""
    sizes = [abs(float(effect)) for effect in effects]
    small = [size for size in sizes if size < 2.5 * 1.5 * np.median(sizes)]
    expected = 1.5 * np.median(small) if small else 0.0
    both = pseudo_standard_error(np.array([effects, effects[::-1]], dtype=float))
    assert both == pytest.approx([expected, expected])
