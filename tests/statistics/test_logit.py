"""Binomial models: deviances of R and statsmodels, drop-one tests, and shares of 0 and 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from doe.statistics.contrasts import Matrix, helmert, product
from doe.statistics.linear import Term
from doe.statistics.logit import Deviances, are_whole, deviances

DEAD = np.array([1, 4, 9, 13, 18, 20, 0, 2, 6, 10, 12, 16]) / 20
SEX = helmert(2)[np.repeat([0, 1], 6)]
DOSE = np.tile(np.arange(6.0), 2)[:, None]


def _columns(terms: dict[Term, Matrix]) -> Matrix:
    return np.hstack([np.ones((len(next(iter(terms.values()))), 1)), *terms.values()])


def _reference(shares: Matrix, cases: int, terms: dict[Term, Matrix]) -> tuple[float, float, Matrix]:
    """Deviance, Pearson's sum of squares and fitted shares by statsmodels."""
    columns = _columns(terms) if terms else np.ones((len(shares), 1))
    found = GLM(shares, columns, family=Binomial(), var_weights=np.full(len(shares), float(cases))).fit(tol=1e-13)
    return float(found.deviance), float(found.pearson_chi2), np.asarray(found.fittedvalues)


def _part(found: Deviances, term: Term) -> float:
    return next(part.deviance for part in found.parts if part.term == term)


def test_the_budworms_of_collett() -> None:
    """Residual deviances of Venables and Ripley, MASS (2002), 7.2: with and without the interaction of sex and dose."""
    both: dict[Term, Matrix] = {("sex",): SEX, ("dose",): DOSE}
    crossed = {**both, ("sex", "dose"): product(SEX, DOSE)}
    assert deviances(DEAD, 20, crossed).error_deviance == pytest.approx(4.99372730762, abs=1e-10)
    found = deviances(DEAD, 20, both)
    assert found.error_deviance == pytest.approx(6.7571, abs=5e-5)
    assert found.total_deviance == pytest.approx(124.8756, abs=5e-5)
    assert _part(found, ("sex",)) == pytest.approx(10.227, abs=5e-4)
    assert (found.error_df, found.separated) == (9, ())


def test_terms_are_given_all_that_do_not_contain_them() -> None:
    """Type II: a main effect without its interaction, the interaction with both; a rank that is not full is noticed."""
    terms: dict[Term, Matrix] = {("sex",): SEX, ("dose",): DOSE, ("sex", "dose"): product(SEX, DOSE)}
    found = deviances(DEAD, 20, terms)
    without = deviances(DEAD, 20, {("sex",): SEX, ("dose",): DOSE})
    assert _part(found, ("sex",)) == pytest.approx(_part(without, ("sex",)), abs=1e-9)
    assert _part(found, ("sex", "dose")) == pytest.approx(without.error_deviance - found.error_deviance, abs=1e-9)
    twice = deviances(DEAD, 20, {("sex",): SEX, ("again",): SEX, ("dose",): DOSE})
    assert [part.df for part in twice.parts] == [0, 0, 1]
    assert [part.p_binomial for part in twice.parts[:2]] == [None, None]
    assert twice.test(twice.parts[0]) is None


def test_the_dispersion_is_pearsons() -> None:
    """Its F, and the chi-square test that supposes a dispersion of one."""
    terms: dict[Term, Matrix] = {("sex",): SEX, ("dose",): DOSE}
    found, (deviance, pearson, fitted) = deviances(DEAD, 20, terms), _reference(DEAD, 20, terms)
    assert found.error_deviance == pytest.approx(deviance, abs=1e-9)
    assert found.dispersion == pytest.approx(pearson / 9, rel=1e-7)
    assert found.fitted == pytest.approx(fitted, abs=1e-8)
    tested = found.test(found.parts[0])
    assert tested is not None
    assert tested[0] == pytest.approx(10.226968434665 / (pearson / 9), rel=1e-6)
    assert found.parts[0].p_binomial == pytest.approx(0.0013840195548, rel=1e-6)


@given(st.integers(0, 10_000), st.sampled_from([20, 1000, 50_000]))
def test_any_table_agrees_with_statsmodels(seed: int, cases: int) -> None:
    """Unbalanced factors, shares that need not be of whole cases, models with and without each term."""
    random = np.random.default_rng(seed)
    terms: dict[Term, Matrix] = {
        ("a",): helmert(3)[random.permutation(np.arange(17) % 3)],
        ("b",): helmert(2)[random.permutation(np.arange(17) % 2)],
    }
    shares = np.clip(0.6 + 0.2 * random.normal(size=17), 0.05, 0.95)
    found = deviances(shares, cases, terms)
    deviance, pearson, fitted = _reference(shares, cases, terms)
    assert found.error_deviance == pytest.approx(deviance, rel=1e-8)
    assert found.pearson == pytest.approx(pearson, rel=1e-6)
    assert found.fitted == pytest.approx(fitted, abs=1e-7)
    for part in found.parts:
        rest = {term: columns for term, columns in terms.items() if term != part.term}
        assert part.deviance == pytest.approx(_reference(shares, cases, rest)[0] - deviance, abs=1e-6 * (1 + deviance))


def test_shares_of_one_have_a_deviance_and_are_named() -> None:
    """Where all cases of a level are right the fit runs away, and its deviance is that of its limit."""
    group = helmert(2)[np.repeat([0, 1], 3)]
    shares = np.array([1, 1, 1, 0.9, 0.95, 0.85])
    found = deviances(shares, 20, {("group",): group})
    assert found.separated == (0, 1, 2)
    rest = shares[3:]
    wanted = 40 * float((rest * np.log(rest / 0.9) + (1 - rest) * np.log(np.maximum(1 - rest, 1e-300) / 0.1)).sum())
    assert found.error_deviance == pytest.approx(wanted, abs=1e-8)
    whole = deviances(np.repeat([1.0, 0.0], 3), 20, {("group",): group})
    assert whole.separated == tuple(range(6))
    assert whole.dispersion is None
    assert _part(whole, ("group",)) == pytest.approx(2 * 120 * np.log(2), abs=1e-6)


@pytest.mark.parametrize(
    ("share", "cases", "whole"),
    [
        (0.9127, 10_000, True),
        (0.9127, 1150, False),
        (0.913, 1150, True),
        (0.85, 20, True),
        (0.87, 20, False),
        (1, 7, 1),
    ],
)
def test_shares_of_whole_cases_are_told_by_their_digits(share: float, cases: int, whole: bool) -> None:
    """A share of 1150 that was rounded to three digits may be of whole cases, one of four digits is or is not."""
    assert are_whole(np.array([float(share)]), cases) == bool(whole)
