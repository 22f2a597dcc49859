"""The smallest repair is as small as any: all choices tried on small tables."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from doe.statistics.entangled import degrees, entangled
from doe.statistics.observations import observe
from doe.statistics.repair import smallest_repair
from doe.statistics.strata import Fit, fit
from tests import golden


@pytest.mark.parametrize("seed", range(30))
def test_no_other_choice_is_smaller(seed: int) -> None:
    """Ranks of every choice of so many rows and of one fewer, by brute force."""
    generator = np.random.default_rng(seed)
    rows = np.hstack([np.ones((12, 1)), generator.choice([-1.0, 1.0], (12, 5))])
    have, candidates = rows[: generator.integers(1, 6)], rows[6:]
    chosen = smallest_repair(have, candidates, [0] * 6)

    def rank(places: tuple[int, ...]) -> int:
        return int(np.linalg.matrix_rank(np.vstack([have, candidates[list(places)]])))

    assert rank(chosen) == rank(tuple(range(6)))
    if chosen:
        assert max(rank(some) for some in combinations(range(6), len(chosen) - 1)) < rank(chosen)


def test_a_cheaper_row_comes_first() -> None:
    """A dear one is taken only where no other will do."""
    have, candidates = np.eye(3)[:1], np.eye(3)[[1, 1, 2]]
    assert smallest_repair(have, candidates, [1, 0, 1]) == (1, 2)


def _l9(rows: list[int]) -> Fit:
    frame = golden.table("yang_elhaik_L9_yield").iloc[rows]
    return fit(observe(frame, "y", {name: [1, 2, 3] for name in "ABC"}), [("A", "B")])


def test_what_is_entangled_is_told_with_what() -> None:
    """A third column is part of the interaction of the first two; without that, every effect is its own."""
    found = {each.term: each for each in entangled(_l9(list(range(9))))}
    assert set(found) == {("C",), ("A", "B")}
    assert (found["C",].left, found["C",].wanted, found["C",].partners) == (0, 2, (("A", "B"),))
    assert (found["A", "B"].left, found["A", "B"].wanted, found["A", "B"].partners) == (2, 4, (("C",),))


def test_main_effects_are_judged_without_their_own_interaction() -> None:
    """In types I and II an interaction with an empty cell takes nothing from its main effects; in type III it does."""
    frame = pd.DataFrame({"a": [0, 0, 1, 1, 2], "b": [0, 1, 0, 1, 0], "y": np.arange(5.0)})
    model = fit(observe(frame, "y", {"a": (0, 1, 2), "b": (0, 1)}), [("a", "b")])
    assert {each.term for each in entangled(model)} == {("a", "b")}
    assert ("a",) in {each.term for each in entangled(model, "III")}


def test_degrees_of_the_first_rows() -> None:
    """What the first rows leave each term of the model of all."""
    model = fit(observe(golden.table("yang_elhaik_L9_yield"), "y", {name: [1, 2, 3] for name in "ABC"}))
    assert degrees(model) == {("A",): 2, ("B",): 2, ("C",): 2}
    # The first six runs know nothing of A's third level.
    assert degrees(model, 6)["A",] == 1
