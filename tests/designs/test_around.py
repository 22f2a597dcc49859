"""Centre points around any fixed design, and the files that a crossed plan travels in."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from doe.designs import AROUND, DESIGNS, DesignError, Fixed
from doe.model import Factor, Level, Objective, Setting, Sliding, Study
from tests.designs.studies import MIXED, study_for

OWN = ["fraction", "central_composite", "box_behnken"]
"""These have centre points of their own."""

RATE = Factor("learning_rate", (0.001, 0.1), "log")
WIDTH = Factor("width", (16, 64), "linear")
RANKS = Factor("depth", (2, 3, 10), "linear")
KIND = Factor("optimizer", ("adam", "sgd"))
SEEDS = Factor("seed", (1, 2), role="noise")


def _study(*factors: Factor, design: str = "full_factorial", **layout: Level) -> Study:
    return Study("any", design, factors, Objective("score"), "any", layout=layout)


def _settings(study: Study) -> list[Setting]:
    return [run.setting for run in DESIGNS[study.design].runs(study)]


@pytest.mark.parametrize("name", DESIGNS)
def test_each_fixed_design_says_what_may_be_put_around_it(name: str) -> None:
    """An outer array, and centre points once, in the design's own words or in ours; a sampler neither."""
    design = DESIGNS[name]
    common = {option for option, says in AROUND.items() if design.options.get(option) == says}
    fixed = {"outer"} if name in OWN else {"outer", "centre_points"}
    assert common == (fixed if isinstance(design, Fixed) else set())
    assert ("centre_points" in design.options) == isinstance(design, Fixed)


def test_the_centre_is_the_middle_on_each_scale() -> None:
    """Half way, half way in logarithms, the middle one of three levels wherever it lies; behind the design's runs."""
    bare, centred = _study(RATE, WIDTH, RANKS), _study(RATE, WIDTH, RANKS, centre_points=2)
    found = _settings(centred)
    assert found[:12] == _settings(bare)
    assert found[12:] == [{"learning_rate": 0.01, "width": 40, "depth": 3}] * 2


def test_what_has_no_middle_has_a_centre_at_each_level() -> None:
    """Two optimizers in two blocks have four centres; and all of it comes under each seed."""
    day = Factor("day", (1, 2), role="block")
    found = _settings(_study(RATE, KIND, day, SEEDS, centre_points=3))
    centres = [s for s in found if s["learning_rate"] == 0.01]
    assert found[16:] == centres
    assert len(centres) == 3 * 2 * 2 * 2
    met = Counter((s["optimizer"], s["day"], s["seed"]) for s in centres)
    assert met == dict.fromkeys(product(("adam", "sgd"), (1, 2), (1, 2)), 3)


@pytest.mark.parametrize("name", ["l9", "auto", "optimal", "sobol", "table", "definitive_screening"])
def test_centre_points_are_run_among_the_others(name: str) -> None:
    """Numbered behind them, not run behind them; columns stay what they were."""
    bare = study_for(name)
    bare = replace(bare, factors=MIXED) if name == "l9" else bare
    study = replace(bare, layout={**bare.layout, "centre_points": 1})
    runs, order = DESIGNS[name].runs(study), [t.run for t in DESIGNS[name].propose(study, (), ())]
    before = len(DESIGNS[name].runs(bare))
    assert [t.setting for t in runs[:before]] == [t.setting for t in DESIGNS[name].runs(bare)]
    assert len(runs) > before
    assert order[-(len(runs) - before) :] != list(range(before + 1, len(runs) + 1))
    assert DESIGNS[name].columns(study) == DESIGNS[name].columns(bare)


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ((KIND,), "full_factorial has no centre: no factor has numbers between its levels"),
        ((Factor("depth", (2, 3), "linear"),), "full_factorial: 'depth' has no centre between 2, 3"),
        (
            (RATE, Factor("a", tuple("xyz")), Factor("b", tuple("xyz"))),
            "a, b have 9 combinations of levels, each with a centre of its own; 8 is the most",
        ),
    ],
    ids=["no numbers", "no middle", "too many"],
)
def test_where_there_is_no_centre_it_says_why(factors: tuple[Factor, ...], said: str) -> None:
    """In one line; nothing is said where no centre points are wanted."""
    with pytest.raises(DesignError) as refused:
        _settings(_study(*factors, centre_points=1))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert _settings(_study(*factors, centre_points=0)) == _settings(_study(*factors))


@pytest.mark.parametrize("wanted", [-1, "many", 1.5, True])
def test_a_number_of_centre_points_is_a_whole_number(wanted: Level) -> None:
    """Of none or more."""
    with pytest.raises(DesignError, match=r"layout centre_points = .*: wanted a whole number of 0 or more"):
        _settings(_study(RATE, centre_points=wanted))


def _written(folder: Path, study: Study, names: list[str]) -> str:
    file = folder / "table.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["run", *names])
        writer.writerows([t.run, *(t.setting[name] for name in names)] for t in DESIGNS[study.design].runs(study))
    return str(file)


def test_a_table_with_the_noise_in_it_is_the_whole_plan(tmp_path: Path) -> None:
    """What was written comes back as it was, not crossed once more; an outer array has nothing to do."""
    study = _study(KIND, RATE, SEEDS)
    file = _written(tmp_path, study, ["optimizer", "learning_rate", "seed"])
    assert _settings(_study(KIND, RATE, SEEDS, design="table", file=file)) == _settings(study)
    with pytest.raises(DesignError, match="outer = l4, but no factor of role noise is to be crossed"):
        _settings(_study(KIND, RATE, SEEDS, design="table", file=file, outer="l4"))


def test_a_table_without_the_noise_is_crossed_with_it(tmp_path: Path) -> None:
    """As any other design."""
    bare = _study(KIND, RATE)
    file = _written(tmp_path, bare, ["optimizer", "learning_rate"])
    found = _settings(_study(KIND, RATE, SEEDS, design="table", file=file))
    assert found == [{**setting, "seed": seed} for setting in _settings(bare) for seed in (1, 2)]


def test_a_factor_that_slides_along_with_the_noise_is_laid_out() -> None:
    """Noise is no factor of the inner array, but a base may hang on it."""
    sliding = Factor("learning_rate", (0.5, 2.0), "log", times=Sliding("optimizer", (("adam", 0.001), ("sgd", 0.1))))
    kind = Factor("optimizer", ("adam", "sgd"), role="noise")
    found = _settings(_study(sliding, WIDTH, kind, design="l4"))
    assert len(found) == 8
    assert {setting["learning_rate"] for setting in found} == {0.5, 2.0}
