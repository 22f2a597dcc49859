"""Column assignment: against word lengths worked out the long way, and against exhaustive search."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs._arrays import array
from doe.statistics import assignment as assigning
from doe.statistics.arrays import Array, is_balanced, word_lengths
from doe.statistics.assignment import assign
from doe.statistics.catalogue import recipes
from doe.statistics.confounding import Words
from doe.statistics.contrasts import helmert, product
from tests import golden

SMALL = ["l8", "l9", "l12", "l16b", "l18", "l18b", "l8-2x4-4x1", "l16-2x6-4x3"]


def _words(name: str) -> Words:
    return Words(np.array(array(name)))


CATALOGUE = golden.case("gwlp_catalogue")
ANOTHER = "L36(2^2 3^5 6^2)"
"""One of DoE.base's arrays of which ours is not a rearrangement: it confounds less."""


@pytest.mark.parametrize("name", CATALOGUE["expected"])
def test_word_lengths_are_doe_bases(name: str) -> None:
    """Arrays made here, with the levels of R's DoE.base's, have the A3 and A4 of those, or less."""
    levels = sorted(CATALOGUE["design"][name]["levels"])
    recipe = next(each for each in recipes(int(name[1:].partition("(")[0])) if sorted(each.levels) == levels)
    found = Words(recipe.make()).of(range(len(levels)))
    pattern = [*CATALOGUE["expected"][name]["gwlp"], 0.0]
    if name == ANOTHER:
        assert found.third < pattern[3]
    else:
        assert [found.third, found.fourth] == pytest.approx(pattern[3:5], abs=1e-8)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.sampled_from(SMALL), st.data())
def test_sums_of_words_are_the_word_length_pattern(name: str, data: st.DataObject) -> None:
    """A3 and A4 from the tables are those of Xu and Wu's theorem, whatever the levels are called."""
    words = _words(name)
    chosen = data.draw(st.lists(st.integers(0, len(words.levels) - 1), min_size=3, max_size=6, unique=True))
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    rows = np.stack([random.permutation(words.levels[column])[words.array[:, column]] for column in chosen], axis=1)
    pattern = [*word_lengths(rows), 0.0][3:5]
    assert [words.of(chosen).third, words.of(chosen).fourth] == pytest.approx(pattern, abs=1e-8)


def _clear(rows: Array, pairs: list[tuple[int, int]]) -> bool:
    """The long way: every wanted interaction is orthogonal to every main effect and to the other interactions."""
    counts = rows.max(axis=0) + 1
    mains = [helmert(levels)[column] for levels, column in zip(counts, rows.T, strict=True)]
    wanted = [product(mains[one], mains[two]) for one, two in pairs]
    for place, interaction in enumerate(wanted):
        if any(
            np.abs(interaction.T @ other).max() > 1e-6
            for other in [*wanted[:place], *(main for at, main in enumerate(mains) if at not in pairs[place])]
        ):
            return False
    return True


def _exhaustive(rows: Array, sizes: list[int], pairs: list[tuple[int, int]]) -> tuple[float, float] | None:
    """The least A3 and A4 over every way to give the factors columns, looked at one by one."""
    levels = (rows.max(axis=0) + 1).tolist()
    best = None
    ways = permutations(range(len(levels)), len(sizes)) if pairs else combinations(range(len(levels)), len(sizes))
    for way in ways:
        found = [levels[column] for column in way]
        if (found == sizes if pairs else sorted(found) == sorted(sizes)) and _clear(rows[:, way], pairs):
            third, fourth = [*word_lengths(rows[:, way]), 0.0, 0.0][3:5]
            best = min(best or (np.inf, np.inf), (round(third, 6), round(fourth, 6)))
    return best


@pytest.mark.parametrize(
    ("name", "sizes", "pairs"),
    [
        ("l8", [2, 2, 2, 2], []),
        ("l8", [2, 2, 2, 2], [(0, 1)]),
        ("l8", [2, 2, 2, 2], [(0, 1), (0, 2), (0, 3)]),
        ("l8", [2, 2, 2, 2], [(0, 1), (2, 3)]),
        ("l12", [2, 2, 2, 2, 2, 2], []),
        ("l18", [3, 3, 3, 2], []),
        ("l18", [2, 3, 3], [(0, 1)]),
        ("l18", [3, 3, 3], [(0, 1)]),
        ("l18b", [6, 3, 3, 3], []),
        ("l16b", [4, 4, 4], [(0, 1)]),
        ("l16-2x6-4x3", [2, 2, 2, 4], []),
        ("l8-2x4-4x1", [2, 2, 4], [(0, 1)]),
        ("l16-2x9-4x2", [2, 2, 2, 4], []),
    ],
    ids=str,
)
@pytest.mark.parametrize("way", ["compared", "exchanged"])
def test_the_columns_chosen_are_the_best_there_are(
    name: str, sizes: list[int], pairs: list[tuple[int, int]], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As exhaustive search finds them; on arrays this small exchanges find the best as well."""
    monkeypatch.setattr(assigning, "EXHAUSTIVE", 100_000 if way == "compared" else 0)
    words = _words(name)
    found = assign(words, sizes, pairs)
    expected = _exhaustive(words.array, sizes, pairs)
    assert (found is None) == (expected is None)
    if found and expected:
        assert (found.third, found.fourth) == pytest.approx(expected, abs=1e-6)
        assert [words.levels[column] for column in found.columns] == sizes
        assert _clear(words.array[:, found.columns], pairs)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("l36", [2] * 5 + [3] * 6), ("l54", [2] + [3] * 8), ("l81", [3] * 8), ("l64", [2] * 12)],
    ids=str,
)
def test_wide_arrays_are_searched_the_same_each_time(name: str, sizes: list[int]) -> None:
    """No better than luck would be a choice that changes from one call to the next."""
    words = _words(name)
    found = assign(words, sizes)
    assert found
    assert found == assign(words, sizes)
    assert len(set(found.columns)) == len(sizes)
    first: list[int] = []
    for size in sizes:
        first.append(next(place for place, each in enumerate(words.levels) if each == size and place not in first))
    assert found.third <= words.of(first).third


def test_interactions_lie_where_taguchis_tables_say() -> None:
    """On L8, L9, L16 and L27 the columns that an interaction is confounded with are those of the triangular tables."""
    tables = golden.case("linear_graphs")["recomputed"]
    for name in ("L8", "L9", "L16", "L27"):
        words = _words(name.lower())
        for pair, columns in tables[f"triangular_{name}"].items():
            one, two = (int(column) - 1 for column in pair.split("x"))
            expected = columns if isinstance(columns, list) else [columns]
            assert (words.three[one, two].nonzero()[0] + 1).tolist() == expected


def test_a_clear_pair_leaves_three_columns_balanced() -> None:
    """What the tables call clear is a full factorial of the three columns."""
    words = _words("l18")
    for one, two, three in combinations(range(8), 3):
        assert (words.three[one, two, three] == 0) == is_balanced(words.array, (one, two, three))
