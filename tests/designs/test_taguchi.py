"""Taguchi's arrays: each verified, factors laid on fitting columns, and what does not fit refused in one line."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

from doe.designs import DESIGNS, DesignError
from doe.designs._arrays import ARRAYS, _ask, array, checked, levels, runs
from doe.model import Factor, Objective, Study
from doe.statistics.arrays import level_counts, strength, word_lengths
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


@pytest.mark.parametrize("name", [name for name in ARRAYS if name != "l18" and not ARRAYS[name].made])
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
    [
        ("l9", (3, 3, 3, 3), [1, 2, 3, 4]),
        ("l9", (3, 3), [1, 2]),
        ("l18", (3, 2, 3), [2, 1, 3]),
        ("l8", (2, 2, 2, 2), [1, 2, 4, 7]),
        ("l27", (3, 3, 3, 3), [1, 2, 5, 9]),
        ("l18", (3, 3, 3, 2), [2, 4, 8, 1]),
    ],
    ids=str,
)
def test_factors_lie_on_the_columns_that_confound_them_least(
    design: str, sizes: tuple[int, ...], columns: list[int]
) -> None:
    """From left to right on columns of their levels, leaving out those that would be aliased for no reason."""
    assert list(DESIGNS[design].columns(_study(design, *sizes)).values()) == columns


@pytest.mark.parametrize(
    ("design", "sizes", "said"),
    [
        ("l9", (2, 2), "l9 wants 3 levels of 'optimizer', not 2 (0, 1); l4 takes them"),
        ("l9", (3, 2, 3), "l9 wants 3 levels of 'dropout', not 2 (0, 1); l18 takes them"),
        ("l18", (4, 4), "l18 wants 2 or 3 levels of 'optimizer', not 4 (0, 1, 2, 3); l16b takes them"),
        ("l4", (2,) * 4, "l4 takes 3 factors of 2 levels, not 4 (optimizer, dropout, epochs, width); l8 takes them"),
        ("l18", (2, 2, 3), "l18 takes 1 factor of 2 levels, not 2 (optimizer, dropout); l12-2x4-3x1 takes them"),
        ("l4", (3, 5), "l4 wants 2 levels of 'optimizer', not 3 (0, 1, 2); full_factorial takes them, in 15 runs"),
        ("l9", (7,) * 9, "l9 wants 3 levels of 'optimizer', not 7 (0, 1, 2, 3, 4, 5, 6); random and tpe take any"),
    ],
    ids=["levels", "mixed", "four levels", "factors", "two-level factors", "no array", "no design"],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_what_would(design: str, sizes: tuple[int, ...], said: str) -> None:
    """One line: the user's own word, what was wanted, what there is, and the smallest design that takes them all."""
    with pytest.raises(DesignError, match=f"^{re.escape(said)}$"):
        DESIGNS[design].runs(_study(design, *sizes))


@pytest.mark.parametrize(
    ("name", "column", "rows", "pair"),
    [("l18", 8, (5, 6), "3 and 8"), ("l36b", 12, (2, 15), "1 and 12"), ("l16-2x6-4x3", 5, (2, 3), "1 and 5")],
    ids=["qualityTools' L18", "an L36b", "an L16"],
)
def test_a_misprint_is_refused_with_the_pair_of_columns(
    name: str, column: int, rows: tuple[int, int], pair: str
) -> None:
    """Two digits of one column exchanged, as in arrays that others publish; the first pair that they spoil is named."""
    broken = [list(row) for row in array(name)]
    one, two = (broken[row - 1] for row in rows)
    one[column - 1], two[column - 1] = two[column - 1], one[column - 1]
    with pytest.raises(DesignError, match=rf"^{name} is not orthogonal: columns {pair} do not meet"):
        checked(name, tuple(map(tuple, broken)))


def test_pydoes_l64_is_refused() -> None:
    """It is not even balanced."""
    with pytest.raises(DesignError, match=r"columns \d+ and \d+ do not meet at all levels equally often"):
        checked("l64", _ask("L64(2^31)"))


def test_the_sources_of_constructed_arrays_are_told() -> None:
    """Each array is pyDOE's or says how it is made, and the list of designs shows which."""
    for name, source in ARRAYS.items():
        assert bool(source.parent) != bool(source.made), name
        assert DESIGNS[name].summary.endswith(source.made or "by way of pyDOE")


def test_a_suggested_design_takes_the_factors() -> None:
    """The advice holds: the array that is named carries the study."""
    for sizes in [(2, 2), (3, 2, 3), (4, 4), (3,) * 5, (2, 2, 3), (5, 2), (2,) * 31]:
        with pytest.raises(DesignError) as refused:
            DESIGNS["l81" if sizes[0] != 3 else "l4"].runs(_study("any", *sizes))
        named = re.findall(r"; ([\w-]+) takes them", str(refused.value))
        assert named
        assert DESIGNS[named[0]].runs(_study(named[0], *sizes))


@pytest.mark.parametrize("name", golden.case("frf2_minimum_aberration")["expected"])
def test_two_level_factors_lie_as_on_minimum_aberration_fractions(name: str) -> None:
    """On l8, l16, l32 and l64 no fraction of R's FrF2 has fewer words of three or of four factors."""
    runs, factors = map(int, name.split("x"))
    trials = DESIGNS[f"l{runs}"].runs(_study(f"l{runs}", *(2,) * factors))
    found = word_lengths(np.array([list(trial.setting.values()) for trial in trials]))
    expected = golden.case("frf2_minimum_aberration")["expected"][name]["WLP_1_to_7"]
    assert found[1:5] == pytest.approx(expected[:4], abs=1e-8)


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
