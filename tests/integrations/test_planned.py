"""A design for factors that somebody else's code knows, and the setting that it predicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from doe.integrations._planned import Ended, Wish, plan_for, predicted_setting, results_of
from doe.model import Factor, Objective


def test_levels_come_back_as_the_user_gave_them() -> None:
    """Also those that are no plain values: None, numbers of numpy, functions; True is not 1."""
    given: dict[str, Any] = {"a": [None, len, (1, 2)], "b": np.array([1, 2, 3]), "c": [True, 1, 1.0]}
    planned = plan_for(given, Wish("full_factorial"))
    assert [(factor.levels, factor.scale) for factor in planned.study.factors] == [
        (("None", "<built-in function len>", "(1, 2)"), "nominal"),
        ((1, 2, 3), "linear"),
        ((True, 1, 1.0), "nominal"),
    ]
    told = [planned.told(trial.setting) for trial in planned.trials]
    assert len(told) == 27
    assert {id(each["a"]) for each in told} == {id(value) for value in given["a"]}
    assert {repr(each["c"]) for each in told} == {"True", "1", "1.0"}
    assert all(isinstance(each["b"], np.integer) for each in told)


@pytest.mark.parametrize(
    ("factors", "wanted"),
    [
        ({"a": ["x", "y, b=p", "z"], "b": ["q", "p", "r"]}, {"a": "y, b=p", "b": "p"}),
        ({"a": ["x", "y", "z"], "b": ["q", "p, b=q", "r"]}, {"a": "y", "b": "p, b=q"}),
        ({"b=": [1, 2, 3], "b": [0.1, 0.2, 0.3]}, {"b=": 2, "b": 0.2}),
        ({"on": [False, True], "n": [1, 2, 3]}, {"on": True, "n": 2}),
    ],
)
def test_the_predicted_setting_is_read_whatever_its_levels_are_called(
    factors: Mapping[str, Sequence[Any]], wanted: Mapping[str, Any]
) -> None:
    """The second level of each is best by far; separators in names and levels do not confuse."""
    planned = plan_for(factors, Wish("full_factorial", replicates=2))
    best = {name: levels[1] for name, levels in factors.items()}
    ended = [
        Ended(trial, {"value": sum(trial.setting[name] == level for name, level in best.items()) + number / 1000})
        for number, trial in enumerate(planned.trials)
    ]
    found = predicted_setting(results_of(planned.study.factors, Objective("value"), ended))
    assert found == wanted
    assert found is not None
    assert {name: type(level) for name, level in found.items()} == {name: type(level) for name, level in wanted.items()}


def test_a_number_between_the_levels_is_predicted_by_a_surface() -> None:
    """The top of a parabola over two factors, one on a scale of logarithms."""
    factors = {"x": {"levels": [0.0, 0.5, 1.0]}, "y": {"levels": [1e-4, 1e-2, 1.0], "scale": "log"}}
    planned = plan_for(factors, Wish("central_composite"))
    ended = [
        Ended(t, {"value": -((float(t.setting["x"]) - 0.4) ** 2) - (np.log10(float(t.setting["y"])) + 1.8) ** 2})
        for t in planned.trials
    ]
    found = predicted_setting(results_of(planned.study.factors, Objective("value"), ended))
    assert found is not None
    assert found["x"] == pytest.approx(0.4, abs=1e-3)
    assert np.log10(float(found["y"])) == pytest.approx(-1.8, abs=1e-3)


def test_nothing_is_predicted_of_nothing() -> None:
    """A constant response, or no row at all."""
    factor = Factor("a", (1, 2), "linear")
    assert predicted_setting(results_of([factor], Objective("value"), [])) is None
