"""Arrays: balance, strength and word lengths, against published values and brute force."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs._arrays import ARRAYS, array
from doe.statistics.arrays import is_balanced, level_counts, strength, unbalanced, word_lengths

WORD_LENGTHS: dict[str, list[float]] = {
    "l4": [1, 0, 0, 1],
    "l9": [1, 0, 0, 8, 0],
    "l12": [1, 0, 0, 55 / 3, 110 / 3, 88 / 3, 88 / 3],
    "l16b": [1, 0, 0, 30, 15, 18],
    "l18": [1, 0, 0, 28, 52.5, 52.5, 70],
    "l18b": [1, 0, 0, 40, 52.5, 67.5, 67],
    "l25": [1, 0, 0, 80, 120, 264, 160],
}
"""As R's DoE.base 1.2 computes them; A0, A1, ... as far as they go."""


def test_a_misprint_in_a_published_array_is_found_out() -> None:
    """R's qualityTools 1.55 has two digits of its L18's last column exchanged: five pairs of columns are spoilt."""
    rows = np.array(array("l18"))
    rows[[4, 5], 7] = rows[[5, 4], 7]
    assert unbalanced(rows, 1) == []
    assert unbalanced(rows, 2) == [(2, 7), (3, 7), (4, 7), (5, 7), (6, 7)]
    assert strength(rows) == 1


@pytest.mark.parametrize("name", WORD_LENGTHS)
def test_word_lengths_agree_with_doe_base(name: str) -> None:
    """Generalised word length patterns are those of R's DoE.base."""
    expected = WORD_LENGTHS[name]
    assert word_lengths(np.array(array(name)))[: len(expected)] == pytest.approx(expected, abs=1e-9)


def test_pydoe_l64_is_found_out() -> None:
    """PyDOE's L64(2^31) has 59 pairs of columns that are not orthogonal, which is why no design is made of it."""
    import pydoe

    assert len(unbalanced(pydoe.get_orthogonal_array("L64(2^31)"), 2)) == 59
    assert "L64(2^31)" not in {source.parent for source in ARRAYS.values()}


@pytest.mark.parametrize("sizes", [(2, 2), (3, 2, 2), (2, 3, 4)], ids=str)
def test_a_full_factorial_has_all_the_strength_there_is(sizes: tuple[int, ...]) -> None:
    """Any number of its columns are balanced, and no word has any length."""
    rows = np.array(list(product(*map(range, sizes))))
    assert strength(rows) == len(sizes)
    assert level_counts(rows) == sizes
    assert word_lengths(rows)[1:] == pytest.approx(np.zeros(len(sizes)))


def test_a_lopsided_column_has_no_strength() -> None:
    """A level that comes more often than another leaves strength 0."""
    rows = np.array([[0, 0], [0, 1], [1, 0]])
    assert strength(rows) == 0
    assert unbalanced(rows, 1) == [(0,), (1,)]


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.sampled_from(["l8", "l9", "l12", "l18", "l18b"]), st.randoms(use_true_random=False))
def test_names_of_levels_and_order_of_runs_do_not_matter(name: str, random: object) -> None:
    """Relabelling levels, and shuffling rows and columns, changes neither strength nor word lengths."""
    generator = np.random.default_rng(random.getrandbits(32))  # type: ignore[attr-defined]
    rows = np.array(array(name))
    relabelled = np.stack([generator.permutation(column.max() + 1)[column] for column in rows.T], axis=1)
    shuffled = generator.permutation(generator.permutation(relabelled, axis=0), axis=1)
    assert word_lengths(shuffled) == pytest.approx(word_lengths(rows))
    assert strength(shuffled) == strength(rows)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(2, 4), st.integers(2, 3), st.integers(1, 24), st.integers(0, 10**6))
def test_balance_is_what_counting_says(one: int, two: int, runs: int, seed: int) -> None:
    """A pair is balanced exactly where every pair of levels occurs equally often."""
    generator = np.random.default_rng(seed)
    rows = np.stack([generator.integers(0, one, runs), generator.integers(0, two, runs)], axis=1)
    counts = level_counts(rows)
    met = dict.fromkeys(product(range(counts[0]), range(counts[1])), 0)
    for row in rows.tolist():
        met[row[0], row[1]] += 1
    assert is_balanced(rows, (0, 1)) == (len(set(met.values())) == 1)
