"""Reading a table: levels, blocks, plots, and what is left out of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from doe.statistics.observations import observe

FRAME = pd.DataFrame(
    {
        "run": [1, 1, 2, 2, 3, 3],
        "replicate": [1, 2, 1, 2, 1, 2],
        "lambda": ["low", "low", "high", "high", "low", "low"],
        "batch size": [32, 32, 64, 64, 32, 32],
        "C": [True, True, True, True, True, True],
        "rate": [0.1, 0.1, 0.2, 0.2, 0.15, 0.15],
        "y": [1.0, 2.0, 3.0, float("nan"), 5.0, float("inf")],
    }
)
LEVELS = {"lambda": ("high", "low"), "batch size": (16, 32, 64), "C": (False, True), "rate": (0.1, 0.2)}


def test_levels_are_numbered_as_they_stand_in_the_study() -> None:
    """Levels that no row has are left out; names of factors may be anything."""
    seen = observe(FRAME, "y", LEVELS)
    assert seen.levels == {"lambda": ("high", "low"), "batch size": (32, 64)}
    assert seen.codes["lambda"].tolist() == [1, 1, 0, 1]
    assert seen.codes["batch size"].tolist() == [0, 0, 1, 0]


def test_what_is_left_out_is_named() -> None:
    """Rows without a number, factors with one level left, and factors between their levels."""
    seen = observe(FRAME, "y", LEVELS)
    assert seen.dropped == 2
    assert seen.lone == ("C",)
    assert seen.loose == ("rate",)


def test_replicates_are_a_block() -> None:
    """They share their seeds; without the column each row stands for itself."""
    assert list(observe(FRAME, "y", LEVELS).blocks) == ["replicate"]
    assert not observe(FRAME.drop(columns="replicate"), "y", LEVELS).blocks


def test_plots_are_trainings() -> None:
    """Readings of one run and replicate belong together; without run numbers, those of one setting."""
    frame = pd.DataFrame({"run": [1, 1, 2, 2], "a": [0, 0, 1, 1], "epochs": [5, 10] * 2, "y": [1.0, 2.0, 3.0, 4.0]})
    levels = {"a": (0, 1), "epochs": (5, 10)}
    assert observe(frame, "y", levels, within="epochs").plots.tolist() == [0, 0, 1, 1]
    assert observe(frame.drop(columns="run"), "y", levels, within="epochs").plots.tolist() == [0, 0, 1, 1]
    assert observe(frame.assign(run=[1, 2, 3, 4]), "y", levels, within="epochs").plots.tolist() == [0, 0, 1, 1]
    assert observe(frame, "y", levels).plots.tolist() == [0, 1, 2, 3]


def test_balance_counts_blocks_too() -> None:
    """A table from which a run is missing is not balanced."""
    frame = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "y": np.arange(4.0)})
    assert observe(frame, "y", {"a": (0, 1), "b": (0, 1)}).is_balanced
    assert not observe(frame[:3], "y", {"a": (0, 1), "b": (0, 1)}).is_balanced


def test_an_empty_table_is_read() -> None:
    """A study of which no trial has completed has nothing to say, and says it."""
    frame = pd.DataFrame(columns=["run", "replicate", "a", "y"])
    seen = observe(frame, "y", {"a": (0, 1)}, within="a")
    assert not len(seen.response)
    assert seen.is_constant
    assert not seen.codes
