"""Optimism: by how much the best of many predictions is better than what it predicts.

The setting with the best prediction is picked for its errors as well as for its merits. How much the errors add is
found by a parametric bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6): tables are
drawn from the fitted model, the best setting is picked anew in each, and compared with what the model says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

import numpy as np

from doe.statistics.contrasts import Matrix

Loss: TypeAlias = Callable[[Matrix], Matrix]
"""How far predictions are from what is wanted; smaller is better."""

MOST = 100_000
"""Settings that are all compared; of more, one part after another is bettered from several starts."""

DRAWN = 2_000
"""Tables that are drawn, so that the mean is known to a fiftieth of its standard deviation."""

COMPARED = 2_000
"""Settings that are compared in each table drawn, where parts cannot be chosen one by one."""


@dataclass(frozen=True)
class Choices:
    """A linear model, and the settings among which to choose.

    A setting is one choice from each part, and its prediction the sum of the parts' own: a part is a factor, or several
    that interact.
    """

    base: Matrix
    """What the weights of the coefficients are, whatever is chosen."""
    parts: tuple[Matrix, ...]
    """For each part the weights that its choices add, one a row."""

    @property
    def count(self) -> int:
        """How many settings there are."""
        return prod(len(part) for part in self.parts)

    def weights(self, chosen: Sequence[int]) -> Matrix:
        """The weights of the coefficients at a setting."""
        return np.asarray(self.base + sum(part[place] for part, place in zip(self.parts, chosen, strict=True)))

    def all_weights(self) -> Matrix:
        """The weights at every setting, one a row, the last part's choices changing fastest."""
        rows = self.base[None, :]
        for part in self.parts:
            rows = (rows[:, None, :] + part[None, :, :]).reshape(-1, len(self.base))
        return rows


def best_choice(choices: Choices, coefficients: Matrix, loss: Loss, start: Sequence[int]) -> tuple[int, ...]:
    """The setting with the least loss: all are compared, or, where too many, one part is bettered after another.

    Args:
        choices: The settings.
        coefficients: Of the model.
        loss: Of predictions.
        start: A setting to begin with where not all can be compared; it wins ties.
    """
    base = float(choices.base @ coefficients)
    values = [part @ coefficients for part in choices.parts]
    if choices.count <= MOST:
        predicted = np.full(1, base)
        for value in values:
            predicted = np.add.outer(predicted, value).ravel()
        losses = _finite(loss(predicted))
        here = int(np.ravel_multi_index(tuple(start), [len(value) for value in values])) if values else 0
        best = int(losses.argmin())
        best = here if losses[here] <= losses[best] else best
        return tuple(int(place) for place in np.unravel_index(best, [len(value) for value in values]))
    return _bettered(base, values, loss, start)


def _bettered(base: float, values: Sequence[Matrix], loss: Loss, start: Sequence[int]) -> tuple[int, ...]:
    generator = np.random.default_rng(0)
    starts = [list(start), *([int(generator.integers(len(value))) for value in values] for _ in range(20))]
    ended = []
    for chosen in starts:
        before = None
        while chosen != before:
            before = list(chosen)
            for place, value in enumerate(values):
                total = base + sum(float(one[at]) for one, at in zip(values, chosen, strict=True))
                losses = _finite(loss(total - float(value[chosen[place]]) + value))
                if losses.min() < losses[chosen[place]]:
                    chosen[place] = int(losses.argmin())
        total = base + sum(value[at] for value, at in zip(values, chosen, strict=True))
        ended.append((float(loss(np.array([total]))[0]), tuple(chosen)))
    return min(ended, key=lambda one: one[0])[1]


def _finite(losses: Matrix) -> Matrix:
    return np.where(np.isnan(losses), np.inf, losses)


def shrunken(coefficients: Matrix, spans: Sequence[tuple[slice, float]]) -> Matrix:
    """Coefficients as large as the effects are likely to be: those that were estimated have noise added to them.

    The sum of squares of a term is on average that of its effect and, for each degree of freedom, the variance of the
    error; what is left of it without the latter is 1 - 1/F of it.

    Args:
        coefficients: As estimated.
        spans: For each term its coefficients, and its F.
    """
    smaller = coefficients.copy()
    for span, statistic in spans:
        smaller[span] *= np.sqrt(max(0.0, 1 - 1 / statistic)) if statistic > 0 else 0.0
    return smaller


def optimism(
    choices: Choices, truth: Matrix, covariance: Matrix, sign: float, loss: Loss | None = None
) -> float | None:
    """How much, on average, the best prediction is above the truth at the setting picked; below, where less is better.

    Args:
        choices: The settings among which the best is picked.
        truth: The coefficients that tables are drawn with.
        covariance: Of the estimates of the coefficients.
        sign: 1 where more is better, -1 where less is.
        loss: Instead of the sign where a target is to be hit; None is returned where the settings are then too many.
    """
    values, vectors = np.linalg.eigh(covariance)
    errors = _mirrored(len(truth)) * np.sqrt(values.clip(0)) @ vectors.T
    if loss is not None:
        if choices.count > COMPARED:
            return None
        predicted = (truth + errors) @ choices.all_weights().T
        excess = _excess(predicted, loss(predicted), choices.all_weights() @ truth)
        return float(excess.mean())
    total = errors @ choices.base
    for part in choices.parts:
        predicted = (truth + errors) @ part.T
        total = total + _excess(predicted, -sign * predicted, part @ truth)
    return float(total.mean())


def _mirrored(count: int) -> Matrix:
    """Standard normal draws, each with its mirror image: as their mean is zero, no correction is negative."""
    drawn = np.random.default_rng(0).standard_normal((DRAWN // 2, count))
    return np.vstack([drawn, -drawn])


def _excess(predicted: Matrix, losses: Matrix, true: Matrix) -> Matrix:
    """How far each table's pick is predicted above what is true of it; one row a table, one column a choice."""
    picked = losses.argmin(axis=1)
    return np.asarray(predicted[range(len(predicted)), picked] - true[picked])


def optimism_of_the_seen(true: Matrix, errors: Matrix, sign: float) -> float:
    """How far, on average, the best mean seen is above the truth of its setting; below, where less is better.

    Args:
        true: What the model says of each setting.
        errors: The standard error of each setting's mean.
        sign: 1 where more is better, -1 where less is.
    """
    likely = np.argsort(-sign * true)[:COMPARED]
    true, errors = true[likely], errors[likely]
    seen = true + errors * _mirrored(len(true))
    return float(_excess(seen, -sign * seen, true).mean())


def best_by_chance(choices: Choices, model: Matrix) -> tuple[float, float]:
    """Under pure noise of standard deviation one: how far the best prediction is above the mean of all responses.

    Returns:
        The mean, in standard deviations of the error, and the same in sample standard deviations of the responses: what
        is to be expected of a table whose spread is known, and its error not.
    """
    generator = np.random.default_rng(0)
    inverse = np.linalg.pinv(model)
    noise = generator.standard_normal((DRAWN, len(model)))
    estimates = noise @ inverse.T
    best = estimates @ choices.base + sum((estimates @ part.T).max(axis=1) for part in choices.parts)
    above = best - noise.mean(axis=1)
    return float(above.mean()), float((above / noise.std(axis=1, ddof=1)).mean())
