"""Projections and generalised resolution, against DoE.base and against the pattern they add up to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.statistics.arrays import Array, strength, word_lengths
from doe.statistics.catalogue import recipes
from doe.statistics.projections import generalised_resolution, projected_words
from tests import golden

CATALOGUE = golden.case("gwlp_catalogue")
NAMES = list(CATALOGUE["expected"])


def _array(name: str) -> Array:
    """An array made here, of the same levels; that it has the same words is tested beside its construction."""
    levels = sorted(CATALOGUE["design"][name]["levels"])
    every = recipes(int(name[1:].partition("(")[0]))
    return np.array(next(each for each in every if sorted(each.levels) == levels).make())


@pytest.mark.parametrize("name", NAMES)
def test_generalised_resolution_agrees_with_doe_base(name: str) -> None:
    """R prints it to two decimals."""
    rows = _array(name)
    expected = CATALOGUE["expected"][name]
    assert strength(rows) == expected["strength"]
    found = generalised_resolution(rows, expected["strength"] + 1)
    assert found is not None
    assert round(found, 2) == expected["GR"]


@pytest.mark.parametrize("name", NAMES)
def test_projected_words_add_up_to_the_pattern(name: str) -> None:
    """A3 is the sum over all choices of three columns."""
    rows = _array(name)
    words = projected_words(rows, 3)
    assert words is not None
    assert sum(words.values()) == pytest.approx(word_lengths(rows)[3])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*(st.integers(0, 2),) * 4), min_size=4, max_size=12), st.integers(1, 4))
def test_any_table_projects_to_its_own_pattern(rows: list[tuple[int, ...]], size: int) -> None:
    """For words of any length, and tables of no strength at all."""
    # every level must occur for the columns to have three
    table = np.array([*rows, (0, 0, 0, 0), (1, 1, 1, 1), (2, 2, 2, 2)])
    words = projected_words(table, size)
    assert words is not None
    assert sum(words.values()) == pytest.approx(word_lengths(table)[size])


def test_too_many_choices_are_not_counted() -> None:
    """Of 63 columns there are 595,665 choices of four."""
    table = np.zeros((4, 63), dtype=np.intp)
    table[2:] = 1
    assert projected_words(table, 4) is None
    assert generalised_resolution(table, 4) is None
