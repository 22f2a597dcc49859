"""How much better the best prediction looks than it is, against brute force."""

from __future__ import annotations

from itertools import product as every

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doe.statistics.contrasts import Matrix, helmert
from doe.statistics.optimism import (
    MOST,
    Choices,
    best_by_chance,
    best_choice,
    optimism,
    optimism_of_the_seen,
    shrunken,
)

L9 = np.array([[a, b, (a + b) % 3, (a + 2 * b) % 3] for a, b in every(range(3), repeat=2)])


def _l9() -> tuple[Matrix, Choices]:
    """The model matrix of main effects, and the 81 settings among which to choose."""
    contrast = helmert(3)
    model = np.hstack([np.ones((9, 1)), *(contrast[column] for column in L9.T)])
    parts = []
    for place in range(4):
        part = np.zeros((3, 9))
        part[:, 1 + 2 * place : 3 + 2 * place] = contrast
        parts.append(part)
    return model, Choices(np.eye(9)[0], tuple(parts))


def test_the_best_prediction_of_an_l9_under_pure_noise() -> None:
    """It lies 1.95 standard deviations above the truth, the best run 1.48: research/designs_and_analysis.md 2.5.

    By brute force: the mean of the additive predictions of all 81 settings, from level means.
    """
    noise = np.random.default_rng(7).standard_normal((20_000, 9))
    levels = np.stack([[noise[:, column == level].mean(axis=1) for level in range(3)] for column in L9.T])
    grand = noise.mean(axis=1)
    best = grand + (levels - grand).max(axis=1).sum(axis=0)
    assert best.mean() == pytest.approx(1.95, abs=0.015)
    assert noise.max(axis=1).mean() == pytest.approx(1.48, abs=0.015)
    model, choices = _l9()
    nothing, covariance = np.zeros(9), np.asarray(np.linalg.inv(model.T @ model), dtype=float)
    assert optimism(choices, nothing, covariance, 1.0) == pytest.approx(1.95, abs=0.05)
    assert optimism(choices, nothing, covariance, -1.0) == pytest.approx(-1.95, abs=0.05)
    assert best_by_chance(choices, model)[0] == pytest.approx(1.95, abs=0.05)
    spread = noise.std(axis=1, ddof=1)
    assert best_by_chance(choices, model)[1] == pytest.approx(((best - grand) / spread).mean(), abs=0.05)
    assert optimism_of_the_seen(np.zeros(9), np.ones(9), 1.0) == pytest.approx(1.48, abs=0.04)


def test_towards_a_target_there_is_little_to_gain() -> None:
    """Under pure noise about a mean of zero, picking what is predicted nearest to zero promises nothing."""
    model, choices = _l9()
    covariance = np.asarray(np.linalg.inv(model.T @ model), dtype=float)
    assert optimism(choices, np.zeros(9), covariance, 1.0, np.abs) == pytest.approx(0.0, abs=0.02)
    assert optimism(choices, np.zeros(9), covariance, 1.0, lambda x: -x) == pytest.approx(1.95, abs=0.05)


@pytest.mark.parametrize(
    ("effects", "most"),
    [([0.0] * 8, 0.35), ([0, 2, 0, 0, 0, 0, 0, 0], 0.35), ([0.5] * 8, 0.35), ([3.0] * 8, 0.15)],
    ids=["none", "one", "several small", "all large"],
)
def test_the_correction_takes_most_of_the_optimism_away(effects: list[float], most: float) -> None:
    """L9 with two replicates, tables drawn with known effects: what is left is a small part of a standard deviation.

    Without the correction it is 1.4 where nothing has an effect, and 0.8 where several have small ones.
    """
    generator = np.random.default_rng(5)
    model, choices = _l9()
    twice, truth = np.vstack([model, model]), np.array([0.0, *effects])
    raw, corrected = [], []
    for _ in range(120):
        response = twice @ truth + generator.standard_normal(18)
        estimated = np.linalg.lstsq(twice, response, rcond=None)[0]
        variance = float(((response - twice @ estimated) ** 2).sum()) / 9
        spans = [(slice(s, s + 2), 18 * float((estimated[s : s + 2] ** 2).sum()) / 2 / variance) for s in (1, 3, 5, 7)]
        weights = choices.weights(best_choice(choices, estimated, lambda x: -x, [0] * 4))
        covariance = np.asarray(variance * np.linalg.inv(twice.T @ twice), dtype=float)
        excess = optimism(choices, shrunken(estimated, spans), covariance, 1.0)
        assert excess is not None
        raw.append(float(weights @ (estimated - truth)))
        corrected.append(raw[-1] - excess)
    assert abs(np.mean(corrected)) < most
    assert abs(np.mean(corrected)) < max(0.3 * float(np.mean(raw)), 0.15)


@given(seed=st.integers(0, 10_000), target=st.booleans())
def test_the_best_choice_is_the_best_of_all(seed: int, target: bool) -> None:
    """Compared one by one, up to ties; parts of any size."""
    generator = np.random.default_rng(seed)
    parts = tuple(generator.normal(size=(int(generator.integers(1, 5)), 6)) for _ in range(3))
    choices, coefficients = Choices(generator.normal(size=6), parts), generator.normal(size=6)
    aim = float(generator.normal())

    def loss(predicted: Matrix) -> Matrix:
        return np.abs(predicted - aim) if target else predicted

    chosen = best_choice(choices, coefficients, loss, [0, 0, 0])
    losses = [
        float(loss(np.array([choices.weights(some) @ coefficients]))[0])
        for some in every(*(range(len(p)) for p in parts))
    ]
    assert float(loss(np.array([choices.weights(chosen) @ coefficients]))[0]) == pytest.approx(min(losses))
    assert (choices.all_weights() @ coefficients).min() == pytest.approx(
        min(float(choices.weights(some) @ coefficients) for some in every(*(range(len(p)) for p in parts)))
    )


def test_too_many_settings_are_searched() -> None:
    """Twelve factors of three levels, half a million settings: each at its best level, and a target is hit closely."""
    generator = np.random.default_rng(0)
    parts = []
    for place in range(12):
        part = np.zeros((3, 12))
        part[:, place] = generator.normal(size=3)
        parts.append(part)
    choices, ones = Choices(np.zeros(12), tuple(parts)), np.ones(12)
    assert choices.count > MOST
    chosen = best_choice(choices, ones, lambda x: -x, [0] * 12)
    assert chosen == tuple(int(part.sum(axis=1).argmax()) for part in parts)
    near = best_choice(choices, ones, lambda x: np.abs(x - 0.3), [0] * 12)
    assert float(choices.weights(near) @ ones) == pytest.approx(0.3, abs=0.05)
    assert optimism(choices, np.zeros(12), np.eye(12), 1.0, np.abs) is None


def test_a_tie_goes_to_the_start() -> None:
    """Where nothing has an effect the best seen stays the best."""
    _, choices = _l9()
    assert best_choice(choices, np.zeros(9), lambda x: -x, [2, 1, 0, 2]) == (2, 1, 0, 2)


def test_effects_shrink_to_what_they_are_likely_to_be() -> None:
    """By the square root of 1 - 1/F: to nothing where F is one or less, hardly where it is large."""
    found = shrunken(np.array([5.0, 1.0, 2.0, 3.0]), [(slice(1, 2), 0.7), (slice(2, 3), 4.0), (slice(3, 4), 1e9)])
    assert found == pytest.approx([5.0, 0.0, 2.0 * np.sqrt(0.75), 3.0])
