"""Designs for curved surfaces: central composite, Box-Behnken and definitive screening, as published."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.designs import DESIGNS, DesignError
from doe.designs._coding import coded, decoded
from doe.model import Factor, Level, Objective, Scale, Study
from doe.statistics.conference import conference
from tests import golden


def _study(design: str, numbers: int, kinds: int = 0, **layout: Level | tuple[Level, ...]) -> Study:
    factors = [Factor(f"x{place}", (-1.0, 1.0), "linear") for place in range(numbers)]
    factors += [Factor(f"kind{place}", ("a", "b")) for place in range(kinds)]
    return Study("any", design, tuple(factors), Objective("score"), "any", layout=layout)


def _codes(study: Study) -> npt.NDArray[np.float64]:
    names = {"a": -1.0, "b": 1.0}
    runs = DESIGNS[study.design].runs(study)
    return np.array([[names.get(str(v), v) for v in run.setting.values()] for run in runs], dtype=np.float64)


def _second_order(runs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    pairs = list(combinations(range(runs.shape[1]), 2))
    return np.column_stack([runs**2, *(runs[:, one] * runs[:, two] for one, two in pairs)])


def _model(runs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.column_stack([np.ones(len(runs)), runs, _second_order(runs)])


def _sorted(rows: npt.ArrayLike) -> list[list[float]]:
    return sorted(np.round(np.array(rows, dtype=np.float64), 2).tolist())


def test_the_nist_example_is_reproduced() -> None:
    """NIST 5.4.7.3: an inscribed, rotatable design of two factors with three centre points."""
    ours = _codes(_study("central_composite", 2, alpha="rotatable", inscribed=True))
    assert _sorted(ours + 0.0) == _sorted(golden.case("nist_cvd_cci_rsm")["design"]["rows"])


def test_the_chemical_reactor_is_reproduced() -> None:
    """Myers and Montgomery's reactor: the cube on one day, the star, beyond the levels, on another."""
    factors = (
        Factor("Time", (80.0, 90.0), "linear"),
        Factor("Temp", (170.0, 180.0), "linear"),
        Factor("Block", ("B1", "B2"), role="block"),
    )
    study = Study("any", "central_composite", factors, Objective("Yield"), "any", layout={"alpha": "rotatable"})
    runs = DESIGNS["central_composite"].runs(study)
    theirs = golden.case("rsm_chemreact")["design"]["rows"]
    for block in ("B1", "B2"):
        ours = [[run.setting["Time"], run.setting["Temp"]] for run in runs if run.setting["Block"] == block]
        assert _sorted(ours) == _sorted([row[:2] for row in theirs if row[2] == block])


def test_blocks_that_do_not_fit_are_refused() -> None:
    """There are two parts to go into blocks."""
    block = Factor("day", ("a", "b", "c"), role="block")
    numbers = _study("central_composite", 2).factors
    study = Study("any", "central_composite", (*numbers, block), Objective("score"), "any")
    with pytest.raises(DesignError, match="wants 2 levels of the block 'day', not a, b, c"):
        DESIGNS["central_composite"].runs(study)
    blocks = (Factor("day", ("a", "b"), role="block"), Factor("node", ("a", "b"), role="block"))
    study = Study("any", "central_composite", (*numbers, *blocks), Objective("score"), "any")
    with pytest.raises(DesignError, match="takes one block of 2 levels, for the cube and the star, not 'node' as well"):
        DESIGNS["central_composite"].runs(study)


@pytest.mark.parametrize(("factors", "cube"), [(2, 4), (3, 8), (4, 16), (5, 16), (6, 32), (7, 64), (8, 64)])
def test_a_central_composite_is_what_its_alpha_says(factors: int, cube: int) -> None:
    """Rotatable: the fourth moments are as 3 to 1. Orthogonal: squares are uncorrelated. The whole model is fitted."""
    rotatable = _codes(_study("central_composite", factors, alpha="rotatable", centre_points=4))
    assert len(rotatable) == cube + 2 * factors + 4
    assert (rotatable[:, 0] ** 4).sum() == pytest.approx(3 * (rotatable[:, 0] ** 2 * rotatable[:, 1] ** 2).sum())
    squares = _codes(_study("central_composite", factors, alpha="orthogonal")) ** 2
    assert np.asarray(np.corrcoef(squares.T))[0, 1] == pytest.approx(0, abs=1e-8)
    face = _model(_codes(_study("central_composite", factors)))
    assert np.linalg.matrix_rank(face) == face.shape[1]


BOX_BEHNKEN = {3: 15, 4: 27, 5: 46, 6: 54, 7: 62, 9: 130, 10: 170, 11: 188, 12: 204, 16: 396}
"""Runs with the published centre points, by factors: Box and Behnken 1960, table 4."""


@pytest.mark.parametrize("factors", BOX_BEHNKEN)
def test_box_behnken_designs_are_the_published_ones(factors: int) -> None:
    """Their sizes; mains orthogonal and clear of the second order; the whole model is fitted."""
    ours = _codes(_study("box_behnken", factors, centre_points=0))
    whole = _model(_codes(_study("box_behnken", factors)))
    assert len(whole) == BOX_BEHNKEN[factors]
    assert set(np.unique(ours).tolist()) == {-1.0, 0.0, 1.0}
    assert (np.abs(ours).sum(axis=1) < factors).all()
    assert len(set((ours**2).sum(axis=0))) == 1
    assert np.abs(ours.T @ _second_order(ours)).max() == 0
    pairs = _second_order(ours)[:, factors:]
    assert np.count_nonzero(pairs.T @ pairs) == pairs.shape[1]
    assert np.linalg.matrix_rank(whole) == whole.shape[1]


RATIOS = {
    3: {2}, 4: {3}, 5: {4}, 6: {1.5, 3}, 7: {3}, 9: {2.5, 5}, 10: {2, 4}, 11: {2.5}, 12: {2, 4}, 16: {3, 6},
}  # fmt: skip
"""How often a factor is varied, to how often with another one: 3 is rotatable."""


@pytest.mark.parametrize("factors", RATIOS)
def test_any_two_factors_of_a_box_behnken_design_meet_as_often(factors: int) -> None:
    """Or, of some sizes, in two ways; of four and of seven factors fourth moments are as 3 to 1: rotatable."""
    squares = _codes(_study("box_behnken", factors)) ** 2
    moments = squares.T @ squares
    assert set((moments[0, 0] / moments[~np.eye(factors, dtype=bool)]).tolist()) == RATIOS[factors]


@pytest.mark.parametrize("order", [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 26, 28, 30, 32, 38, 40, 42, 44])
def test_conference_matrices(order: int) -> None:
    """Rows orthogonal, zeros on the diagonal alone."""
    matrix = conference(order)
    assert matrix is not None
    assert (matrix @ matrix.T == (order - 1) * np.eye(order)).all()
    assert (np.abs(matrix) == 1 - np.eye(order)).all()


@pytest.mark.parametrize("order", [22, 34])
def test_orders_without_a_conference_matrix(order: int) -> None:
    """21 and 33 are no sums of two squares, so there is none."""
    assert conference(order) is None


@pytest.mark.parametrize("factors", [4, 6, 8])
def test_definitive_screening_has_its_published_properties(factors: int) -> None:
    """As pyDOE's: size, mains orthogonal and clear of second order, correlations no larger."""
    expected = golden.case("definitive_screening")["expected"][str(factors)]
    ours = _codes(_study("definitive_screening", factors))
    assert len(ours) == expected["runs"]
    assert (ours.T @ ours == (2 * factors - 2) * np.eye(factors)).all()
    assert np.abs(ours.T @ _second_order(ours)).max() == 0
    correlations = np.abs(np.corrcoef(_second_order(ours).T) - np.eye(factors * (factors + 1) // 2))
    squares = correlations[:factors, :factors]
    assert squares.max() == pytest.approx(expected["max_abs_corr_quadratic_pairs"], abs=1e-12)
    assert correlations[factors:, factors:].max() == pytest.approx(expected["max_abs_corr_2fi"])


@pytest.mark.parametrize(("numbers", "kinds"), [(3, 1), (4, 2), (6, 2), (5, 3)])
def test_two_level_factors_in_definitive_screening(numbers: int, kinds: int) -> None:
    """One run more; a category is never in the middle; mains stay clear of all products of two."""
    ours = _codes(_study("definitive_screening", numbers, kinds))
    order = numbers + kinds + (numbers + kinds) % 2
    assert len(ours) == 2 * order + 2
    assert (np.abs(ours[:, numbers:]) == 1).all()
    assert np.abs(ours.T @ _second_order(ours)).max() == 0
    correlations = np.abs(np.corrcoef(ours.T) - np.eye(numbers + kinds))
    assert correlations.max() < 0.26


def test_one_factor_more_than_a_matrix_has_takes_the_next() -> None:
    """Of order 22 there is none: 21 factors take 24."""
    assert len(_codes(_study("definitive_screening", 21))) == 49
    assert len(_codes(_study("definitive_screening", 6, extra_factors=2))) == 17


def test_values_are_on_the_factors_own_scale() -> None:
    """The middle of a logarithmic factor is its geometric mean; whole numbers are rounded; a listed middle is kept."""
    factors = (
        Factor("learning_rate", (1e-4, 1e-2), "log"),
        Factor("width", (16, 64), "linear"),
        Factor("dropout", (0.5, 0.0, 0.1), "linear"),
    )
    study = Study("any", "box_behnken", factors, Objective("score"), "any")
    found = [run.setting for run in DESIGNS["box_behnken"].runs(study)]
    assert dict(found[-1]) == {"learning_rate": 0.001, "width": 40, "dropout": 0.1}
    assert {setting["dropout"] for setting in found} == {0.0, 0.1, 0.5}
    assert all(isinstance(setting["width"], int) for setting in found)


@given(
    st.floats(-2, 2),
    st.sampled_from(["linear", "log"]),
    st.tuples(st.floats(1e-6, 1), st.floats(1.5, 100)).map(lambda ends: (ends[0], ends[0] * ends[1])),
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_coding_and_decoding_are_inverse(code: float, scale: Scale, levels: tuple[float, float]) -> None:
    """On either scale; the ends are the levels themselves."""
    factor = Factor("x", levels, scale)
    assert coded(factor, decoded(factor, code)) == pytest.approx(code, abs=1e-6)
    assert (decoded(factor, -1), decoded(factor, 1)) == levels


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (_study("central_composite", 2, 1), "central_composite wants two numbers or more of 'kind0', not a, b"),
        (_study("central_composite", 1), "central_composite wants 2 factors or more, not 1"),
        (_study("central_composite", 2, alpha="fase"), "layout alpha has no 'fase'; did you mean 'face'?"),
        (_study("central_composite", 2, alpha=-1), "layout alpha = -1: wanted a number above 0"),
        (_study("box_behnken", 8), "box_behnken takes 3 to 7, 9 to 12 or 16 factors, not 8; central_composite does"),
        (_study("definitive_screening", 45), "definitive_screening takes up to 44 factors, not 45"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(study: Study, said: str) -> None:
    """In one line."""
    with pytest.raises(DesignError) as refused:
        DESIGNS[study.design].runs(study)
    assert said in str(refused.value)


def test_values_that_make_no_sense_are_refused() -> None:
    """A negative dropout, or two codes on one whole number."""
    dropout = (Factor("dropout", (0.0, 0.5), "linear"), Factor("x", (1.0, 2.0), "linear"))
    study = Study("any", "central_composite", dropout, Objective("s"), "any", layout={"alpha": "rotatable"})
    with pytest.raises(DesignError, match=r"alpha 1\.414 sets 'dropout' to -0\.10.*, below zero; inscribed = true"):
        DESIGNS["central_composite"].runs(study)
    layers = tuple(Factor(name, (1, 2), "linear") for name in "abc")
    with pytest.raises(DesignError, match="wants 3 different values of 'a'; whole numbers of 1, 2 give 1, 2"):
        DESIGNS["box_behnken"].runs(Study("any", "box_behnken", layers, Objective("s"), "any"))
