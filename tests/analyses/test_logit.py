"""Accuracies as shares of images: what is tested, by what, and where it is said not to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from doe.analyses.logit import logit
from doe.model import Asked, Cell, Finding, Results
from tests.golden import founding_l9, results_of

BUDWORMS = pd.DataFrame(
    {
        "sex": ["male"] * 6 + ["female"] * 6,
        "dose": [0, 1, 2, 3, 4, 5] * 2,
        "y": np.array([1, 4, 9, 13, 18, 20, 0, 2, 6, 10, 12, 16]) / 20,
    }
)


def _results(frame: pd.DataFrame, names: list[str], images: int, **roles: str) -> Results:
    return replace(results_of(frame, names, **roles), asked=Asked(trials_of=images))


def _found(results: Results) -> Finding:
    finding = logit(results)
    assert finding is not None
    return finding


def _column(finding: Finding, name: str) -> dict[Cell, Cell]:
    return {row["term"]: row[name] for row in finding.table}


def test_the_budworms_by_term() -> None:
    """Collett's table with the dose as a factor, and the deviances that statsmodels leaves without each of the two."""
    finding = _found(_results(BUDWORMS, ["sex", "dose"], 20))
    deviance = _column(finding, "deviance")
    doses = np.eye(6)[BUDWORMS["dose"]]
    sexes = np.eye(2)[(BUDWORMS["sex"] == "male").astype(int)]
    left = {
        name: float(GLM(BUDWORMS["y"], columns, family=Binomial(), var_weights=np.full(12, 20.0)).fit().deviance)
        for name, columns in {"": np.hstack([doses, sexes[:, 1:]]), "sex": doses, "dose": sexes}.items()
    }
    assert deviance["error"] == pytest.approx(left[""], abs=1e-8)
    assert deviance["total"] == pytest.approx(124.8756, abs=5e-5)
    assert deviance["sex"] == pytest.approx(left["sex"] - left[""], abs=1e-8)
    assert deviance["dose"] == pytest.approx(left["dose"] - left[""], abs=1e-8)
    assert _column(finding, "df") == {"sex": 1, "dose": 5, "error": 5, "total": 11}
    p = stats.chi2.sf(left["sex"] - left[""], 1)
    assert _column(finding, "p_binomial")["sex"] == pytest.approx(p, rel=1e-6)
    assert finding.note.startswith("More than chance would do on the scale of log odds (p < 0.05): sex, dose.")
    assert "vary no more than drawing 20 images anew" in finding.note


def test_seeds_that_differ_raise_the_dispersion() -> None:
    """A variance over seeds of nine times the binomial one, and a factor that does nothing is not told from chance."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": np.repeat([1, 2, 3], 40), "replicate": np.tile(np.arange(1, 41), 3)})
    sampling = np.sqrt(0.9 * 0.1 / 1000)
    shares = np.round(1000 * (0.9 + 3 * sampling * random.normal(size=120))) / 1000
    finding = _found(_results(frame.assign(y=shares), ["a"], 1000))
    error = finding.table[-2]
    assert (error["term"], error["df"]) == ("error", 78)
    assert "times as much (variance) as drawing 1,000 images alone would make them (dispersion)" in finding.note
    assert float(_column(finding, "p_binomial")["a"] or 0) < 0.05 < float(_column(finding, "p")["a"] or 0)


def test_a_saturated_table_is_tested_against_the_images_only() -> None:
    """The founding study, had it had 10,000 images: no F, and it is said what p_binomial does not cover."""
    finding = _found(replace(founding_l9(), asked=Asked(trials_of=10_000)))
    assert set(_column(finding, "p").values()) == {None}
    assert float(_column(finding, "p_binomial")["dropout"] or 0) > 0.5
    assert float(_column(finding, "p_binomial")["epochs"] or 1) < 1e-6
    assert "another seed still might" in finding.note


def test_shares_that_are_of_no_whole_images_have_no_binomial_p() -> None:
    """The founding study's accuracies are not shares of 1,150 images."""
    finding = _found(replace(founding_l9(), asked=Asked(trials_of=1150)))
    assert set(_column(finding, "p_binomial").values()) == {None}
    assert "whole numbers of 1,150 images" in finding.note


def test_a_level_at_one_is_named() -> None:
    """Its log odds have no end; its deviance has one."""
    frame = pd.DataFrame(
        {"a": ["p", "q"] * 6, "b": [1, 1, 2, 2] * 3, "y": [1.0, 0.9, 1.0, 0.95] * 2 + [1, 0.8, 1, 0.9]}
    )
    finding = _found(_results(frame, ["a", "b"], 20))
    assert "At 0 or 100 % (a=p) log odds have no end" in finding.note
    assert all(np.isfinite(float(row["deviance"] or 0)) for row in finding.table)


def test_readings_of_one_training_are_not_taken_as_independent() -> None:
    """The last ones only, whatever the order of the rows; the within factor has no row."""
    frame = pd.DataFrame(
        [
            {"run": run, "a": run % 2, "epochs": epochs, "y": (80 + epochs + run) / 100}
            for epochs in (10, 5)
            for run in range(1, 9)
        ]
    )
    finding = _found(_results(frame, ["a", "epochs"], 100, epochs="within"))
    assert _column(finding, "df") == {"a": 1, "error": 6, "total": 7}
    assert "Only the readings at epochs 10" in finding.note


@pytest.mark.parametrize(
    ("factor", "words"),
    [(100.0, "has 92.8. Divide percentages by 100."), (1.1, "has 1.0208."), (-1.0, "accuracy has -0.928.")],
)
def test_what_is_no_share_is_refused(factor: float, words: str) -> None:
    """In a sentence with the offending value."""
    results = founding_l9()
    table = results.table.assign(accuracy=factor * results.table["accuracy"])
    finding = _found(replace(results, table=table, asked=Asked(trials_of=10_000)))
    assert (finding.table, finding.warns) == ((), True)
    assert finding.note.endswith(words)


def test_without_the_number_of_images_there_is_none() -> None:
    """Nor where nothing moved."""
    results = founding_l9()
    assert logit(results) is None
    constant = results.table.assign(accuracy=0.5)
    assert logit(replace(results, table=constant, asked=Asked(trials_of=100))) is None
