"""Runs added to those that there are: the fewest that let a model be estimated, or a number that tells most of it.

D-optimal augmentation: Dykstra, The augmentation of experimental data to maximize |X'X|, Technometrics 13 (1971), by
Fedorov's exchange (Theory of Optimal Experiments, 1972); no run is chosen twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from doe.statistics.aliases import main_effect_aliases
from doe.statistics.arrays import Array
from doe.statistics.contrasts import Matrix, helmert, product
from doe.statistics.linear import TOLERANCE, triangle
from doe.statistics.optimal import GAIN, PASSES, RIDGE, STARTS
from doe.statistics.repair import smallest_repair

Effect: TypeAlias = tuple[int, ...]
"""The columns of an array that meet: one for a main effect, two for an interaction."""

WORK = 200_000_000
"""Numbers that are multiplied in all starts, roughly; where one takes more, one is all there is."""


@dataclass(frozen=True, slots=True)
class Model:
    """A constant, the blocks in which runs were made, a main effect for each column, and some interactions."""

    levels: tuple[int, ...]
    """How many levels each column has."""
    pairs: tuple[tuple[int, int], ...] = ()
    """The columns whose interaction is in the model."""
    blocks: int = 1
    """How many blocks there are."""

    @property
    def effects(self) -> tuple[Effect, ...]:
        """All effects that have degrees of freedom, in the order of their columns."""
        mains = [(column,) for column, count in enumerate(self.levels) if count > 1]
        return (*mains, *(pair for pair in self.pairs if self.size(pair)))

    def size(self, effect: Effect) -> int:
        """The degrees of freedom of an effect."""
        return int(np.prod([self.levels[column] - 1 for column in effect]))

    def rows(self, array: Array, blocks: Array) -> Matrix:
        """The model's columns: the constant, the blocks, then each effect's."""
        count = len(array)
        columns = [np.ones((count, 1)), helmert(self.blocks)[blocks]]
        for effect in self.effects:
            block = np.ones((count, 1))
            for column in effect:
                block = product(block, helmert(self.levels[column])[array[:, column]])
            columns.append(block)
        return np.hstack(columns)

    def told(self, rows: Matrix) -> dict[Effect, int]:
        """The degrees of freedom of each effect that the rows tell from all the others and from the blocks."""
        turned = triangle(rows) if len(rows) else rows
        place = np.repeat(np.arange(-1, len(self.effects)), [self.blocks, *map(self.size, self.effects)])
        whole = rank(turned)
        return {effect: whole - rank(turned[:, place != number]) for number, effect in enumerate(self.effects)}

    def spread(self, rows: Matrix) -> float | None:
        """The mean variance of the effects' contrasts, in variances of one run; None where some cannot be had."""
        if rank(rows) < rows.shape[1] or rows.shape[1] == self.blocks:
            return None
        return float(np.diag(np.linalg.inv(rows.T @ rows))[self.blocks :].mean())


def rank(rows: Matrix) -> int:
    """How many rows are independent of one another."""
    if not rows.size:
        return 0
    sizes = np.linalg.svd(rows, compute_uv=False)
    return int((sizes > TOLERANCE * sizes.max()).sum())


def fewest(have: Matrix, candidates: Matrix) -> int:
    """How many candidates are needed to tell all that have and candidates together would.

    No choice has fewer: rows that are independent of those that there are form a matroid (see ``smallest_repair``).
    """
    return len(smallest_repair(have, candidates, [0] * len(candidates)))


def added(have: Matrix, candidates: Matrix, runs: int, seed: int) -> tuple[int, ...]:
    """The places of so many different candidates, ascending, that with the rows that stay have most information.

    They tell all that the candidates can tell where there are enough of them. One start of the exchange is the
    smallest repair, the others are drawn.

    Args:
        have: The rows of the model matrix that stay.
        candidates: Those that may be added, more than ``runs``, or as many.
        runs: How many to choose.
        seed: What the starts are drawn from.
    """
    random = np.random.default_rng(seed)
    known = have.T @ have + RIDGE * np.eye(candidates.shape[1])
    basis = list(smallest_repair(have, candidates, [0] * len(candidates)))[:runs]
    work = runs * candidates.size
    best: tuple[float, list[int]] | None = None
    for number in range(max(1, min(STARTS, WORK // work))):
        first = basis if number == 0 else []
        others = [place for place in random.permutation(len(candidates)).tolist() if place not in first]
        chosen = _exchanged(known, candidates, [*first, *others[: runs - len(first)]])
        score = (-round(float(np.linalg.slogdet(_information(known, candidates[chosen]))[1]), 9), sorted(chosen))
        best = min(best or score, score)
    return tuple(best[1]) if best else ()


def _exchanged(known: Matrix, candidates: Matrix, chosen: list[int]) -> list[int]:
    """The choice when no exchange of one candidate for another raises the determinant any more."""
    chosen = list(chosen)
    for _ in range(PASSES):
        helped = False
        covariance = np.linalg.inv(_information(known, candidates[chosen]))
        variances = ((candidates @ covariance) * candidates).sum(axis=1)
        for place, old in enumerate(chosen):
            shared = candidates @ (covariance @ candidates[old])
            growth = (1 + variances) * (1 - shared[old]) + shared**2
            growth[chosen] = 0.0
            other = int(growth.argmax())
            if growth[other] > 1 + GAIN:
                chosen[place] = other
                covariance = np.linalg.inv(_information(known, candidates[chosen]))
                variances = ((candidates @ covariance) * candidates).sum(axis=1)
                helped = True
        if not helped:
            break
    return chosen


def _information(known: Matrix, rows: Matrix) -> Matrix:
    return np.asarray(known + rows.T @ rows)


def shifted(array: Array, levels: Sequence[int], columns: Sequence[int]) -> Array:
    """The array folded over: in these columns every level gives way to the next, and the last to the first.

    Of two levels each becomes the other: Box and Hunter, The 2^(k-p) fractional factorial designs, Technometrics 3
    (1961). More are rotated, as Guo, Simpson and Pignatiello do, Optimal foldover plans for mixed-level fractional
    factorial designs, Quality and Reliability Engineering International 25 (2009).
    """
    moved = array.copy()
    for column in columns:
        moved[:, column] = (moved[:, column] + 1) % levels[column]
    return moved


def alias_shares(array: Array) -> dict[tuple[int, tuple[int, int]], float]:
    """The share of each main effect that is aliased with an interaction of two others, however often runs are repeated.

    Args:
        array: The runs; levels may be missing.
    """
    if not len(array):
        return {}
    dense = np.stack([np.unique(column, return_inverse=True)[1] for column in array.T], axis=1)
    return main_effect_aliases(np.unique(dense, axis=0))
