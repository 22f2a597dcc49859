"""Full factorials: all combinations, the last factor fastest, lazily."""

from __future__ import annotations

import tracemalloc
from itertools import islice, product

import pytest

from doe.designs import DESIGNS, DesignError
from doe.model import Factor, Objective, Study


def _study(*sizes: int) -> Study:
    factors = tuple(Factor(f"factor{place}", tuple(range(size))) for place, size in enumerate(sizes))
    return Study("any", "full_factorial", factors, Objective("score"), "any")


def test_every_combination_comes_once() -> None:
    """In standard order the last factor changes fastest."""
    settings = [tuple(trial.setting.values()) for trial in DESIGNS["full_factorial"].runs(_study(2, 3, 4))]
    assert settings == list(product(range(2), range(3), range(4)))


def test_ten_thousand_runs_stream() -> None:
    """The first trials come at once and in little memory; all come in time that grows with their number."""
    study = _study(10, 10, 10, 10)
    tracemalloc.start()
    first = list(islice(DESIGNS["full_factorial"].propose(study, [], []), 5))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(first) == 5
    assert peak < 2**20
    assert sum(1 for _ in DESIGNS["full_factorial"].propose(study, [], first)) == 10_000 - 5


def test_more_runs_than_anyone_trains_are_refused() -> None:
    """Thirty factors of two levels would be a thousand million runs."""
    with pytest.raises(DesignError, match="full_factorial of 30 factors has 1,073,741,824 runs; 1,000,000 is the most"):
        DESIGNS["full_factorial"].size(_study(*[2] * 30))
