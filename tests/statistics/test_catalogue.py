"""The catalogue: every array that could be handed out has strength 2, counted out, and the levels it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest

from doe.designs._arrays import array
from doe.statistics.arrays import Array, has_strength, level_counts, unbalanced
from doe.statistics.catalogue import parents, recipes
from doe.statistics.replacement import Recipe
from doe.statistics.selection import LARGEST, select, settled, title
from doe.statistics.strong import strong_parents, strong_recipes
from tests import golden


def _unsound(known: Sequence[Recipe], runs: int, strength: int) -> list[str]:
    """Those that are not what they say: runs, levels and strength, all choices of columns counted."""
    return [
        f"{title(runs, recipe.levels)} {recipe.source}"
        for recipe in known
        for array in [recipe.make()]
        if len(array) != runs or level_counts(array) != recipe.levels or not has_strength(array, strength)
    ]


@pytest.mark.parametrize("runs", range(2, LARGEST + 1))
def test_every_array_has_strength_two(runs: int) -> None:
    """Every parent, and all that is made of them by replacing columns, at every number of runs that is looked at."""
    assert parents(runs)
    assert _unsound(recipes(runs), runs, 2) == []


@pytest.mark.parametrize("runs", range(2, LARGEST + 1))
def test_every_strong_array_has_strength_three(runs: int) -> None:
    """Likewise those that are looked at when strength 3 is asked for."""
    assert strong_parents(runs)
    assert _unsound(strong_recipes(runs), runs, 3) == []


def test_every_array_carries_its_source() -> None:
    """In words, and where columns were replaced that is said."""
    for runs in range(2, LARGEST + 1):
        for recipe in (*recipes(runs), *strong_recipes(runs)):
            assert re.search(r"[a-z]{3}", recipe.source), recipe
            if recipe.levels not in {parent.levels for parent in (*parents(runs), *strong_parents(runs))}:
                assert recipe.source.endswith("columns replaced"), recipe


@pytest.mark.parametrize(
    ("runs", "levels"),
    [
        (20, "2^8 5^1"), (24, "2^13 3^1 4^1"), (24, "2^11 4^1 6^1"), (24, "2^14 6^1"), (24, "2^16 3^1"),
        (28, "2^12 7^1"), (36, "2^10 3^8 6^1"), (36, "2^3 3^9 6^1"), (36, "2^9 3^4 6^2"), (36, "2^2 3^5 6^2"),
        (36, "2^1 3^8 6^2"), (40, "2^25 4^1 5^1"), (40, "2^19 4^1 10^1"), (45, "3^10 5^1"), (48, "3^1 4^13"),
        (50, "5^10 10^1"), (54, "3^20 6^1 9^1"), (54, "2^1 3^25"), (56, "2^37 4^1 7^1"), (72, "2^44 3^12 4^1"),
        (72, "2^37 3^13 4^1"), (72, "2^42 3^4 4^1 6^2"), (80, "2^62 4^2 5^1"),
    ],
    ids=str,
)  # fmt: skip
def test_known_mixed_arrays_are_constructed(runs: int, levels: str) -> None:
    """Those of Wang and Wu (1991) and their like, by name of their columns."""
    assert f"L{runs}({levels})" in {title(runs, recipe.levels) for recipe in recipes(runs)}


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
