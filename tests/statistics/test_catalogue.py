"""The catalogue: every array that could be handed out has strength 2, counted out, and the levels it says."""

from __future__ import annotations

import re

import numpy as np
import pytest

from doe.designs._arrays import array
from doe.statistics.arrays import Array, unbalanced
from doe.statistics.catalogue import Recipe, parents, recipes
from doe.statistics.selection import LARGEST, select, settled, title
from tests import golden

REPLACED = [n for n in range(4, 57) if n != 48]


def _is_sound(recipe: Recipe, runs: int) -> bool:
    """All pairs at once: how often levels meet, beside how often they should."""
    rows = recipe.make()
    if rows.shape != (runs, len(recipe.levels)) or (rows.max(axis=0) + 1).tolist() != list(recipe.levels):
        return False
    marks = np.hstack([np.eye(size)[column] for size, column in zip(recipe.levels, rows.T, strict=True)])
    share = np.concatenate([np.full(size, 1 / size) for size in recipe.levels])
    place = np.repeat(np.arange(len(recipe.levels)), recipe.levels)
    own = place[:, None] == place
    met = marks.T @ marks / runs
    return bool(np.allclose(met[~own], np.outer(share, share)[~own]) and np.allclose(np.diag(met), share))


@pytest.mark.parametrize("runs", range(2, LARGEST + 1))
def test_every_parent_has_strength_two(runs: int) -> None:
    """At every number of runs that is looked at."""
    assert parents(runs)
    assert [parent.source for parent in parents(runs) if not _is_sound(parent, runs)] == []
    assert all(parent.source for parent in parents(runs))


def test_every_array_made_of_them_has_strength_two() -> None:
    """With every combination of columns replaced, up to 56 runs; of the larger ones some hundred."""
    for runs in REPLACED:
        assert all(_is_sound(recipe, runs) for recipe in recipes(runs)), runs
    for runs in (48, 64, 72, 80, 81, 96, 98, 100, 108):
        assert all(_is_sound(recipe, runs) for recipe in recipes(runs)[:: max(1, len(recipes(runs)) // 40)]), runs


@pytest.mark.parametrize("name", golden.case("derived_mixed_arrays")["expected"])
def test_the_mixed_arrays_practitioners_ask_for_are_there(name: str) -> None:
    """Each of the golden list, or one with the same columns and more."""
    runs = int(name[1:].partition("(")[0])
    wanted = {int(size): int(times) for size, times in re.findall(r"(\d+)\^(\d+)", name)}
    assert any(all(recipe.levels.count(size) >= times for size, times in wanted.items()) for recipe in recipes(runs))


def test_a_wrong_digit_anywhere_is_found_with_its_pairs() -> None:
    """Two digits exchanged in one column of an array, as in the published misprints, spoil only its pairs."""
    for name, column in (("l18", 7), ("l36b", 11), ("l16-2x6-4x3", 8), ("l27", 12), ("l50", 4)):
        rows: Array = np.array(array(name))
        first = int(np.flatnonzero(rows[:, column] != rows[0, column])[0])
        rows[[0, first], column] = rows[[first, 0], column]
        pairs = unbalanced(rows, 2)
        assert pairs
        assert all(column in pair for pair in pairs)


@pytest.mark.parametrize(
    ("sizes", "runs"),
    [
        ((3, 3, 3, 3), 9), ((2, 3, 3, 3), 18), ((2,) * 7, 8), ((2,) * 8, 12), ((4, 2, 2, 2, 2), 8), ((2, 3), 6),
        ((5, 2, 2, 2), 20), ((3, 2, 2, 2, 2), 12), ((6, 3, 3), 18), ((3, 3, 2, 2, 2), 36), ((4, 4, 3, 2, 2), 48),
        ((7, 7, 7), 49), ((2, 2, 3, 3, 3, 4), 72), ((2,) * 24, 28), ((5, 5, 2), 50), ((2, 2), 4), ((4,), 4),
    ],
    ids=str,
)  # fmt: skip
def test_the_smallest_array_is_selected(sizes: tuple[int, ...], runs: int) -> None:
    """No fewer runs would do: each pair of levels must meet equally often, each degree of freedom needs a run."""
    selected = select(sizes)
    assert selected
    assert len(selected.array) == runs
    chosen = selected.array[:, list(selected.assignment.columns)]
    assert (chosen.max(axis=0) + 1).tolist() == list(sizes)
    assert unbalanced(chosen, 2 if len(sizes) > 1 else 1) == []


def test_dummy_levels_spare_runs() -> None:
    """Two levels and three share an L9 where a factor of two repeats its first level."""
    assert len(select((3, 3, 3, 2)).array) == 18  # type: ignore[union-attr]
    selected = select((3, 3, 3, 2), dummies=True)
    assert selected
    rows = settled(selected, (3, 3, 3, 2))
    assert rows.shape == (9, 4)
    assert np.bincount(rows[:, 3]).tolist() == [6, 3]


def test_a_title_says_the_columns() -> None:
    """As in print: smallest levels first."""
    assert title(18, (3, 3, 2)) == "L18(2^1 3^2)"
