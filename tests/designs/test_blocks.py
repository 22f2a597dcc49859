"""Blocks: laid out like any factor, and run one after another."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs import DESIGNS, DesignError, Fixed
from doe.evaluations import evaluate, figures
from doe.model import Factor, Objective, Study
from doe.statistics.arrays import unbalanced
from tests.designs.studies import FACTORS, MIXED, TWO_LEVELS, study_for

TAKES = ["l8", "l16", "auto", "full_factorial", "fraction", "plackett_burman", "sobol", "latin_hypercube", "optimal"]
SEEDS = Factor("seed", (3, 5, 9), role="noise")


def _blocked(design: str, *blocks: Factor, seed: int = 0, replicates: int = 1) -> Study:
    factors = FACTORS.get(design, TWO_LEVELS if design.startswith("l") and design[1:].isdigit() else MIXED)
    return Study(design, design, (*factors[:3], *blocks), Objective("score"), "any", seed=seed, replicates=replicates)


@given(
    design=st.sampled_from(TAKES),
    blocks=st.integers(1, 2),
    seed=st.integers(0, 50),
    noise=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_blocks_are_run_one_after_another(design: str, blocks: int, seed: int, noise: bool) -> None:
    """In each replicate every run comes once, and those of a block, a combination of the block factors, together."""
    names = [f"day{place}" for place in range(blocks)]
    study = _blocked(design, *(Factor(name, ("a", "b"), role="block") for name in names), seed=seed, replicates=2)
    if noise:
        study = replace(study, factors=(SEEDS, *study.factors))
    trials = list(DESIGNS[design].propose(study, (), ()))
    half = len(trials) // 2
    for part in (trials[:half], trials[half:]):
        assert sorted(trial.run for trial in part) == list(range(1, half + 1))
        order = [tuple(trial.setting[name] for name in names) for trial in part]
        met = [block for block, _ in groupby(order)]
        assert len(met) == len(set(met)) == len(set(order)) > 1


def test_order_within_blocks_is_drawn_and_so_is_that_of_blocks() -> None:
    """Seeds differ in which block comes first, and in the order within it, which is not the standard one."""
    block = Factor("day", ("a", "b"), role="block")
    found = [list(DESIGNS["l8"].propose(_blocked("l8", block, seed=seed), (), ())) for seed in range(8)]
    assert {trials[0].setting["day"] for trials in found} == {"a", "b"}
    assert len({tuple(trial.run for trial in trials) for trials in found}) == 8
    firsts = [[trial.run for trial in trials[:4]] for trials in found]
    assert sum(first != sorted(first) for first in firsts) > 4


@pytest.mark.parametrize("name", [name for name, design in DESIGNS.items() if isinstance(design, Fixed)])
def test_without_blocks_the_order_is_what_it_always_was(name: str) -> None:
    """Journals that were begun go on where they stopped."""
    study = study_for(name, replicates=2, seed=7)
    expected = []
    for replicate in (1, 2):
        order = list(range(1, len(DESIGNS[name].runs(study)) + 1))
        Random(f"7-{replicate}").shuffle(order)
        expected += [(run, replicate, 6 + replicate) for run in order]
    assert [(t.run, t.replicate, t.seed) for t in DESIGNS[name].propose(study, (), ())] == expected


def test_a_block_is_balanced_against_the_others() -> None:
    """It takes a column of the array: any two factors, the block among them, meet at all levels equally often."""
    study = _blocked("l8", Factor("day", ("a", "b"), role="block"))
    rows = [[f.levels.index(run.setting[f.name]) for f in study.factors] for run in DESIGNS["l8"].runs(study)]
    assert not unbalanced(np.array(rows), 2)


def test_a_plan_says_how_its_runs_hang_together() -> None:
    """Eight runs in two blocks, each under three seeds, of strength 3 like the L8 without the noise."""
    study = _blocked("l8", Factor("day", ("a", "b"), role="block"), SEEDS)
    trials = DESIGNS["l8"].runs(study)
    note = evaluate(study, trials)[0].note
    assert note.startswith(
        "24 runs (8, each under 3 noise settings; in 2 blocks, one after the other), balanced: any 3"
    )
    assert figures(study, trials).gwlp == pytest.approx((1, 0, 0, 0, 1, 0))
    # 24 runs but the mean, 4 factors of two levels, and 2 for the seeds
    assert figures(study, trials).error_df == 24 - 1 - 4 - 2


def test_the_composites_blocks_are_its_own() -> None:
    """The cube and the star, each with its centre points, and run apart."""
    study = replace(study_for("central_composite"), seed=3)
    study = replace(study, factors=(*study.factors, Factor("day", ("a", "b"), role="block")))
    order = [trial.setting["day"] for trial in DESIGNS["central_composite"].propose(study, (), ())]
    assert [(day, len(list(same))) for day, same in groupby(order)] in ([("a", 19), ("b", 11)], [("b", 11), ("a", 19)])


@pytest.mark.parametrize("design", ["tpe", "random"])
def test_a_sampler_takes_no_blocks(design: str) -> None:
    """It would look for the best one."""
    with pytest.raises(DesignError, match=f"{design} would choose the best level of factor 'day', whose role is block"):
        DESIGNS[design].runs(_blocked(design, Factor("day", ("a", "b"), role="block")))
