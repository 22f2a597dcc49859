"""Linear models: sums of squares against statsmodels, NIST's certified values and textbooks."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.statistics.contrasts import helmert, product
from doe.statistics.linear import Term, Terms, decompose, p_value, t_quantile, triangle
from tests import golden


def _random_table(runs: int, seed: int) -> tuple[pd.DataFrame, Terms]:
    """A table of three factors, unbalanced, and the terms of a model with one interaction."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({name: generator.integers(0, size, runs) for name, size in [("a", 2), ("b", 3), ("c", 3)]})
    frame = pd.concat([frame, pd.DataFrame({"a": [0, 1] * 3, "b": [0, 0, 1, 1, 2, 2], "c": [0, 1, 2, 0, 1, 2]})])
    frame = frame.reset_index(drop=True).assign(y=generator.normal(size=runs + 6) + 3)
    columns = {name: helmert(int(frame[name].max()) + 1)[frame[name].to_numpy()] for name in "abc"}
    terms: dict[Term, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = {(name,): columns[name] for name in "abc"}
    terms["a", "b"] = product(columns["a"], columns["b"])
    return frame, terms


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(12, 40), st.integers(0, 10**6), st.sampled_from(["I", "II"]))
def test_sums_of_squares_equal_statsmodels(runs: int, seed: int, kind: Literal["I", "II"]) -> None:
    """On unbalanced tables with an interaction, type I and type II agree to nine digits."""
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    frame, terms = _random_table(runs, seed)
    ours = decompose(frame["y"].to_numpy(), terms, kind=kind)
    theirs = anova_lm(ols("y ~ C(a) + C(b) + C(c) + C(a):C(b)", frame).fit(), typ=len(kind))
    assert [line.sum_sq for line in ours.lines] == pytest.approx(theirs["sum_sq"].iloc[:-1].to_list(), rel=1e-9)
    assert [line.df for line in ours.lines] == theirs["df"].iloc[:-1].to_list()
    assert ours.error_sum_sq == pytest.approx(theirs["sum_sq"].iloc[-1], rel=1e-9)
    assert ours.error_df == theirs["df"].iloc[-1]
    assert ours.mean_square is not None
    tests = [p_value(line.sum_sq / line.df / ours.mean_square, line.df, ours.error_df) for line in ours.lines]
    assert tests == pytest.approx(theirs["PR(>F)"].iloc[:-1].to_list(), rel=1e-7)


@pytest.mark.parametrize(("name", "digits"), [("sirstv", 1e-12), ("smls01", 1e-13), ("smls04", 1e-9)])
def test_nist_certified_values(name: str, digits: float) -> None:
    """NIST's data sets, to the digits that double precision can hold of the data themselves."""
    frame = golden.table(f"nist_strd_{name}")
    certified = golden.case(f"nist_strd_{name}")["expected"]["certified"]
    codes = np.unique(frame.iloc[:, 0], return_inverse=True)[1]
    ours = decompose(frame["y"].to_numpy(), {("treatment",): helmert(int(codes.max()) + 1)[codes]})
    assert ours.mean_square is not None
    (line,) = ours.lines
    assert line.sum_sq == pytest.approx(float(certified["between_ss"]), rel=digits)
    assert ours.error_sum_sq == pytest.approx(float(certified["within_ss"]), rel=digits)
    assert line.sum_sq / line.df / ours.mean_square == pytest.approx(float(certified["F"]), rel=digits)


def test_pilot_plant_effects() -> None:
    """Box, Hunter and Hunter's 2^3: an effect is twice the root of its sum of squares over the runs."""
    frame = golden.table("bhh_pilot_plant_2p3")
    columns = {name: frame[[name]].to_numpy(dtype=float) for name in "TCK"}
    terms: Terms = {
        ("T",): columns["T"],
        ("C",): columns["C"],
        ("K",): columns["K"],
        ("T", "K"): product(columns["T"], columns["K"]),
    }
    ours = decompose(frame["y"].to_numpy(), terms)
    sizes = {"".join(line.term): 2 * np.sqrt(line.sum_sq / len(frame)) for line in ours.lines}
    effects = golden.case("bhh_pilot_plant_2p3")["expected"]["published"]["effects"]
    assert sizes == pytest.approx({name: abs(effects[name]) for name in sizes})


def test_what_cannot_be_told_apart_has_no_degrees_of_freedom() -> None:
    """Two factors with the same column share everything: neither adds to the other."""
    column = helmert(2)[[0, 1, 0, 1, 0, 1]]
    ours = decompose(np.array([1.0, 2.0, 1.1, 2.1, 0.9, 2.2]), {("a",): column, ("b",): column})
    assert [line.df for line in ours.lines] == [0, 0]
    assert [line.sum_sq for line in ours.lines] == pytest.approx([0.0, 0.0], abs=1e-20)
    assert ours.error_df == 4


def test_a_saturated_model_has_no_error() -> None:
    """As many columns as runs leave nothing, not even a speck of rounding."""
    ours = decompose(np.array([0.1, 0.7, 0.4]), {("a",): helmert(3)})
    assert (ours.error_df, ours.error_sum_sq, ours.mean_square) == (0, 0.0, None)


def test_an_exact_fit_is_no_error_estimate() -> None:
    """Responses that follow the model to rounding give no variance to divide by."""
    column = helmert(2)[[0, 1, 0, 1]]
    assert decompose(np.array([0.1, 0.3, 0.1, 0.3]), {("a",): column}).mean_square is None


def test_probabilities_are_those_of_scipy() -> None:
    """The light special functions say what scipy.stats says."""
    from scipy import stats

    assert p_value(4.2, 2, 9) == pytest.approx(stats.f.sf(4.2, 2, 9))
    assert t_quantile(7.5) == pytest.approx(stats.t.ppf(0.975, 7.5))


@pytest.mark.parametrize("rows", [3, 900, 9_999])
def test_turning_a_matrix_keeps_lengths_and_angles(rows: int) -> None:
    """Whatever its size, in blocks or at once."""
    matrix = np.random.default_rng(0).normal(size=(rows, 7))
    turned = triangle(matrix)
    assert turned.shape == (min(rows, 7), 7)
    assert turned.T @ turned == pytest.approx(matrix.T @ matrix, abs=1e-9)
