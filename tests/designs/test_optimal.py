"""Optimal designs: as good as the best known, within what is allowed."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, combinations_with_replacement, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs import DESIGNS, DesignError
from doe.designs._forbid import condition
from doe.designs._terms import columns, terms
from doe.model import Factor, Level, Objective, Study
from doe.statistics.optimal import Criterion, loss, optimal

FACTORS = (
    Factor("optimizer", ("adam", "sgd", "adadelta")),
    Factor("learning_rate", (0.001, 0.01, 0.1, 1.0), "log"),
    Factor("batch_size", (16, 256), "log"),
    Factor("dropout", (0.0, 0.5), "linear"),
    Factor("augment", (False, True)),
    Factor("width", (16, 32, 64), "log"),
)
STUDY = Study("any", "optimal", FACTORS, Objective("score"), "any")


def _settings(**layout: Level | tuple[Level, ...]) -> list[dict[str, Level]]:
    return [dict(run.setting) for run in DESIGNS["optimal"].runs(replace(STUDY, layout=layout))]


def _quadratic(rows: list[tuple[float, ...]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    pairs = list(combinations_with_replacement(range(len(rows[0])), 2))
    return np.array([[1.0, *row, *(row[one] * row[two] for one, two in pairs)] for row in rows])


@pytest.mark.parametrize("criterion", ["D", "I"])
@pytest.mark.parametrize("runs", [3, 4, 5])
def test_the_best_of_all_designs_is_found(criterion: Criterion, runs: int) -> None:
    """Every choice of a parabola's runs from nine places, by brute force."""
    places = np.linspace(-1, 1, 9)
    candidates = np.stack([np.ones(9), places, places**2], axis=1)
    possible = [chosen for chosen in combinations_with_replacement(range(9), runs) if len(set(chosen)) > 2]
    best = min(loss(candidates, chosen, criterion) for chosen in possible)
    found = optimal(candidates, runs, criterion, seed=0)
    assert found is not None
    assert loss(candidates, found, criterion) == pytest.approx(best)


@pytest.mark.parametrize(("factors", "runs"), [(2, 6), (2, 9), (3, 10), (3, 14)])
def test_it_is_as_good_as_pydoes_best(factors: int, runs: int) -> None:
    """The full quadratic model on three levels, against the best of pyDOE's exchange methods."""
    import pydoe

    rows = list(product((-1.0, 0.0, 1.0), repeat=factors))
    candidates = _quadratic(rows)
    found = optimal(candidates, runs, "D", seed=0)
    assert found is not None
    theirs = []
    for method in ("detmax", "fedorov", "modified_fedorov", "simple_exchange"):
        design, _ = pydoe.optimal_design(
            candidates=np.array(rows), n_points=runs, degree=2, criterion="D", method=method
        )
        places = [rows.index(tuple(float(code) for code in row)) for row in design]
        theirs.append(loss(candidates, places, "D"))
    assert loss(candidates, found, "D") <= min(theirs) + 1e-9


def test_a_factorial_is_found_where_it_is_best() -> None:
    """Eight runs for seven main effects of two levels: orthogonal, by Hadamard's bound."""
    rows = np.array([[1, *row] for row in product((-1.0, 1.0), repeat=7)])
    found = optimal(rows, 8, "D", seed=0)
    assert found is not None
    assert loss(rows, found, "D") == pytest.approx(-8 * np.log(8))


def test_mixed_factors_have_a_few_runs_more_than_coefficients() -> None:
    """Main effects of all kinds of factors, and every level where there is no square to tell."""
    found = _settings()
    assert len(found) == 8 + 4
    assert {row["optimizer"] for row in found} == {"adam", "sgd", "adadelta"}
    assert {row["learning_rate"] for row in found} == {0.001, 1.0}
    study = replace(STUDY, layout={"model": "quadratic"})
    table, names = columns(study, terms(study), [tuple(row.values()) for row in _settings(model="quadratic")])
    assert np.linalg.matrix_rank(table) == len(names) == 1 + 7 + 20 + 4
    assert {row["batch_size"] for row in _settings(model="quadratic")} == {16, 64, 256}


def test_runs_that_are_there_are_kept(tmp_path: Path) -> None:
    """They come first, and the others are the best in addition to them, not the best alone."""
    file = tmp_path / "old.csv"
    rows = "adam,0.02,16,0.1,true,16\nsgd,0.1,16,0.2,true,16\n"
    file.write_text(f"optimizer,learning_rate,batch_size,dropout,augment,width\n{rows}")
    found = _settings(keep=str(file), runs=9)
    assert len(found) == 9
    assert [row["learning_rate"] for row in found[:2]] == [0.02, 0.1]
    table, names = columns(STUDY, terms(STUDY), [tuple(row.values()) for row in found])
    assert np.linalg.matrix_rank(table) == len(names) == 8
    with pytest.raises(DesignError, match=r"runs = 2, but .*old\.csv has 2 already; wanted more"):
        _settings(keep=str(file), runs=2, model="dropout")


@pytest.mark.parametrize("criterion", ["D", "I"])
def test_the_best_of_all_additions_is_found(criterion: Criterion) -> None:
    """Two more runs beside two kept ones, by brute force."""
    places = np.linspace(-1, 1, 9)
    candidates = np.stack([np.ones(9), places, places**2], axis=1)
    kept = candidates[[0, 1]]
    found = optimal(candidates, 2, criterion, seed=0, kept=kept)
    assert found is not None
    possible = [loss(candidates, chosen, criterion, kept) for chosen in combinations(range(2, 9), 2)]
    assert loss(candidates, found, criterion, kept) == pytest.approx(min(possible))


def test_terms_are_written_out() -> None:
    """Products and powers; a square gives a factor of two levels a middle."""
    study = replace(STUDY, layout={"model": ("dropout", "dropout^2", "optimizer * batch_size", "width:dropout")})
    assert terms(study) == (("dropout",), ("dropout",) * 2, ("optimizer", "batch_size"), ("dropout", "width"))
    assert {row["dropout"] for row in _settings(**study.layout)} == {0.0, 0.25, 0.5}


def test_what_is_forbidden_is_not_run() -> None:
    """And what is left still tells the model."""
    found = _settings(forbid="optimizer == 'adadelta' and learning_rate > 0.1", model="interactions", runs=40)
    assert len(found) == 40
    assert any(row["optimizer"] == "adadelta" for row in found)
    assert not any(row["optimizer"] == "adadelta" and float(row["learning_rate"]) > 0.1 for row in found)


@given(
    st.recursive(
        st.sampled_from(
            """optimizer == 'sgd'; 'adam' != optimizer; learning_rate > 0.01; 0.001 < learning_rate <= 0.1; augment
            augment == False; width >= batch_size; dropout != -1""".replace("\n", ";").split(";")
        ),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
            inner.map(lambda part: f"not {part}"),
        ),
        max_leaves=6,
    )
)
@settings(derandomize=True, max_examples=80, deadline=None)
def test_a_condition_means_what_python_would(text: str) -> None:
    """On every tenth setting, the same as evaluating the text, which the code itself never does."""
    holds = condition(STUDY, text)
    for values in list(product(*(factor.levels for factor in FACTORS)))[::10]:
        setting = dict(zip((factor.name for factor in FACTORS), values, strict=True))
        assert holds(setting) is eval(text, {}, dict(setting))


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ({"forbid": "dropout >= 0"}, "optimal: forbid = dropout >= 0 leaves no runs"),
        ({"forbid": "optimizer != 'adam'"}, "the settings that are possible do not tell optimizer from"),
        ({"forbid": "optimizer == 'adagrad'"}, "'optimizer' has no level 'adagrad'"),
        ({"forbid": "optimizer > 3"}, "forbid compares by size what is no number: adam, sgd, adadelta"),
        ({"forbid": "droput > 3"}, "forbid names no factor 'droput'; did you mean 'dropout'?"),
        ({"forbid": "__import__('os').system('true')"}, "forbid cannot read"),
        ({"forbid": "dropout + 1 > 2"}, "forbid cannot read 'dropout + 1'"),
        ({"forbid": "dropout > (lambda: 1)()"}, "forbid cannot read"),
        ({"forbid": "optimizer in ('sgd', 'adam')"}, "forbid cannot read"),
        ({"forbid": "dropout > "}, "forbid cannot read 'dropout > '"),
        ({"forbid": "dropout"}, "forbid cannot read 'dropout'"),
        ({"forbid": "(" * 500 + "augment" + ")" * 490}, "forbid cannot read"),
        ({"forbid": "not " * 500 + "augment"}, "forbid has 2007 characters; 1000 is the most"),
        ({"runs": 7}, "optimal wants 8 runs or more for as many coefficients, not 7"),
        ({"criterion": "G"}, "optimal: layout criterion has no 'G'"),
        ({"model": "quadrtic"}, "optimal: layout model has no 'quadrtic'; did you mean 'quadratic'?"),
        ({"model": ("dropout", "wdth^2")}, "model names no factor 'wdth'; did you mean 'width'?"),
        ({"model": "optimizer^2"}, "model squares 'optimizer', which has no scale"),
        ({"model": "dropout^x"}, "wanted a power of 1 to 9, not 'x'"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(layout: dict[str, Level | tuple[Level, ...]], said: str) -> None:
    """In one line."""
    with pytest.raises(DesignError) as refused:
        _settings(**layout)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
