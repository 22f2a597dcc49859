"""Taguchi's arrays: each verified, factors laid on fitting columns, and what does not fit refused in one line."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

from doe.designs import DESIGNS, DesignError
from doe.designs._arrays import ARRAYS, _ask, array, levels, runs
from doe.model import Factor, Objective, Study
from doe.statistics.arrays import level_counts, strength
from tests import golden


def _study(design: str, *sizes: int) -> Study:
    names = ["optimizer", "dropout", "epochs", "width", "depth", *(f"factor{n}" for n in range(40))]
    factors = tuple(Factor(name, tuple(range(size))) for name, size in zip(names, sizes, strict=False))
    return Study("any", design, factors, Objective("score"), "any")


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_is_what_its_name_says(name: str) -> None:
    """Strength 2 at least, runs and levels as in the title, and no run twice."""
    rows = np.array(array(name))
    assert strength(rows) >= 2
    assert level_counts(rows) == levels(name)
    assert len(rows) == runs(name) == len(np.unique(rows, axis=0))


@pytest.mark.parametrize("name", [name for name in ARRAYS if name != "l18"])
def test_the_files_say_what_pydoe_says(name: str) -> None:
    """Read as files, without the second and a half that importing pydoe takes, the arrays are pydoe's own."""
    assert array(name) == _ask(ARRAYS[name].parent)


def test_the_l9_is_the_founding_studys() -> None:
    """Runs are numbered and columns ordered as in the published study."""
    results = golden.founding_l9()
    study = Study("l9", "l9", results.factors, Objective("accuracy"), "vgg16")
    settings = [{"run": trial.run, **trial.setting} for trial in DESIGNS["l9"].runs(study)]
    assert settings == results.table.drop(columns="accuracy").to_dict("records")


def test_the_l18_is_taguchis() -> None:
    """Its first runs, as in every textbook: the two-level column first, the next one slowest of the others."""
    assert ["".join(map(str, row)) for row in array("l18")[:4]] == ["00000000", "00111111", "00222222", "01001122"]


@pytest.mark.parametrize(
    ("design", "sizes", "columns"),
    [("l18", (3, 2, 3), [2, 1, 3]), ("l36", (3, 2, 3, 2), [12, 1, 13, 2]), ("l9", (3, 3), [1, 2])],
    ids=["l18", "l36", "l9"],
)
def test_factors_lie_on_the_first_column_of_their_levels(
    design: str, sizes: tuple[int, ...], columns: list[int]
) -> None:
    """From left to right, each on the first free column with as many levels."""
    assert list(DESIGNS[design].columns(_study(design, *sizes)).values()) == columns


@pytest.mark.parametrize(
    ("design", "sizes", "said"),
    [
        ("l9", (2, 2), "l9 wants 3 levels of 'optimizer', not 2 (0, 1); l4 takes them"),
        ("l9", (3, 2, 3), "l9 wants 3 levels of 'dropout', not 2 (0, 1); l18 takes them"),
        ("l18", (4, 4), "l18 wants 2 or 3 levels of 'optimizer', not 4 (0, 1, 2, 3); l16b takes them"),
        ("l4", (2,) * 4, "l4 takes 3 factors of 2 levels, not 4 (optimizer, dropout, epochs, width); l8 takes them"),
        ("l18", (2, 2, 3), "l18 takes 1 factor of 2 levels, not 2 (optimizer, dropout); l36 takes them"),
        ("l4", (3, 5), "l4 wants 2 levels of 'optimizer', not 3 (0, 1, 2); full_factorial takes them, in 15 runs"),
        ("l9", (7,) * 8, "l9 wants 3 levels of 'optimizer', not 7 (0, 1, 2, 3, 4, 5, 6); random and tpe take any"),
    ],
    ids=["levels", "mixed", "four levels", "factors", "two-level factors", "no array", "no design"],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_what_would(design: str, sizes: tuple[int, ...], said: str) -> None:
    """One line: the user's own word, what was wanted, what there is, and the smallest design that takes them all."""
    with pytest.raises(DesignError, match=f"^{re.escape(said)}$"):
        DESIGNS[design].runs(_study(design, *sizes))


def test_a_suggested_design_takes_the_factors() -> None:
    """The advice holds: the array that is named carries the study."""
    for sizes in [(2, 2), (3, 2, 3), (4, 4), (3,) * 5, (2, 2, 3), (5, 2), (2,) * 31]:
        with pytest.raises(DesignError) as refused:
            DESIGNS["l81" if sizes[0] != 3 else "l4"].runs(_study("any", *sizes))
        named = re.findall(r"; (\w+) takes them", str(refused.value))
        assert named
        assert DESIGNS[named[0]].runs(_study(named[0], *sizes))


def test_nothing_to_set_is_refused() -> None:
    """A study whose only factor is read off along the training needs no array."""
    study = Study("any", "l9", (Factor("epochs", (1, 2, 3), role="within"),), Objective("score"), "any")
    with pytest.raises(DesignError, match="l9 has nothing to set"):
        DESIGNS["l9"].runs(study)


def test_factors_read_within_a_training_take_no_column() -> None:
    """Five factors fit an L9 where one is read off along each training."""
    study = _study("l9", 3, 3, 3, 3)
    within = Factor("checkpoints", (5, 10), role="within")
    study = Study("any", "l9", (within, *study.factors), Objective("score"), "any")
    assert all("checkpoints" not in trial.setting for trial in DESIGNS["l9"].runs(study))


def test_shelves_stand_without_their_heavy_guests() -> None:
    """Importing designs, analyses, evaluations, plots and reports loads neither numpy nor any of the others."""
    heavy = ["numpy", "pandas", "scipy", "matplotlib", "pydoe", "optuna", "statsmodels", "torch", "mlflow"]
    code = (
        "import sys, doe.designs, doe.analyses, doe.evaluations, doe.plots, doe.reports\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
