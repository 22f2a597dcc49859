"""Constructions: each gives the strength its theorem promises, counted out over every choice of columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs._arrays import array
from doe.statistics import constructions as made
from doe.statistics.arrays import Array, level_counts, strength, unbalanced
from doe.statistics.galois import field
from doe.statistics.hadamard import construction, hadamard, two_level


@pytest.mark.parametrize(("levels", "exponent"), [(2, 4), (3, 3), (4, 2), (5, 2), (7, 2), (8, 2), (9, 2)], ids=str)
def test_rao_hamming_is_saturated(levels: int, exponent: int) -> None:
    """Its columns use up all degrees of freedom, and every pair is balanced."""
    rows = made.rao_hamming(levels, exponent)
    assert rows.shape == (levels**exponent, (levels**exponent - 1) // (levels - 1))
    assert unbalanced(rows, 2) == []


@pytest.mark.parametrize(
    ("name", "levels", "exponent"),
    [
        ("l4", 2, 2),
        ("l8", 2, 3),
        ("l16", 2, 4),
        ("l32", 2, 5),
        ("l9", 3, 2),
        ("l27", 3, 3),
        ("l81", 3, 4),
        ("l25", 5, 2),
    ],
)
def test_taguchis_arrays_are_rao_hammings(name: str, levels: int, exponent: int) -> None:
    """Column for column, run for run: what is read from files and what is constructed agree."""
    assert (np.array(array(name)) == made.rao_hamming(levels, exponent)).all()


@pytest.mark.parametrize("power", [(2, 2), (3, 2), (3, 3), (4, 3), (4, 4), (5, 3), (8, 3)], ids=str)
def test_bush_has_the_strength_it_is_asked_for(power: tuple[int, int]) -> None:
    """Index one: every choice of t columns holds every combination once; an even q has one column more for t = 3."""
    levels, wanted = power
    rows = made.bush(levels, wanted)
    assert rows.shape == (levels**wanted, levels + 1 + (wanted == 3 and levels % 2 == 0))
    assert strength(rows) == wanted


def test_bush_refuses_more_strength_than_levels() -> None:
    """Two levels have no array of index one and strength three with three columns to spare."""
    with pytest.raises(ValueError, match="strength from 2 to 2, not 3"):
        made.bush(2, 3)


@pytest.mark.parametrize("rows", range(4, 101, 4))
def test_hadamard_matrices_are_orthogonal(rows: int) -> None:
    """At every multiple of four to a hundred, normalised, and as an array of strength two."""
    matrix = hadamard(rows)
    assert (matrix @ matrix.T == rows * np.eye(rows)).all()
    assert (matrix[0] == 1).all()
    assert (matrix[:, 0] == 1).all()
    assert level_counts(two_level(rows)) == (2,) * (rows - 1)


def test_a_hadamard_matrix_nobody_here_can_make_is_refused() -> None:
    """Six rows have none; 116 has one, but by none of the constructions here."""
    assert construction(6) is None
    with pytest.raises(ValueError, match="116 rows"):
        hadamard(116)


SCHEMES = {
    "D(9, 9, 3)": (made.multiplication_scheme(9, 3), 3),
    "D(8, 8, 4)": (made.multiplication_scheme(8, 4), 4),
    "D(16, 16, 4)": (made.multiplication_scheme(16, 4), 4),
    "D(6, 6, 3)": (made.double_scheme(3), 3),
    "D(10, 10, 5)": (made.double_scheme(5), 5),
    "D(18, 18, 9)": (made.double_scheme(9), 9),
    "D(18, 18, 3)": (made.kronecker_scheme(made.double_scheme(3), made.multiplication_scheme(3, 3), 3), 3),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_difference_schemes_give_arrays(name: str) -> None:
    """The differences of any two columns hold each element equally often; the array they make has strength two."""
    scheme, levels = SCHEMES[name]
    add = field(levels).add
    subtract = np.argsort(add, axis=1)
    for one in range(scheme.shape[1]):
        for two in range(one):
            met = np.bincount(subtract[scheme[:, two], scheme[:, one]], minlength=levels)
            assert (met == len(scheme) // levels).all()
    rows = made.difference_sum(scheme, levels)
    assert level_counts(rows) == (levels,) * scheme.shape[1] + (len(scheme),)
    assert unbalanced(rows, 2) == []


def test_replacing_and_merging_are_inverse() -> None:
    """Four levels become three columns of two, and they become four levels again."""
    rows = made.rao_hamming(4, 2)
    split = made.replaced(rows, 0, made.rao_hamming(2, 2))
    assert level_counts(split) == (2, 2, 2, 4, 4, 4, 4)
    assert strength(split) == 2
    assert (made.merged(split, (0, 1, 2)) == rows).all()


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.data())
def test_replacing_any_columns_keeps_the_strength(data: st.DataObject) -> None:
    """Expansive replacement of any of the columns, one after the other, leaves every pair balanced."""
    parent, by = data.draw(
        st.sampled_from(
            [
                (made.rao_hamming(4, 2), made.rao_hamming(2, 2)),
                (made.rao_hamming(9, 2), made.rao_hamming(3, 2)),
                (made.rao_hamming(8, 2), made.difference_sum(made.multiplication_scheme(4, 2), 2)),
            ]
        )
    )
    rows: Array = parent
    for column in sorted(data.draw(st.sets(st.integers(0, parent.shape[1] - 1), max_size=4)), reverse=True):
        rows = made.replaced(rows, column, by)
    assert unbalanced(rows, 2) == []
