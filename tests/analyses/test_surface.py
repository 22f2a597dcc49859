"""Surfaces of tables: when there is one, what it says in the factors' own units, and where it leads."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from doe.analyses import analyze
from doe.analyses.canonical import canonical
from doe.analyses.ridge import ridge
from doe.analyses.surface import surface
from doe.model import Cell, Factor, Finding, Objective, Results
from tests import golden


def _chemreact() -> Results:
    """The reactor with time and temperature as they were set, coded by the corners of the cube."""
    factors = (
        Factor("Time", (80, 90), "linear"),
        Factor("Temp", (170, 180), "linear"),
        Factor("Block", ("B1", "B2"), role="block"),
    )
    return Results(factors, Objective("y"), golden.table("rsm_chemreact"))


def _numbers(finding: Finding | None, name: str) -> list[float]:
    assert finding is not None
    return [float(cell) for row in finding.table if (cell := row[name]) is not None]


def _note(finding: Finding | None) -> str:
    assert finding is not None
    return finding.note


class TestTheChemicalReactor:
    """Myers, Montgomery and Anderson-Cook, table 7.6; numbers of R's rsm 2.10."""

    results = _chemreact()
    published = golden.case("rsm_chemreact")["expected"]["published"]["second_order"]

    def test_the_surface(self) -> None:
        """Coefficients and errors as R prints them; the middle lies halfway between the blocks."""
        found = surface(self.results)
        wanted, errors = self.published["coef"], self.published["se"]
        assert found is not None
        assert [row["term"] for row in found.table] == ["middle", "Time", "Temp", "Time x Temp", "Time²", "Temp²"]
        middle = wanted["Intercept"] + wanted["Block2"] / 2
        terms = [middle, *(wanted[name] for name in ("x1", "x2", "x1x2", "x1sq", "x2sq"))]
        assert _numbers(found, "estimate") == pytest.approx(terms, abs=5e-7)
        assert _numbers(found, "se")[3] == pytest.approx(errors["x1x2"], abs=5e-7)
        assert _numbers(found, "p")[2] == pytest.approx(self.published["anova"]["TWI"]["p"], abs=5e-5)
        assert "Time is -1 at 80.0 and 1 at 90.0" in found.note
        assert "R² 0.998" in found.note
        assert "F 0.53 on 3 and 4 degrees of freedom, p 0.685: the surface misses no more than" in found.note

    def test_its_shape(self) -> None:
        """A maximum at 86.861 and 176.672, within the region."""
        found = canonical(self.results)
        assert _numbers(found, "curvature")[::-1] == pytest.approx(self.published["eigenvalues"], abs=5e-8)
        assert "A maximum" in _note(found)
        assert "Time=86.861, Temp=176.672 with 82.14, within the region" in _note(found)

    def test_its_path_turns_at_the_summit(self) -> None:
        """Which is half a unit from the middle."""
        found = ridge(self.results)
        predicted = _numbers(found, "predicted")
        assert predicted.index(max(predicted)) == 2
        assert _numbers(found, "distance")[-1] == pytest.approx(np.sqrt(2))
        assert "It turns near 0.566" in _note(found)
        down = ridge(replace(self.results, objective=Objective("y", "minimize")))
        assert _numbers(down, "predicted") == sorted(_numbers(down, "predicted"), reverse=True)
        up = ridge(replace(self.results, objective=Objective("y", "target", 95.0)))
        assert _numbers(up, "predicted") == predicted


def _quadratic(frame: pd.DataFrame, seed: int = 0, noise: float = 0.01) -> pd.DataFrame:
    """A response of second order in x, z and whatever else there is, and noise."""
    slopes = {"x": 1.0, "z": -0.5, "w": 0.3}
    total = np.random.default_rng(seed).normal(0, noise, len(frame))
    for name in frame.columns.intersection(list(slopes)):
        total = total + slopes[name] * frame[name] - frame[name] ** 2
    return frame.assign(y=total)


def _results(frame: pd.DataFrame, **roles: str) -> Results:
    """A table as read from a file: numbers are linear, and all values are levels."""
    factors = tuple(
        Factor(
            name,
            tuple(sorted(set(frame[name].tolist()))),
            "nominal" if frame[name].dtype == object or isinstance(frame[name].iloc[0], str) else "linear",
            roles.get(name, "control"),  # type: ignore[arg-type]
        )
        for name in frame.columns
        if name not in {"y", "run", "replicate"}
    )
    return Results(factors, Objective("y"), frame)


def _full(levels: list[float], names: str) -> pd.DataFrame:
    return pd.DataFrame(product(levels, repeat=len(names)), columns=list(names))


def _box_behnken() -> pd.DataFrame:
    """Three factors in twelve runs and three centre points."""
    rows = []
    for one, two in ((0, 1), (0, 2), (1, 2)):
        for first, second in product((-1.0, 1.0), repeat=2):
            row = [0.0] * 3
            row[one], row[two] = first, second
            rows.append(row)
    return pd.DataFrame([*rows, *[[0.0] * 3] * 3], columns=["x", "z", "w"])


class TestWhichTablesHaveASurface:
    """The table is asked, never the design."""

    def test_box_behnken_and_latin_hypercube(self) -> None:
        """By how their levels meet, and by how many there are; planted coefficients come back."""
        cloud = pd.DataFrame(np.random.default_rng(1).uniform(-1, 1, (25, 3)), columns=["x", "z", "w"])
        for frame in (_box_behnken(), cloud):
            found = surface(_results(_quadratic(frame)))
            assert found is not None
            estimates = dict(zip((row["term"] for row in found.table), _numbers(found, "estimate"), strict=True))
            half = float(frame["x"].max() - frame["x"].min()) / 2
            assert estimates["x²"] == pytest.approx(-(half**2), abs=0.05)
            assert estimates["x x z"] == pytest.approx(0, abs=0.05)

    def test_arrays_are_compared_level_by_level(self) -> None:
        """An L9 of four numeric factors, a two-level factorial, one factor of three levels: none has a surface."""
        l9 = np.array([[a, b, (a + b) % 3, (a + 2 * b) % 3] for a, b in product(range(3), repeat=2)], dtype=float)
        array = pd.DataFrame(l9, columns=["x", "z", "w", "v"])
        for frame in (array, array.drop(index=4), _full([-1.0, 1.0], "xzw"), _full([-1.0, 0.0, 1.0], "x")):
            results = _results(_quadratic(frame))
            assert [found(results) for found in (surface, canonical, ridge)] == [None] * 3

    def test_a_full_factorial_of_three_levels_has_one(self) -> None:
        """Balanced, but the whole second order can be told."""
        found = surface(_results(_quadratic(_full([-1.0, 0.0, 1.0], "xzw"))))
        assert len(_numbers(found, "estimate")) == 10

    def test_too_few_runs_give_what_they_can(self) -> None:
        """Nine random runs of three factors bear no second order: squares without products, or slopes only."""
        cloud = pd.DataFrame(np.random.default_rng(1).uniform(-1, 1, (9, 3)), columns=["x", "z", "w"])
        assert "Squares are left out" in _note(surface(_results(_quadratic(cloud))))
        plane = _results(_quadratic(cloud[:6]))
        assert "Squares and products are left out" in _note(surface(plane))
        assert canonical(plane) is None
        assert "Steepest ascent" in _note(ridge(plane))
        assert surface(_results(_quadratic(cloud[:4]))) is None

    def test_a_two_level_factorial_with_centre_points(self) -> None:
        """Slopes and products, and a lack of fit that shows the bend."""
        frame = pd.concat([_full([-1.0, 1.0], "xz"), pd.DataFrame([[0.0, 0.0]] * 4, columns=["x", "z"])])
        found = surface(_results(_quadratic(frame.reset_index(drop=True))))
        assert "Squares are left out" in _note(found)
        assert "the surface misses more than repeats of one setting differ" in _note(found)


def test_nominal_factors_shift_the_surface() -> None:
    """Each level against the average of all; and they are no axes."""
    frame = _quadratic(pd.DataFrame(np.random.default_rng(1).uniform(-1, 1, (40, 2)), columns=["x", "z"]))
    frame["kind"] = ["a", "b", "c", "a"] * 10
    frame["y"] += frame["kind"].map({"a": 0.0, "b": 3.0, "c": 6.0})
    found = surface(_results(frame))
    assert found is not None
    shifts: dict[Cell, Cell] = {row["term"]: row["estimate"] for row in found.table}
    assert [shifts[f"kind={level}"] for level in "abc"] == pytest.approx([-3, 0, 3], abs=0.02)
    shape = canonical(_results(frame))
    assert shape is not None
    assert list(shape.table[0]) == ["axis", "curvature", "se", "p", "x", "z"]
    assert "On the average over kind" in _note(ridge(_results(frame)))


def test_a_log_scale_is_coded_by_its_logarithm() -> None:
    """The summit of a parabola in log10 of the rate comes back in the rate's own units."""
    rates = 10 ** np.random.default_rng(1).uniform(-5, -1, 15)
    frame = pd.DataFrame({"rate": rates, "y": -((np.log10(rates) + 3.4) ** 2)})
    frame["y"] += np.random.default_rng(2).normal(0, 0.001, 15)
    results = Results((Factor("rate", (1e-5, 1e-1), "log"),), Objective("y"), frame)
    assert "rate is -1 at 1e-05 and 1 at 0.1 on a log scale" in _note(surface(results))
    found = canonical(results)
    assert _numbers(found, "curvature") == pytest.approx([-4.0], abs=0.01)
    summit = float(_note(found).partition("rate=")[2].split()[0])
    assert np.log10(summit) == pytest.approx(-3.4, abs=0.01)


def test_readings_of_one_training_are_no_runs_of_their_own() -> None:
    """Three readings a training leave as many degrees of freedom as their means do."""
    cloud = _quadratic(pd.DataFrame(np.random.default_rng(1).uniform(-1, 1, (20, 2)), columns=["x", "z"]))
    thrice = pd.concat([cloud.assign(epochs=e, y=cloud["y"] + e, run=range(20)) for e in (1, 2, 3)], ignore_index=True)
    once, read = _results(cloud), _results(thrice, epochs="within")
    assert _numbers(surface(read), "se") == pytest.approx(_numbers(surface(once), "se"))
    assert _numbers(surface(read), "estimate")[1:] == pytest.approx(_numbers(surface(once), "estimate")[1:])
    assert "mean over epochs" in _note(surface(read))


def test_a_ridge_is_told_from_a_summit() -> None:
    """Where nothing bends along one axis its curvature is not told from none, and the note says so."""
    cloud = pd.DataFrame(np.random.default_rng(1).uniform(-1, 1, (30, 2)), columns=["x", "z"])
    cloud["y"] = -((cloud["x"] + cloud["z"]) ** 2) + np.random.default_rng(2).normal(0, 0.02, 30)
    found = canonical(_results(cloud))
    assert "its bend is not told from none: there it may be a ridge" in _note(found)
    steepest = found.table[0] if found else {}
    assert abs(float(steepest["x"] or 0)) == pytest.approx(np.sqrt(0.5), abs=0.03)


def test_a_surface_without_a_bend_is_level_nowhere() -> None:
    """An exact line in one factor on a log scale: nothing overflows where a point of no bend would lie."""
    design = [
        (optimizer, rate, dropout) for optimizer in "abc" for rate in (1e-4, 1e-3, 1e-2) for dropout in (0.0, 0.2, 0.4)
    ]
    frame = pd.DataFrame(design, columns=["optimizer", "rate", "dropout"])
    frame["loss"] = frame["optimizer"].map({"a": 0.0, "b": 1.0, "c": 3.0}) + frame["dropout"] / 2
    factors = (
        Factor("optimizer", ("a", "b", "c")),
        Factor("rate", (1e-4, 1e-3, 1e-2), "log"),
        Factor("dropout", (0.0, 0.2, 0.4), "linear"),
    )
    found = {finding.name for finding in analyze(Results(factors, Objective("loss", "minimize"), frame))}
    assert "response-table" in found
