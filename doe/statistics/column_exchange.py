"""Exchanging columns of an array one at a time, as long as the word length pattern of the choice gets better."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from doe.statistics.confounding import ROUNDING, Assignment, Choices, Words
from doe.statistics.contrasts import Matrix

Allowed: TypeAlias = npt.NDArray[np.bool_]

WORK = 8_000_000
"""So many four-factor words are looked up at most to choose between exchanges that leave A3 as it is."""

ROUNDS = 200
"""A choice that still gets better after so many exchanges is taken as it is."""


def exchanged(words: Words, choice: Choices, allowed: Allowed) -> Assignment:
    """The choice from which no single exchange leads to less A3, nor to less A4 at the same A3.

    Args:
        words: What the columns confound.
        choice: For each factor its column.
        allowed: Whether a column, one a row, may be given to a factor, one a column.
    """
    for _ in range(ROUNDS):
        changes = _changes(words.three, choice, allowed)
        if not changes.size or changes.min() > ROUNDING:
            break
        if changes.min() < -ROUNDING:
            column, factor = np.unravel_index(changes.argmin(), changes.shape)
            choice = _with(choice, int(column), int(factor))
            continue
        better = _less_fourth(words, choice, np.argwhere(np.abs(changes) <= ROUNDING))
        if better is None:
            break
        choice = better
    return words.of(choice.tolist())


def _changes(three: Matrix, choice: Choices, allowed: Allowed) -> Matrix:
    """What A3 would change by if a column, one a row, took the place of a factor's, one a column."""
    around = three[:, choice][:, :, choice]
    joined = around.sum(axis=(1, 2)) / 2
    changes = np.asarray(joined[:, None] - around.sum(axis=2) - joined[choice])
    changes[~allowed] = np.inf
    changes[choice] = np.inf
    return changes


def _less_fourth(words: Words, choice: Choices, exchanges: Choices) -> Choices | None:
    """The choice after the exchange that lessens A4 the most; None where none does."""
    if words.four is None:
        return None
    affordable = exchanges[: max(1, 4 * WORK // len(choice) ** 4)]
    choices = np.array([_with(choice, column, factor) for column, factor in affordable.tolist()])
    fours = words.fourth(choices)
    if fours.min() >= words.fourth(choice[None])[0] - ROUNDING:
        return None
    return np.asarray(choices[fours.argmin()])


def _with(choice: Choices, column: int, factor: int) -> Choices:
    changed = choice.copy()
    changed[factor] = column
    return changed
