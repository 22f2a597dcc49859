"""Added runs: as few as any would do, as informative as any could be, by brute force on small cases."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from doe.statistics.arrays import Array
from doe.statistics.augment import Model, added, alias_shares, fewest, rank, shifted
from doe.statistics.contrasts import Matrix
from doe.statistics.linear import TOLERANCE

CASES = [
    ((2, 2, 2), ((0, 1),), 4),
    ((2, 2, 2), ((0, 1), (1, 2)), 4),
    ((3, 2, 2), ((0, 1),), 5),
    ((3, 3), ((0, 1),), 6),
    ((2, 2, 2, 2), ((0, 1),), 7),
]


def _case(levels: tuple[int, ...], pairs: tuple[tuple[int, int], ...], old: int, seed: int) -> tuple[Matrix, Matrix]:
    """Some of all settings as old runs, and the others as candidates in a block of their own."""
    settings = np.array(list(product(*map(range, levels))), dtype=np.intp)
    order = np.random.default_rng(seed).permutation(len(settings))
    blocks = np.repeat([0, 1], [old, len(settings) - old])
    rows = Model(levels, pairs, blocks=2).rows(settings[order], blocks)
    return rows[:old], rows[old:]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("levels", "pairs", "old"), CASES)
def test_no_choice_is_smaller(levels: tuple[int, ...], pairs: tuple[tuple[int, int], ...], old: int, seed: int) -> None:
    """Every choice of one run fewer leaves a coefficient open; the one taken opens what all candidates could."""
    have, candidates = _case(levels, pairs, old, seed)
    count, all_ = fewest(have, candidates), np.linalg.matrix_rank(np.vstack([have, candidates]))
    chosen = added(have, candidates, count, seed)
    assert np.linalg.matrix_rank(np.vstack([have, candidates[list(chosen)]])) == all_
    for fewer in combinations(range(len(candidates)), count - 1):
        assert np.linalg.matrix_rank(np.vstack([have, candidates[list(fewer)]])) < all_


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("levels", "pairs", "old"), CASES)
def test_no_choice_tells_more(levels: tuple[int, ...], pairs: tuple[tuple[int, int], ...], old: int, seed: int) -> None:
    """The determinant of the information is the largest of all choices of so many different candidates."""
    have, candidates = _case(levels, pairs, old, seed)
    if rank(np.vstack([have, candidates])) < have.shape[1]:
        return
    count = fewest(have, candidates)
    chosen = added(have, candidates, count, seed)
    assert len(set(chosen)) == count

    def determinant(places: tuple[int, ...]) -> float:
        rows = np.vstack([have, candidates[list(places)]])
        return float(np.linalg.det(rows.T @ rows))

    best = max(determinant(places) for places in combinations(range(len(candidates)), count))
    assert determinant(chosen) == pytest.approx(best, rel=1e-6)


def test_too_few_runs_tell_as_much_as_they_can() -> None:
    """Each run of the fewest adds a direction."""
    have, candidates = _case((3, 3, 2), ((0, 1),), 6, 0)
    count, start = fewest(have, candidates), rank(have)
    for runs in range(1, count + 1):
        chosen = added(have, candidates, runs, 0)
        assert rank(np.vstack([have, candidates[list(chosen)]])) == start + runs


@pytest.mark.parametrize("seed", range(5))
def test_told_degrees_are_what_projections_leave(seed: int) -> None:
    """The rank of an effect's columns once all others have been projected out of them."""
    generator = np.random.default_rng(seed)
    model = Model((3, 2, 2), ((0, 1),), blocks=2)
    array = np.stack([generator.integers(0, levels, 9) for levels in model.levels], axis=1).astype(np.intp)
    rows = model.rows(array, np.repeat([0, 1], [5, 4]))
    told, start = model.told(rows), 2
    for effect in model.effects:
        own = slice(start, start + model.size(effect))
        others = np.delete(rows, np.arange(own.start, own.stop), axis=1)
        left = rows[:, own] - others @ np.linalg.pinv(others) @ rows[:, own]
        assert told[effect] == np.linalg.matrix_rank(left, tol=1e-8)
        start = own.stop
    assert start == rows.shape[1]


def test_spread_halves_where_runs_double() -> None:
    """In a full factorial each contrast, of mean square one, has a variance of one over the number of runs."""
    array = np.array(list(product(range(3), range(2))), dtype=np.intp)
    model = Model((3, 2))
    rows = model.rows(array, np.zeros(6, dtype=np.intp))
    assert model.spread(rows) == pytest.approx(1 / 6)
    assert model.spread(np.vstack([rows, rows])) == pytest.approx(1 / 12)
    assert model.spread(rows[:3]) is None
    assert rank(rows) == np.linalg.matrix_rank(rows, tol=TOLERANCE)


def _saturated() -> Array:
    """Seven two-level factors in eight runs, 2^(7-4): D=AB, E=AC, F=BC, G=ABC."""
    base = np.array(list(product((0, 1), repeat=3)), dtype=np.intp)
    a, b, c = base.T
    return np.stack([a, b, c, a ^ b, a ^ c, b ^ c, a ^ b ^ c], axis=1)


def test_folded_over_resolution_three_becomes_four() -> None:
    """Box and Hunter, Technometrics 3 (1961): no main effect is aliased with a two-factor interaction any more."""
    array = _saturated()
    assert set(alias_shares(array).values()) == {1.0}
    both = np.vstack([array, shifted(array, [2] * 7, range(7))])
    assert len(np.unique(both, axis=0)) == 16
    assert alias_shares(both) == {}


def test_folded_over_on_one_factor_clears_that_factor() -> None:
    """Box and Hunter, Technometrics 3 (1961): it and all its interactions are told from the other main effects."""
    array = _saturated()
    left = alias_shares(np.vstack([array, shifted(array, [2] * 7, [0])]))
    assert left
    assert all(one != 0 and 0 not in pair for one, pair in left)


def test_more_levels_are_rotated() -> None:
    """Each to the next, the last to the first; after as many times as there are levels all is as before."""
    array = np.array([[0, 2], [1, 0]], dtype=np.intp)
    once = shifted(array, [2, 3], [0, 1])
    assert once.tolist() == [[1, 0], [0, 1]]
    assert shifted(shifted(shifted(array, [2, 3], [1]), [2, 3], [1]), [2, 3], [1]).tolist() == array.tolist()


def test_aliases_are_had_with_levels_missing() -> None:
    """A level that no run has, and runs that come twice, change nothing of the others."""
    array = np.array([[0, 0, 0], [0, 2, 2], [1, 0, 2], [1, 2, 0]], dtype=np.intp)
    assert set(alias_shares(np.vstack([array, array[:1]])).values()) == {1.0}
    assert alias_shares(array[:0]) == {}
    assert alias_shares(array[:2]) == {}, "what has one level left is no effect, and nothing's alias"
