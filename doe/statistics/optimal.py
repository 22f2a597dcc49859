"""Optimal designs: of all settings that are possible, the runs that tell most of a model's coefficients.

Fedorov's exchange (Fedorov, Theory of Optimal Experiments, 1972): as long as it helps, a run gives way to the candidate
that improves the design most; from many starts, as each ends in an optimum of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Matrix: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int_]
Criterion: TypeAlias = Literal["D", "I"]

STARTS = 20
"""How many random designs the exchange begins with."""

PASSES = 50
"""How often it goes over all runs at most; it ends far earlier."""

RIDGE = 1e-6
"""What a coefficient is taken to be known by beforehand, so that a start may be singular."""

GAIN = 1e-7
"""A share below this is nothing but rounding."""


def optimal(
    candidates: Matrix, runs: int, criterion: Criterion, seed: int, kept: Matrix | None = None
) -> list[int] | None:
    """Which candidates to run, in ascending order, some perhaps more than once; None where no start ends estimable.

    Args:
        candidates: A row of the model's columns for each possible setting.
        runs: How many to choose.
        criterion: D for the largest determinant of the information, I for the smallest mean variance of prediction
            over the candidates.
        seed: What the starts are drawn from.
        kept: Rows of runs that are there already, and stay.
    """
    random = np.random.default_rng(seed)
    best: tuple[float, list[int]] | None = None
    kept = candidates[:0] if kept is None else kept
    for _ in range(STARTS):
        chosen = _exchanged(candidates, kept, random.integers(len(candidates), size=runs), criterion)
        if np.linalg.matrix_rank(np.vstack([kept, candidates[chosen]])) < candidates.shape[1]:
            continue
        score = (loss(candidates, chosen, criterion, kept), sorted(chosen.tolist()))
        best = min(best or score, score)
    return best and best[1]


def loss(candidates: Matrix, chosen: Sequence[int] | Places, criterion: Criterion, kept: Matrix | None = None) -> float:
    """What the criterion makes smallest: minus the log determinant, or the mean variance of prediction."""
    rows = np.vstack([candidates[:0] if kept is None else kept, candidates[list(chosen)]])
    information = rows.T @ rows
    if criterion == "D":
        return -float(np.linalg.slogdet(information)[1])
    moments = candidates.T @ candidates / len(candidates)
    return float(np.trace(np.linalg.solve(information, moments)))


def _exchanged(candidates: Matrix, kept: Matrix, chosen: Places, criterion: Criterion) -> Places:
    """The design when no exchange of one run helps any more."""
    moments = candidates.T @ candidates / len(candidates)
    for _ in range(PASSES):
        helped = False
        covariance = _covariance(np.vstack([kept, candidates[chosen]]))
        variances = ((candidates @ covariance) * candidates).sum(axis=1)
        for place in range(len(chosen)):
            gains = _gains(candidates, covariance, variances, moments, candidates[chosen[place]], criterion)
            other = int(gains.argmax())
            if gains[other] > GAIN:
                chosen[place] = other
                covariance = _covariance(np.vstack([kept, candidates[chosen]]))
                variances = ((candidates @ covariance) * candidates).sum(axis=1)
                helped = True
        if not helped:
            break
    return chosen


def _covariance(rows: Matrix) -> Matrix:
    return np.asarray(np.linalg.inv(rows.T @ rows + RIDGE * np.eye(rows.shape[1])))


def _gains(
    candidates: Matrix, covariance: Matrix, variances: Matrix, moments: Matrix, run: Matrix, criterion: Criterion
) -> Matrix:
    """By what share the criterion improves when each candidate takes the place of a run (Woodbury's identity)."""
    towards = covariance @ run
    shared = candidates @ towards
    own = float(run @ towards)
    growth = (1 + variances) * (1 - own) + shared**2
    if criterion == "D":
        return np.asarray(growth - 1)
    spread = covariance @ moments @ covariance
    weights = ((candidates @ spread) * candidates).sum(axis=1)
    fall = (
        (1 - own) * weights + 2 * shared * (candidates @ (spread @ run)) - (1 + variances) * float(run @ spread @ run)
    )
    possible = growth > GAIN
    return np.where(possible, fall / np.where(possible, growth, 1) / np.trace(covariance @ moments), -np.inf)
