"""Response surfaces and their canonical analysis, against R's rsm, NIST and brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.statistics.canonical import best_in, canonical, region_of, ridge
from doe.statistics.contrasts import Matrix
from doe.statistics.surface import Surface, fit_surface, powers_of
from tests import golden


def _chemreact(rows: slice = slice(None)) -> tuple[Matrix, Matrix, Matrix]:
    """Coded factors, yields, and the second block against the first as R codes it."""
    frame = golden.table("rsm_chemreact").iloc[rows]
    coded = np.column_stack([(frame["Time"] - 85) / 5, (frame["Temp"] - 175) / 5])
    second = [[float(block == "B2")] for block in frame["Block"]]
    return coded, frame["y"].to_numpy(dtype=float), np.array(second)


def _fitted(surface: Surface | None) -> Surface:
    assert surface is not None
    return surface


class TestTheChemicalReactor:
    """Myers, Montgomery and Anderson-Cook, table 7.6, as in the vignette of R's rsm 2.10."""

    coded, response, blocks = _chemreact()
    surface = _fitted(fit_surface(coded, response, powers_of("second", [True, True]), blocks))
    published = golden.case("rsm_chemreact")["expected"]["published"]["second_order"]

    def test_coefficients_and_their_errors(self) -> None:
        """To the digits that R prints."""
        wanted = self.published["coef"]
        order = ["Intercept", "x1", "x2", "x1x2", "x1sq", "x2sq", "Block2"]
        assert self.surface.coefficients == pytest.approx([wanted[name] for name in order], abs=5e-7)
        for place, name in ((1, "x1"), (3, "x1x2"), (4, "x1sq")):
            error = self.surface.standard_error(np.eye(7)[place])
            assert error == pytest.approx(self.published["se"][name], abs=5e-7)

    def test_lack_of_fit(self) -> None:
        """Three degrees of freedom against four of repeats in each block."""
        found, wanted = self.surface.lack_of_fit, self.published["anova"]
        assert found is not None
        assert (found.df, found.pure_df, self.surface.error_df) == (3, 4, 7)
        assert found.statistic == pytest.approx(wanted["LOF"]["F"], abs=5e-5)
        assert found.p == pytest.approx(wanted["LOF"]["p"], abs=5e-5)
        assert self.surface.r_squared == pytest.approx(0.9980822013088569)

    def test_terms_together(self) -> None:
        """F of the product, and of both squares, is that of R's analysis of variance."""
        assert self.surface.ratio([3]) == pytest.approx(self.published["anova"]["TWI"]["F"], abs=5e-4)
        assert self.surface.ratio([4, 5]) == pytest.approx(self.published["anova"]["PQ"]["F"], abs=5e-4)

    def test_canonical_analysis(self) -> None:
        """The stationary point and the eigenvalues, to the digits that R prints."""
        axes = canonical(self.surface.linear, self.surface.quadratic)
        assert axes.stationary == pytest.approx(self.published["stationary_coded"], abs=5e-8)
        assert axes.curvatures[::-1] == pytest.approx(self.published["eigenvalues"], abs=5e-8)

    def test_the_best_point_of_the_region_is_the_summit(self) -> None:
        """It lies inside; and the lowest point lies on the edge."""
        region = region_of(self.coded)
        linear, quadratic = self.surface.linear, self.surface.quadratic
        top = best_in(region, linear, quadratic, upwards=True, starts=region.cloud(10))
        assert top == pytest.approx(self.published["stationary_coded"], abs=1e-6)
        low = best_in(region, linear, quadratic, upwards=False, starts=region.cloud(10))
        assert np.linalg.norm(low) == pytest.approx(region.radius)

    def test_a_plane_does_not_fit_the_first_block(self) -> None:
        """Its lack of fit is published: F 95.73, p 0.0103."""
        coded, response, _ = _chemreact(slice(0, 7))
        plane = _fitted(fit_surface(coded, response, powers_of("first", [True, True])))
        wanted = golden.case("rsm_chemreact")["expected"]["published"]["first_order_block1"]
        assert plane.coefficients == pytest.approx(wanted["coef"], abs=5e-6)
        assert plane.lack_of_fit is not None
        assert plane.lack_of_fit.statistic == pytest.approx(wanted["lof_F"], abs=5e-5)
        assert plane.lack_of_fit.p == pytest.approx(wanted["lof_p"], abs=5e-6)
        assert plane.lack_of_fit.sum_sq == pytest.approx(wanted["lof_ss"], abs=5e-5)


@pytest.mark.parametrize(
    ("response", "powers"),
    [("uniformity", [(0,), (1,), (0, 1)]), ("stress", [(0,), (1,), (0, 0)])],
    ids=["uniformity", "stress"],
)
def test_the_reduced_models_of_nist(response: str, powers: list[tuple[int, ...]]) -> None:
    """NIST/SEMATECH e-Handbook 5.4.7.3: its terms only; coefficients, R squared and lack of fit."""
    case = golden.case("nist_cvd_cci_rsm")
    wanted = case["expected"]["recomputed"][response]
    coded = np.array(case["design"]["rows"])
    surface = _fitted(fit_surface(coded, np.array(case["responses"][response]), powers))
    assert surface.coefficients == pytest.approx(wanted["coef"])
    assert surface.r_squared == pytest.approx(wanted["lof"]["R2"])
    assert surface.lack_of_fit is not None
    assert surface.lack_of_fit.statistic == pytest.approx(wanted["lof"]["F"])
    assert surface.lack_of_fit.p == pytest.approx(wanted["lof"]["p"])


def _random(seed: int, factors: int, rows: int = 40) -> Surface:
    generator = np.random.default_rng(seed)
    coded = generator.uniform(-1, 1, size=(rows, factors))
    return _fitted(fit_surface(coded, generator.normal(size=rows), powers_of("second", [True] * factors)))


@pytest.mark.parametrize("seed", range(5))
def test_errors_are_those_of_statsmodels(seed: int) -> None:
    """Standard errors and F of single terms, on random points."""
    surface = _random(seed, 3)
    other = sm.OLS(surface.response, surface.model).fit()
    errors = [surface.standard_error(weights) for weights in np.eye(10)]
    assert errors == pytest.approx(other.bse)
    assert [surface.ratio([place]) for place in range(10)] == pytest.approx(other.tvalues**2)
    assert surface.half_width(surface.model[0]) == pytest.approx(
        float(np.ptp(other.get_prediction(surface.model[:1]).conf_int()[0])) / 2
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_error_of_a_curvature_is_that_of_its_square_along_the_axes(seed: int) -> None:
    """Bisgaard and Ankenman 1996: refitted in the canonical axes, squares have the eigenvalues and their errors."""
    surface = _random(seed, 3)
    axes = canonical(surface.linear, surface.quadratic)
    turned = _fitted(fit_surface(surface.coded @ axes.directions, surface.response, surface.powers))
    assert np.diag(turned.quadratic) == pytest.approx(axes.curvatures)
    for place in range(3):
        own = turned.standard_error(np.eye(10)[1 + turned.powers.index((place, place))])
        assert surface.curvature_error(axes.directions[:, place]) == pytest.approx(own)


@given(seed=st.integers(0, 10_000), factors=st.integers(1, 4))
def test_the_stationary_point_is_level(seed: int, factors: int) -> None:
    """The slope there is zero, and the axes rebuild the matrix."""
    generator = np.random.default_rng(seed)
    linear, half = generator.normal(size=factors), generator.normal(size=(factors, factors))
    quadratic = half + half.T
    axes = canonical(linear, quadratic)
    assert axes.directions * axes.curvatures @ axes.directions.T == pytest.approx(quadratic)
    assert axes.curvatures == pytest.approx(np.sort(np.linalg.eigvals(quadratic).real))
    assert axes.stationary is not None
    assert linear + 2 * quadratic @ axes.stationary == pytest.approx(np.zeros(factors), abs=1e-6)


def _height(points: Matrix, linear: Matrix, quadratic: Matrix) -> Matrix:
    return np.asarray(points @ linear + np.einsum("ij,jk,ik->i", points, quadratic, points))


@given(seed=st.integers(0, 10_000), factors=st.integers(1, 4), flat=st.booleans(), upwards=st.booleans())
def test_no_point_of_a_sphere_beats_the_ridge(seed: int, factors: int, flat: bool, upwards: bool) -> None:
    """Be the surface level in the middle or not; and where it bends that way, the best only gets better farther out."""
    generator = np.random.default_rng(seed)
    half = generator.normal(size=(factors, factors))
    linear, quadratic = generator.normal(size=factors) * (not flat), half + half.T
    sign = 1 if upwards else -1
    reached = [0.0]
    for radius in (0.3, 1.0, 2.0):
        point = ridge(linear, quadratic, radius, upwards=upwards)
        others = generator.normal(size=(500, factors))
        others *= radius / np.linalg.norm(others, axis=1)[:, None]
        assert np.linalg.norm(point) == pytest.approx(radius)
        height = sign * float(_height(point[None, :], linear, quadratic)[0])
        assert height >= (sign * _height(others, linear, quadratic)).max() - 1e-7
        reached.append(height)
    if np.linalg.eigvalsh(sign * quadratic)[-1] > 0:
        assert reached == sorted(reached)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), factors=st.integers(1, 3))
def test_the_region_takes_the_nearest_of_its_points(seed: int, factors: int) -> None:
    """Of thousands of points of the region none is nearer to one outside; its own points stay."""
    generator = np.random.default_rng(seed)
    region = region_of(generator.uniform(-1, 1, size=(6, factors)))
    outside = generator.normal(0, 2, size=(1, factors))
    nearest = region.nearest(outside)
    cloud = region.cloud(2000, seed)
    assert region.holds(nearest).all()
    assert region.holds(cloud).all()
    assert region.nearest(cloud) == pytest.approx(cloud)
    assert np.linalg.norm(nearest - outside) <= np.linalg.norm(cloud - outside, axis=1).min() + 1e-9


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_best_point_of_a_region_is_better_than_a_cloud(seed: int) -> None:
    """Of surfaces of any shape."""
    surface = _random(seed, 3)
    region = region_of(surface.coded)
    best = best_in(region, surface.linear, surface.quadratic, upwards=True, starts=region.cloud(30))
    heights = _height(region.cloud(3000, 1), surface.linear, surface.quadratic)
    assert region.holds(best[None, :]).all()
    assert float(_height(best[None, :], surface.linear, surface.quadratic)[0]) >= heights.max() - 1e-9


def test_what_cannot_be_told_apart_is_not_fitted() -> None:
    """Two levels have no square, a two-level factorial with a centre has one for all, and the error needs a row."""
    corners = np.array([[x, y] for x in (-1.0, 1.0) for y in (-1.0, 1.0)] * 2 + [[0.0, 0.0]])
    response = np.arange(9.0) ** 2
    assert powers_of("second", [True, False]) == ((0,), (1,), (0, 1), (0, 0))
    assert fit_surface(corners, response, powers_of("second", [True, True])) is None
    assert fit_surface(corners, response, powers_of("interactions", [True, True])) is not None
    assert fit_surface(corners[:4], response[:4], powers_of("interactions", [True, True])) is None
    assert fit_surface(corners[:4], response[:4], powers_of("first", [True, True])) is not None


def test_repeats_that_are_equal_are_no_error() -> None:
    """Twice the same seed gives the same response: nothing to judge a lack of fit by."""
    frame = pd.DataFrame({"x": [-1.0, -1.0, 0.0, 0.0, 1.0, 1.0], "y": [1.0, 1.0, 2.0, 2.0, 4.0, 4.0]})
    surface = _fitted(fit_surface(frame[["x"]].to_numpy(), frame["y"].to_numpy(), [(0,)]))
    assert surface.repeats_itself
    assert surface.lack_of_fit is None
