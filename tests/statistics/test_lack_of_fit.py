"""Pure error and curvature, against a textbook and models compared by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from doe.statistics.lack_of_fit import curvature, pure_error
from doe.statistics.observations import Observations, observe


def _seen(frame: pd.DataFrame, names: str, blocks: tuple[str, ...] = ()) -> Observations:
    return observe(frame, "y", {name: list(dict.fromkeys(frame[name])) for name in [*names.split(), *blocks]}, blocks)


CENTRED = pd.DataFrame(
    {
        "time": [30, 40, 30, 40, *[35] * 5],
        "temperature": [150, 150, 160, 160, *[155] * 5],
        "y": [39.3, 40.9, 40.0, 41.5, 40.3, 40.5, 40.7, 40.2, 40.6],
    }
)
"""A 2^2 with five centre points: Montgomery, Design and Analysis of Experiments, example 6.7 (8th edition)."""


def test_a_textbook_s_centre_points() -> None:
    """Curvature of 0.0027 beside a pure error of 0.1720 with four degrees of freedom."""
    seen = _seen(CENTRED, "time temperature")
    line = curvature(seen)
    assert line is not None
    assert line.sum_sq == pytest.approx(0.0027, abs=5e-5)
    df, sum_sq = pure_error(seen)
    assert df == 4
    assert sum_sq == pytest.approx(0.1720)


def test_curvature_is_what_the_indicator_of_the_centre_adds() -> None:
    """Also where corners are missing and blocks differ."""
    generator = np.random.default_rng(2)
    frame = pd.concat([CENTRED.drop(index=1)] * 2, ignore_index=True)
    frame = frame.assign(block=[0] * 8 + [1] * 8, y=generator.normal(size=16))
    line = curvature(_seen(frame, "time temperature", ("block",)))
    model = np.stack([np.ones(16), frame["time"], frame["temperature"], frame["block"]], axis=1)
    response, centre = frame["y"].to_numpy(), (frame["time"] == 35).to_numpy(dtype=float)
    without = np.linalg.lstsq(model, response, rcond=None)[1][0]
    with_it = np.linalg.lstsq(np.column_stack([model, centre]), response, rcond=None)[1][0]
    assert line is not None
    assert line.sum_sq == pytest.approx(without - with_it)


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(CENTRED[:4], id="corners alone"),
        pytest.param(CENTRED.assign(time=[30, 40, 30, 40, 30, *[35] * 4]), id="a middle level elsewhere"),
        pytest.param(CENTRED.assign(time=[str(time) for time in CENTRED["time"]]), id="words"),
    ],
)
def test_without_centre_points_there_is_no_curvature(frame: pd.DataFrame) -> None:
    """Every factor has its middle level there, and nowhere else."""
    assert curvature(_seen(frame, "time temperature")) is None


@pytest.mark.parametrize("seed", range(20))
def test_pure_error_is_that_of_the_model_of_all_cells(seed: int) -> None:
    """The rank and the residuals of one mean a setting and one a block, fitted at once."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(generator.integers(0, 3, (20, 3)), columns=["a", "b", "block"]).assign(
        y=generator.normal(size=20)
    )
    settings = pd.get_dummies(frame["a"] * 3 + frame["b"]).to_numpy(dtype=float)
    model = np.hstack([settings, pd.get_dummies(frame["block"]).to_numpy(dtype=float)])
    residual = frame["y"] - model @ np.linalg.lstsq(model, frame["y"], rcond=None)[0]
    df, sum_sq = pure_error(_seen(frame, "a b", ("block",)))
    assert df == 20 - np.linalg.matrix_rank(model)
    assert sum_sq == pytest.approx(float(residual @ residual), abs=1e-10)


def test_without_repeats_there_is_no_pure_error() -> None:
    """Four corners, once each."""
    assert pure_error(_seen(CENTRED[:4], "time temperature")) == (0, 0.0)
