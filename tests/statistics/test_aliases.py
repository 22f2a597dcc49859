"""Aliases: shares of main effects in interactions, against regression and the word lengths."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs._arrays import array
from doe.statistics.aliases import main_effect_aliases
from doe.statistics.arrays import word_lengths
from doe.statistics.contrasts import helmert, product


@pytest.mark.parametrize("name", ["l4", "l8", "l9", "l12", "l16b", "l18", "l25"])
def test_shares_add_up_to_the_words_of_length_three(name: str) -> None:
    """Each word of three factors aliases each of the three with the interaction of the other two."""
    rows = np.array(array(name))
    degrees = rows.max(axis=0)
    total = sum(share * degrees[factor] for (factor, _), share in main_effect_aliases(rows).items())
    assert total == pytest.approx(3 * word_lengths(rows)[3])


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(6, 20), st.integers(0, 10**6))
def test_a_share_is_the_mean_r_squared_of_a_regression(runs: int, seed: int) -> None:
    """Whatever the plan, the share is how much of the effect a regression on the interaction explains."""
    rows = np.random.default_rng(seed).integers(0, 3, (runs, 3))
    rows = np.stack([np.unique(column, return_inverse=True)[1] for column in rows.T], axis=1)
    aliases = main_effect_aliases(rows)
    effects = [helmert(int(column.max()) + 1)[column] for column in rows.T]
    for factor in range(3):
        one, two = (other for other in range(3) if other != factor)
        explained = np.hstack([np.ones((runs, 1)), product(effects[one], effects[two])])
        basis, sizes, _ = np.linalg.svd(effects[factor] - effects[factor].mean(axis=0), full_matrices=False)
        basis = basis[:, sizes > 1e-9]
        if not basis.shape[1]:
            continue
        left = basis - explained @ np.linalg.lstsq(explained, basis, rcond=None)[0]
        share = float((1 - (left**2).sum(axis=0)).mean())
        assert aliases.get((factor, (one, two)), 0.0) == pytest.approx(share, abs=1e-8)


def test_an_l9_aliases_every_main_effect_wholly() -> None:
    """Each of its four effects lies wholly in each of the three interactions of the others."""
    aliases = main_effect_aliases(np.array(array("l9")))
    assert len(aliases) == 12
    assert set(aliases.values()) == {1.0}


def test_an_l12_spreads_its_aliases_evenly() -> None:
    """A ninth of each main effect in every interaction: Plackett and Burman's design of 12 runs."""
    aliases = main_effect_aliases(np.array(array("l12")))
    assert len(aliases) == 11 * len(list(combinations(range(10), 2)))
    assert list(aliases.values()) == pytest.approx([1 / 9] * len(aliases))


def test_strength_three_aliases_no_main_effect() -> None:
    """A half fraction of a 2^4 by its longest word leaves main effects clear."""
    rows = np.array([[a, b, c, (a + b + c) % 2] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    assert main_effect_aliases(rows) == {}
