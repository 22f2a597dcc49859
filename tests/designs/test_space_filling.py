"""Space-filling designs: every factor spread evenly, whatever its levels are."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from doe.designs import DESIGNS, DesignError
from doe.model import Factor, Level, Objective, Study


def _study(design: str, factors: int = 3, seed: int = 0, **layout: Level) -> Study:
    told = tuple(Factor(f"x{place}", (0.0, 1.0), "linear") for place in range(factors))
    return Study("any", design, told, Objective("score"), "any", seed=seed, layout=layout)


def _points(study: Study) -> npt.NDArray[np.float64]:
    runs = DESIGNS[study.design].runs(study)
    return np.array([list(run.setting.values()) for run in runs], dtype=np.float64)


@pytest.mark.parametrize("layout", [{}, {"criterion": "random-cd"}, {"strength": 2, "runs": 25}], ids=str)
def test_every_slice_of_a_latin_hypercube_has_one_run(layout: dict[str, Level]) -> None:
    """Cut into as many slices as runs, each factor has a value in each."""
    points = _points(replace(_study("latin_hypercube"), layout=layout))
    slices = np.sort((points * len(points)).astype(int), axis=0)
    assert (slices == np.arange(len(points))[:, None]).all()


def test_of_strength_two_every_two_factors_are_spread_together() -> None:
    """Any two factors have one run in each of 5 x 5 cells."""
    points = _points(_study("latin_hypercube", 4, strength=2, runs=25))
    for one, two in combinations(range(4), 2):
        assert len({tuple(cell) for cell in (points[:, [one, two]] * 5).astype(int).tolist()}) == 25


def test_maximin_keeps_runs_apart() -> None:
    """Farther than an ordinary hypercube's closest runs are, nine times in ten."""
    from scipy.spatial.distance import pdist
    from scipy.stats import qmc

    ours = pdist(_points(_study("latin_hypercube", runs=20))).min()
    others = [pdist(qmc.LatinHypercube(3, seed=seed).random(20)).min() for seed in range(50)]
    assert ours > np.quantile(others, 0.9)


def test_sobol_fills_every_cell() -> None:
    """Of 64 scrambled points, each factor has 16 in every quarter; fewer runs are the first of more."""
    points = _points(_study("sobol", runs=64))
    assert all(np.bincount((column * 4).astype(int)).tolist() == [16] * 4 for column in points.T)
    assert (_points(_study("sobol", runs=50)) == points[:50]).all()


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_the_seed_says_which(design: str) -> None:
    """The same seed has the same points, another has others."""
    one, again, other = (_points(_study(design, seed=seed)) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_categories_and_whole_numbers_are_spread_too(design: str) -> None:
    """Levels without a scale come about equally often; whole numbers stay whole, and within their levels."""
    factors = (Factor("kind", ("a", "b", "c")), Factor("on", (False, True)), Factor("width", (16, 256), "log"))
    study = Study("any", design, factors, Objective("score"), "any", layout={"runs": 48})
    settings = [run.setting for run in DESIGNS[design].runs(study)]
    kinds = [setting["kind"] for setting in settings]
    assert all(abs(kinds.count(kind) - 16) <= 2 for kind in "abc")
    assert abs(sum(setting["on"] is True for setting in settings) - 24) <= 1
    assert all(isinstance(setting["width"], int) and 16 <= setting["width"] <= 256 for setting in settings)


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (_study("latin_hypercube", strength=3), "layout strength = 3: wanted 1 or 2"),
        (_study("latin_hypercube", strength=2, runs=24), "strength 2 and 3 factors wants 4, 9, 25, 49, ... runs"),
        (_study("latin_hypercube", criterion="max"), "layout criterion has no 'max'; did you mean 'maximin'?"),
        (_study("latin_hypercube", runs=1.5), "layout runs = 1.5: wanted a whole number of 2 or more"),
        (_study("sobol", scramble=True), "sobol has no layout option 'scramble'; there is centre_points, outer, runs"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(study: Study, said: str) -> None:
    """In one line."""
    with pytest.raises(DesignError) as refused:
        DESIGNS[study.design].runs(study)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("design", "known"),
    [
        ("l9", "there is centre_points, outer"),
        ("full_factorial", "there is centre_points, outer"),
        ("random", "did you mean 'prune'"),
        ("tpe", "did you mean 'prune'"),
    ],
)
def test_a_layout_that_a_design_does_not_take_is_refused(design: str, known: str) -> None:
    """Nothing that was asked for is silently left out."""
    with pytest.raises(DesignError, match=f"{design} has no layout option 'runs'; {known}"):
        list(DESIGNS[design].propose(_study(design, runs=8), [], []))
    with pytest.raises(DesignError, match=f"{design} has no layout option 'runs'; {known}"):
        DESIGNS[design].size(_study(design, runs=8))
