"""Residuals and what they tell: statsmodels and scipy, known faults, and the errors they are to be spared."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.outliers_influence import OLSInfluence
from statsmodels.stats.stattools import durbin_watson

from doe.statistics.arrays import Array
from doe.statistics.contrasts import Matrix, helmert
from doe.statistics.residuals import Figure, Residuals, curvature, departure, drift, grows_with, unequal

RANDOM = np.random.default_rng(2)
A, B, D = RANDOM.integers(0, 3, 40), RANDOM.integers(0, 2, 40), RANDOM.integers(0, 3, 40)
COLUMNS = [helmert(3)[A], helmert(2)[B]]
MODEL = np.hstack([np.ones((40, 1)), *COLUMNS])
NOISE = RANDOM.normal(size=40)


def _p(residuals: Residuals, figure: Figure) -> float:
    check = residuals.simulated(figure)
    assert check is not None
    return check.p


def test_outliers_are_those_of_statsmodels() -> None:
    """Leverage, externally studentized residuals, and the p of the largest by Bonferroni."""
    response = NOISE + A + 6 * (np.arange(40) == 7)
    residuals, influence = Residuals(response, COLUMNS), OLSInfluence(sm.OLS(response, MODEL).fit())
    assert residuals.error_df == 36
    assert residuals.leverage == pytest.approx(influence.hat_matrix_diag)
    assert residuals.studentized == pytest.approx(influence.resid_studentized_external)
    found = residuals.outlier()
    assert found is not None
    assert found[0] == 7
    assert found[1].p == pytest.approx(sm.OLS(response, MODEL).fit().outlier_test()[7, 2])
    assert found[1].p < 0.01


def test_terms_left_out_have_the_f_of_a_comparison_of_models() -> None:
    """Columns beside the model, and Tukey's square of the fitted values, against statsmodels."""
    response = NOISE + A
    residuals, small = Residuals(response, COLUMNS), sm.OLS(response, MODEL).fit()
    for extra, found in (
        (helmert(3)[D], residuals.beside(helmert(3)[D])),
        (np.asarray(small.fittedvalues**2)[:, None], curvature(residuals)),
    ):
        large = sm.OLS(response, np.hstack([MODEL, extra])).fit()
        statistic, p, df = large.compare_f_test(small)
        assert found is not None
        assert found[0] == df
        assert (found[1].statistic, found[1].p) == pytest.approx((statistic, p))
    assert residuals.beside(COLUMNS[0]) is None


def test_figures_are_those_of_scipy() -> None:
    """Brown and Forsythe's F, Durbin and Watson's d, and a W' that is near W."""
    residuals = Residuals(NOISE + A, COLUMNS)
    left = residuals.left[None, :]
    assert unequal(A)(left)[0] == pytest.approx(
        stats.levene(*(residuals.left[level == A] for level in range(3)), center="median").statistic
    )
    assert 2 - drift(np.arange(40))(left)[0] == pytest.approx(durbin_watson(residuals.left))
    assert 1 - departure(left)[0] == pytest.approx(stats.shapiro(residuals.left).statistic, abs=0.02)
    sizes = np.abs(residuals.left)
    assert grows_with(B.astype(float))(left)[0] == pytest.approx(abs(np.corrcoef(sizes, B)[0, 1]))


@pytest.mark.parametrize(
    ("response", "figure"),
    [
        (np.where(A == 1, 8.0, 1.0) * NOISE, unequal(A)),
        (NOISE**3 * 5, departure),
        (NOISE + 3 * np.sin(np.arange(40) / 6), drift(np.arange(40))),
        (np.linspace(0.01, 4, 40) * NOISE, grows_with(np.arange(40.0))),
    ],
    ids=["spread of a level", "heavy tails", "slow waves", "growing spread"],
)
def test_faults_are_found(response: Matrix, figure: Figure) -> None:
    """Faults that were built in show, and the same response without them does not."""
    assert _p(Residuals(response, COLUMNS), figure) < 0.05 < _p(Residuals(NOISE, COLUMNS), figure)


def _l9(replicates: int) -> list[Matrix]:
    first, second = np.repeat(np.arange(3), 3 * replicates), np.tile(np.repeat(np.arange(3), replicates), 3)
    return [helmert(3)[codes] for codes in (first, second, (first + second) % 3)]


@pytest.mark.parametrize("replicates", [1, 2])
def test_p_keeps_its_word_where_degrees_of_freedom_are_few(replicates: int) -> None:
    """Under errors that are normal one in twenty is below 0.05, even with two degrees of freedom (200 tables)."""
    random, columns = np.random.default_rng(0), _l9(replicates)
    groups: Array = np.argmax(columns[0] @ columns[0].T[:, :: 3 * replicates], axis=1)
    order = random.permutation(9 * replicates)
    below = {"normal": 0, "spread": 0, "drift": 0}
    for _ in range(200):
        residuals = Residuals(random.normal(size=9 * replicates), columns)
        figures = {"normal": departure, "spread": unequal(groups), "drift": drift(order)}
        for name, figure in figures.items():
            check = residuals.simulated(figure)
            below[name] += check is not None and check.p < 0.05
    assert all(count <= 20 for count in below.values())
    assert below["drift"] >= 3


def test_what_the_model_fixes_is_not_judged() -> None:
    """One degree of freedom gives residuals of one shape; two levels of two additive factors spread alike."""
    one = Residuals(np.array([1.0, 2.0, 4.0, 4.5]), [helmert(2)[[0, 0, 1, 1]], helmert(2)[[0, 1, 0, 1]]])
    assert one.error_df == 1
    assert one.simulated(departure) is None
    assert one.outlier() is None
    groups = np.repeat([0, 1], 6)
    mirrored = Residuals(NOISE[:12], [helmert(2)[groups], helmert(6)[np.tile(np.arange(6), 2)]])
    assert mirrored.simulated(unequal(groups)) is None
    assert mirrored.simulated(departure) is not None


def test_a_row_with_a_parameter_of_its_own_cannot_be_an_outlier() -> None:
    """Its leverage is one; the others are judged."""
    codes = np.array([0, 0, 0, 1, 1, 1, 2])
    residuals = Residuals(np.array([1.0, 1.1, 0.9, 2.0, 2.2, 2.1, 50.0]), [helmert(3)[codes]])
    assert np.isnan(residuals.studentized).tolist() == [False] * 6 + [True]
    found = residuals.outlier()
    assert found is not None
    assert found[0] != 6


def test_a_long_table_is_judged_by_a_thousand_of_its_rows() -> None:
    """Always the same ones, so that its p is always the same."""
    codes = np.arange(5000) % 2
    residuals = Residuals(np.random.default_rng(0).normal(size=5000), [helmert(2)[codes]])
    some, rows = residuals.sampled()
    assert (len(some.left), len(rows)) == (1000, 1000)
    assert residuals.sampled()[1].tolist() == rows.tolist()
    assert some.response.tolist() == residuals.response[rows].tolist()
