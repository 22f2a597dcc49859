"""Bayesian screening: posteriors printed by others, and the papers' formulas written out."""

from __future__ import annotations

from itertools import combinations
from math import comb, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs._arrays import array
from doe.statistics.box_meyer import MOST_MODELS, SPREADS, effect_posteriors, models
from doe.statistics.contrasts import Matrix, helmert
from tests import golden

ISATIN = [0.08, 0.04, 0.53, 0.43, 0.31, 0.09, 0.12, 0.36, 0.79, 0.68, 0.73, 0.08, 0.77, 0.38, 0.49, 0.23]
"""Box and Meyer (1986), example 4, on the array of their example 2."""

PUBLISHED = {
    1.22: [0.314, 0.049, 0.048, 0.074, 0.051, 0.066, 0.196, 0.588, 0.228, 0.513, 0.104, 0.050, 0.048, 0.142, 0.049],
    2.06: [0.190, 0.030, 0.029, 0.053, 0.032, 0.047, 0.119, 0.420, 0.136, 0.348, 0.071, 0.031, 0.029, 0.091, 0.030],
    3.74: [0.076, 0.017, 0.016, 0.025, 0.018, 0.024, 0.045, 0.230, 0.052, 0.173, 0.030, 0.017, 0.016, 0.035, 0.017],
}
"""By gamma, its 15 posteriors as Meyer's program MBCQPI5 prints them from all 32,768 models, prior 0.2."""


def _constant(runs: int) -> Matrix:
    return np.full((runs, 1), runs**-0.5)


def _factors(name: str, count: int) -> list[Matrix]:
    return [helmert(int(column.max()) + 1)[column] for column in np.array(array(name)).T[:count]]


@pytest.mark.parametrize("gamma", PUBLISHED)
def test_the_isatin_example(gamma: float) -> None:
    """Integrating over the error gives what all 32,768 models together give, to the digits printed."""
    rows = np.array(golden.case("lenth_boxmeyer_y2")["design"]["rows"])
    sums = (rows.T @ np.array(ISATIN)) ** 2 / 16
    ours = effect_posteriors(sums, [1] * 15, inflation=(1 + 16 * gamma**2) ** 0.5)
    assert ours == pytest.approx(PUBLISHED[gamma], abs=5.5e-4)


def test_welds_and_shrinkage() -> None:
    """Box and Meyer (1986), examples 2 and 3: contrasts 14 and 15, and 4, 12 and 13, stick out; nothing else does."""
    for name, active in (("lenth_boxmeyer_y2", {14, 15}), ("lenth_boxmeyer_y3", {4, 12, 13})):
        read = golden.case(name)
        response = np.array(next(iter(read["responses"].values())))
        sums = (np.array(read["design"]["rows"]).T @ (response - response.mean())) ** 2 / 16
        posterior = effect_posteriors(sums, [1] * 15)
        assert {number for number in range(1, 16) if posterior[number - 1] > 0.9} == active
        assert sorted(posterior)[-len(active) - 1] < 0.3


def test_the_reactor_of_box_and_meyer() -> None:
    """Box and Meyer (1993), example 1: twelve runs, eleven columns or its five factors, prior 0.25 and gamma 1.6."""
    read = golden.case("box_meyer_pb12_reactor")
    columns = [column[:, None] for column in np.array(read["design"]["rows"], dtype=float).T]
    response, expected = np.array(read["responses"]["y"]), read["expected"]["recomputed"]
    eleven = models(columns, _constant(12), 3).posterior(response, spread=1.6)
    assert eleven.factors == pytest.approx(expected["factor_posterior"], abs=1e-9)
    assert eleven.factors == pytest.approx(list(read["expected"]["published"]["factor_posterior"].values()), abs=6e-4)
    assert eleven.none == pytest.approx(expected["prob_none"], abs=1e-9)
    five = models(columns[:5], _constant(12), 3).posterior(response, spread=1.6)
    assert five.factors == pytest.approx(expected["five"]["posterior"], abs=1e-9)


def test_the_likeliest_gamma_is_the_one_that_is_used_in_the_paper() -> None:
    """Left to itself it takes the gamma that leaves no active factor least room: about the reactor's 1.6."""
    read = golden.case("box_meyer_pb12_reactor")
    columns = [column[:, None] for column in np.array(read["design"]["rows"], dtype=float).T[:5]]
    compared, response = models(columns, _constant(12), 3), np.array(read["responses"]["y"])
    chosen = compared.posterior(response)
    assert chosen.spread == pytest.approx(1.6, rel=0.1)
    assert chosen.none == min(compared.posterior(response, spread=float(gamma)).none for gamma in SPREADS)


def _written_out(factors: list[Matrix], response: Matrix, order: int, gamma: float) -> Matrix:
    """Box and Meyer (1993), their formula for a model's posterior, with every column of every model."""
    runs, weights, found = len(response), [], []
    for count in range(len(factors) + 1):
        for chosen in combinations(range(len(factors)), count):
            columns = [np.ones((runs, 1))]
            for size in range(1, min(order, count) + 1):
                for term in combinations(chosen, size):
                    crossed = np.ones((runs, 1))
                    for factor in term:
                        crossed = (crossed[:, :, None] * factors[factor][:, None, :]).reshape(runs, -1)
                    columns.append(crossed)
            x = np.hstack(columns)
            ridge = np.eye(x.shape[1]) / gamma**2
            ridge[0, 0] = 0
            inner = x.T @ x + ridge
            left = response @ response - response @ x @ np.linalg.solve(inner, x.T @ response)
            size = (0.25 / 0.75) ** count * gamma ** (1.0 - x.shape[1]) * np.linalg.det(inner) ** -0.5
            weights.append(size * left ** (-(runs - 1) / 2))
            found.append([factor in chosen for factor in range(len(factors))])
    return np.asarray(np.array(weights) @ np.array(found) / sum(weights))


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.sampled_from(["l9", "l18", "l8"]), st.integers(1, 3), st.floats(0.3, 3), st.integers(0, 10**6))
def test_models_equal_the_formula_written_out(name: str, order: int, gamma: float, seed: int) -> None:
    """Factors of three levels, too, and of two and three: the same probabilities as with every column."""
    factors = _factors(name, 3)
    response = np.random.default_rng(seed).normal(size=len(factors[0])) + factors[1][:, 0]
    ours = models(factors, _constant(len(response)), order).posterior(response, spread=gamma)
    assert ours.factors == pytest.approx(_written_out(factors, response, order, gamma), rel=1e-8)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.sampled_from([("l9", 4), ("l8", 7), ("l18", 8), ("l18", 5)]), st.floats(0.5, 3), st.integers(0, 10**6))
def test_effects_equal_models_without_interactions(which: tuple[str, int], gamma: float, seed: int) -> None:
    """The paper of 1986 is that of 1993 without interactions, where effects are orthogonal and k² is 1 + n gamma²."""
    factors = _factors(*which)
    runs = len(factors[0])
    response = np.random.default_rng(seed).normal(size=runs) + factors[0][:, 0]
    sums = np.array([((columns.T @ response) ** 2).sum() / runs for columns in factors])
    dfs = [columns.shape[1] for columns in factors]
    left = float(((response - response.mean()) ** 2).sum() - sums.sum())
    error = (left, runs - 1 - sum(dfs)) if runs - 1 > sum(dfs) else (0.0, 0)
    ours = effect_posteriors(sums, dfs, error, 0.25, (1 + runs * gamma**2) ** 0.5)
    theirs = models(factors, _constant(runs), 1).posterior(response, 0.25, gamma).factors
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_the_choice_of_contrasts_does_not_matter() -> None:
    """Another basis of the same two degrees of freedom leaves every probability as it is."""
    factors, response = _factors("l9", 4), np.random.default_rng(5).normal(size=9)
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    once = models(factors, _constant(9), 2).posterior(response)
    again = models([factors[0] @ turn, *factors[1:]], _constant(9), 2).posterior(response)
    assert once.factors == pytest.approx(again.factors)


@pytest.mark.parametrize(("name", "count", "most"), [("l27", 13, 6), ("l16", 15, 5), ("l9", 4, 4)])
def test_the_number_of_models_is_bounded(name: str, count: int, most: int) -> None:
    """Many factors: as many active at once as keep the models few; all, where that is few enough."""
    found = models(_factors(name, count), _constant(len(np.array(array(name)))), 2)
    assert len(found.active) == sum(comb(count, active) for active in range(found.most + 1)) <= MOST_MODELS
    assert found.most == most
    assert prod(found.vectors.shape) < 2e7
