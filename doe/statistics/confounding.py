"""Confounding, choice by choice: what each three or four columns of an array add to its word length pattern.

With these tables the pattern of any choice of columns is a sum of a few numbers, so that thousands can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import combinations
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from doe.statistics.arrays import Array, level_counts
from doe.statistics.contrasts import Matrix, helmert, product

Choices: TypeAlias = npt.NDArray[np.intp]
Pair: TypeAlias = tuple[int, int]

ROUNDING = 1e-9
"""A word shorter than this is nothing but rounding."""


WIDEST = 64
"""For more columns than this the table of four-factor words is too large to keep, and A4 is not looked at."""


class Assignment(NamedTuple):
    """Columns for the factors, and what they confound."""

    third: float
    """A3."""

    fourth: float
    """A4; zero where the array is too wide for it to be looked at."""

    columns: tuple[int, ...]
    """For each factor its column, counted from 0."""


class Words:
    """What the columns of an array confound, worked out when asked."""

    def __init__(self, array: Array) -> None:
        self.array = array
        self.levels = level_counts(array)
        self._confounded: dict[Pair, int] = {}

    @cached_property
    def three(self) -> Matrix:
        """What three columns add to A3."""
        return three_factor_words(self.array)

    @cached_property
    def four(self) -> tuple[Choices, Matrix] | None:
        """What two pairs of columns add to A4; None for an array too wide."""
        return four_factor_words(self.array) if len(self.levels) <= WIDEST else None

    def of(self, choice: Sequence[int]) -> Assignment:
        """A3 and A4 of one choice of columns."""
        row = np.array([list(choice)])
        return Assignment(float(third(self.three, row)[0]), float(self.fourth(row)[0]), tuple(map(int, choice)))

    def fourth(self, choices: Choices) -> Matrix:
        """A4 of every choice, one a row; zero for an array too wide."""
        return fourth(*self.four, choices) if self.four else np.zeros(len(choices))

    def clear(self, one: Pair, two: Pair) -> bool:
        """Whether two interactions of columns, each clear of the main effects, are clear of one another."""
        if self.four is None:
            return True
        numbers, words = self.four
        return bool(words[numbers[one], numbers[two]] == 0)

    def confounded(self, pair: Pair) -> int:
        """The columns that the interaction of two is confounded with, as the bits of a number."""
        if pair not in self._confounded:
            self._confounded[pair] = sum(1 << int(column) for column in self.three[pair].nonzero()[0])
        return self._confounded[pair]


def three_factor_words(array: Array) -> Matrix:
    """For every three columns, in any order, what they add to A3; zero where a column comes twice.

    It is the sum of squared means of the products of their contrasts (Xu and Wu 2001, definition 1), and zero exactly
    where no two of the three interact along the third.
    """
    contrasts, starts = _contrasts(array)
    everything = np.hstack(contrasts)
    words = np.zeros((len(contrasts),) * 3)
    for one, two in combinations(range(len(contrasts)), 2):
        means = product(contrasts[one], contrasts[two]).T @ everything / len(array)
        words[one, two] = words[two, one] = np.add.reduceat((means**2).sum(axis=0), starts)
        words[one, two, [one, two]] = words[two, one, [one, two]] = 0
    words[words < ROUNDING] = 0
    return words


def four_factor_words(array: Array) -> tuple[Choices, Matrix]:
    """The number of each pair of columns, and for every two pairs what their four columns add to A4.

    Two pairs that share a column have nothing to add.
    """
    contrasts, _ = _contrasts(array)
    factors = len(contrasts)
    numbers = np.zeros((factors, factors), dtype=np.intp)
    products = []
    for number, (one, two) in enumerate(combinations(range(factors), 2)):
        numbers[one, two] = numbers[two, one] = number
        products.append(product(contrasts[one], contrasts[two]))
    starts = np.cumsum([0, *(each.shape[1] for each in products)])[:-1]
    everything = np.hstack(products)
    words = np.empty((len(products), len(products)))
    for number, each in enumerate(products):
        means = each.T @ everything / len(array)
        words[number] = np.add.reduceat((means**2).sum(axis=0), starts)
    left, right = np.triu_indices(factors, 1)
    shared = (left[:, None] == left) | (left[:, None] == right) | (right[:, None] == left) | (right[:, None] == right)
    words[shared | (words < ROUNDING)] = 0
    return numbers, words


def third(words: Matrix, choices: Choices) -> Matrix:
    """A3 of every choice of columns, one choice a row."""
    total = np.zeros(len(choices))
    for one, two, three in combinations(choices.T, 3):
        total += words[one, two, three]
    return total


def fourth(numbers: Choices, words: Matrix, choices: Choices) -> Matrix:
    """A4 of every choice of columns, one choice a row; four columns are three times two pairs."""
    one, two = np.triu_indices(choices.shape[1], 1)
    pairs = numbers[choices[:, one], choices[:, two]]
    return np.array([words[np.ix_(each, each)].sum() / 6 for each in pairs])


def _contrasts(array: Array) -> tuple[list[Matrix], Choices]:
    contrasts = [helmert(levels)[column] for column, levels in zip(array.T, level_counts(array), strict=True)]
    starts = np.cumsum([0, *(each.shape[1] for each in contrasts)])[:-1]
    return contrasts, starts
