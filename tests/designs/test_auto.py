"""The array that is chosen for the user, and the columns on it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs import DESIGNS, DesignError
from doe.model import Factor, Level, Objective, Study
from doe.statistics.arrays import has_strength, unbalanced, word_lengths


def _study(*sizes: int, design: str = "auto", **layout: Level | tuple[Level, ...]) -> Study:
    names = ["optimizer", "dropout", "width", "depth", *(f"factor{n}" for n in range(100))]
    factors = tuple(Factor(name, tuple(range(size))) for name, size in zip(names, sizes, strict=False))
    return Study("any", design, factors, Objective("score"), "any", layout=layout)


def _rows(study: Study) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
    return np.array([list(trial.setting.values()) for trial in DESIGNS[study.design].runs(study)])


def test_a_mixed_request_is_answered() -> None:
    """Six factors of 2, 3 and 4 levels: no array below 72 runs can be balanced, and this one is."""
    rows = _rows(_study(2, 2, 3, 3, 3, 4))
    assert len(rows) == 72
    assert unbalanced(rows, 2) == []


def test_a_full_factorial_is_taken_where_nothing_is_smaller() -> None:
    """Two factors of two and three levels need six runs, which are all there are."""
    study = _study(2, 3)
    assert len(_rows(study)) == 6
    assert DESIGNS["auto"].columns(study) == {"optimizer": 1, "dropout": 2}


def test_wanted_interactions_are_kept_clear() -> None:
    """On an L16 no two-factor interaction asked for falls on a factor, or on another one."""
    study = _study(2, 2, 2, 2, 2, 2, interactions=("optimizer:dropout", "width:depth"))
    signs = 1 - 2 * _rows(study)
    assert len(signs) == 16
    one, two = signs[:, 0] * signs[:, 1], signs[:, 2] * signs[:, 3]
    assert not (np.column_stack([signs, two]).T @ one).any()
    assert not (signs.T @ two).any()


def test_columns_say_where_the_factors_lie() -> None:
    """Counted from 1; a factor more would take another."""
    assert list(DESIGNS["auto"].columns(_study(2, 2, 2, 2, runs=8)).values()) == [1, 2, 4, 7]


PAIRS = ("optimizer:dropout", "width:depth")


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (
            _study(3, 3, 3, 2, runs=9),
            "no array of at most 9 runs takes factors of levels: 1 of 2, 3 of 3; L18(2^1 3^7) does, in 18",
        ),
        (
            _study(2, 2, 2, 2, 2, runs=8, interactions=PAIRS),
            (
                "no array of at most 8 runs takes factors of levels: 5 of 2, with optimizer:dropout, width:depth "
                "clear; L16(2^15) does, in 16"
            ),
        ),
        (
            _study(2, 2, 2, runs=4, interactions="optimizer:dropout"),
            (
                "no array of at most 4 runs takes factors of levels: 3 of 2, with optimizer:dropout clear; "
                "full_factorial does, in 8"
            ),
        ),
        (
            _study(2, 3, 3, 4, 5),
            (
                "no array of at most 127 runs takes factors of levels: 1 of 2, 2 of 3, 1 of 4, 1 of 5; "
                "full_factorial does, in 360; random and tpe take any"
            ),
        ),
        (
            _study(2, 2, interactions="optimizer:droput"),
            "interaction 'optimizer:droput': no factor 'droput'; did you mean 'dropout'?",
        ),
        (
            _study(2, 2, interactions="optimizer"),
            "interaction 'optimizer': wanted two different factors, as optimizer:dropout",
        ),
        (_study(2, 2, runs=0), "layout runs = 0: wanted a whole number of 2 or more"),
        (
            _study(2, 2, 2, 2, 2, strength=3, runs=12),
            (
                "no array of strength 3 and at most 12 runs takes factors of levels: 5 of 2; L16(2^5) does, in 16; "
                "L8(2^7), of strength 2, in 8"
            ),
        ),
        (
            _study(2, 3, 3, 3, 3, 4, strength=3),
            (
                "no array of strength 3 and at most 127 runs takes factors of levels: 1 of 2, 4 of 3, 1 of 4; "
                "full_factorial does, in 648; L72(2^37 3^13 4^1), of strength 2, in 72; random and tpe take any"
            ),
        ),
        (_study(2, 2, strength=4), "layout strength = 4: wanted 2 or 3; fraction has more, of two levels"),
    ],
    ids=["runs", "interactions", "factorial", "nothing", "factor", "pair", "number", "strong", "stronger", "strength"],
)
def test_what_cannot_be_had_is_said_in_a_line(study: Study, said: str) -> None:
    """With the next larger array that could."""
    with pytest.raises(DesignError, match=f"^auto: ?{re.escape(said)}$"):
        DESIGNS["auto"].runs(study)


@pytest.mark.parametrize(
    ("sizes", "runs"),
    [((2,) * 6, 16), ((3, 3, 3, 2), 54), ((4, 4, 2, 2), 32), ((2, 2, 3, 4), 48), ((3,) * 6, 81)],
    ids=str,
)
def test_strength_three_where_it_is_asked_for(sizes: tuple[int, ...], runs: int) -> None:
    """Any three factors at all combinations of their levels, in the smallest array, or the full factorial."""
    rows = _rows(_study(*sizes, strength=3))
    assert len(rows) == runs
    assert has_strength(rows, 3)
    assert word_lengths(rows)[1:4] == pytest.approx([0, 0, 0])


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.lists(st.sampled_from([2, 2, 2, 3, 4, 6]), min_size=2, max_size=7))
def test_whatever_is_chosen_of_strength_three_has_it(sizes: list[int]) -> None:
    """Or it is refused, and no smaller array than that of strength 2 has it."""
    try:
        rows = _rows(_study(*sizes, strength=3))
    except DesignError:
        assert np.prod(sizes) > 127
        return
    assert has_strength(rows, 3)
    assert len(rows) >= len(_rows(_study(*sizes)))


def test_strength_three_keeps_wanted_interactions_apart_as_well() -> None:
    """All interactions are clear of the factors; those wanted also of each other."""
    signs = 1 - 2 * _rows(_study(*(2,) * 6, strength=3, interactions=PAIRS))
    assert signs.shape == (16, 6)
    assert not (signs[:, 0] * signs[:, 1]) @ (signs[:, 2] * signs[:, 3])


def test_dummy_levels_come_when_asked() -> None:
    """Every factor keeps its own levels, its first ones more often."""
    rows = _rows(_study(3, 3, 3, 2, dummy=True))
    assert rows.shape == (9, 4)
    assert np.bincount(rows[:, 3]).tolist() == [6, 3]


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.lists(st.sampled_from([2, 2, 3, 3, 4, 5]), min_size=2, max_size=6))
def test_whatever_is_chosen_is_balanced_and_no_larger_than_all_combinations(sizes: list[int]) -> None:
    """Strength 2, in at most as many runs as a full factorial; or refused."""
    try:
        rows = _rows(_study(*sizes))
    except DesignError:
        assert np.prod(sizes) > 127
        return
    assert len(rows) <= np.prod(sizes)
    assert unbalanced(rows, 2) == []
    assert word_lengths(rows)[1:3] == pytest.approx([0, 0])


@pytest.mark.parametrize("factors", [3, 4, 7, 8, 11, 12, 19, 23, 31, 35, 51, 75, 91, 99])
def test_plackett_burman_takes_the_next_multiple_of_four(factors: int) -> None:
    """Up to 99 factors, all main effects orthogonal."""
    signs = 1 - 2 * _rows(_study(*(2,) * factors, design="plackett_burman"))
    runs = (factors // 4 + 1) * 4
    assert signs.shape == (runs, factors)
    assert (signs.T @ signs == runs * np.eye(factors)).all()
    assert not signs.sum(axis=0).any()


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (_study(2, 3, design="plackett_burman"), " wants 2 levels of 'dropout', not 3 (0, 1, 2)"),
        (
            _study(*(2,) * 5, design="plackett_burman", runs=10),
            " of 5 factors in 10 runs: wanted a multiple of 4 from 8 to 100",
        ),
        (_study(*(2,) * 100, design="plackett_burman"), " of 100 factors in 104 runs: wanted at most 99 factors"),
    ],
    ids=["levels", "runs", "factors"],
)
def test_what_plackett_burman_does_not_take(study: Study, said: str) -> None:
    """In one line, with what it wants."""
    with pytest.raises(DesignError, match=f"^plackett_burman{re.escape(said)}$"):
        DESIGNS["plackett_burman"].runs(study)


def test_plackett_burman_has_room_for_error_where_it_is_asked_for() -> None:
    """More runs than the factors need leave degrees of freedom for the error."""
    assert len(_rows(_study(*(2,) * 5, design="plackett_burman", runs=12))) == 12
