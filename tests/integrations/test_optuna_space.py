"""Optuna's search ranges as levels, and levels as what an objective asks for."""

from __future__ import annotations

import optuna
import pytest
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from doe.integrations._optuna_space import given_by, taken
from doe.integrations.optuna import DesignSampler
from doe.model import DoeError, Factor, Level


@pytest.mark.parametrize(
    ("distribution", "levels", "scale"),
    [
        (FloatDistribution(1e-4, 1e-1, log=True), [1e-4, 0.00316, 1e-1], "log"),
        (FloatDistribution(0.0, 0.5), [0.0, 0.25, 0.5], "linear"),
        (FloatDistribution(1000.0, 1001.0), [1000.0, 1000.5, 1001.0], "linear"),
        (FloatDistribution(-10.2, 10.2, step=0.1), [-10.2, 0.0, 10.2], "linear"),
        (FloatDistribution(0.1, 0.3, step=0.1), [0.1, 0.2, 0.3], "linear"),
        (FloatDistribution(0.0, 0.2, step=0.2), [0.0, 0.2], "linear"),
        (IntDistribution(1, 1000, log=True), [1, 32, 1000], "log"),
        (IntDistribution(16, 256, step=16), [16, 144, 256], "linear"),
        (CategoricalDistribution(["b", None, 2]), ["b", None, 2], "nominal"),
    ],
)
def test_levels_of_a_range_are_as_a_person_would_choose_them(
    distribution: BaseDistribution, levels: list[object], scale: str
) -> None:
    """From end to end on its scale and its step, in few digits."""
    assert given_by(distribution, 3) == {"levels": levels, "scale": scale}


def test_numbers_between_the_levels_are_moved_to_the_grid_of_the_objective() -> None:
    """A Sobol sequence of three parameters: each in its range, on its step, of its type."""
    space = {
        "rate": FloatDistribution(1e-5, 1e-1, log=True),
        "width": IntDistribution(16, 256, step=16),
        "kind": CategoricalDistribution(["a", None, 3]),
        "drop": FloatDistribution(0.0, 0.5, step=0.05),
    }
    study = optuna.create_study(sampler=DesignSampler(space, "sobol", layout={"runs": 16}))
    for _ in range(16):
        trial = study.ask(space)
        study.tell(trial, 0.0)
    for name, distribution in space.items():
        values = [trial.params[name] for trial in study.trials]
        assert all(distribution._contains(distribution.to_internal_repr(value)) for value in values)
        assert len(set(values)) >= (3 if name == "kind" else 8)
    assert {trial.params["kind"] for trial in study.trials} == {"a", None, 3}


@pytest.mark.parametrize(
    ("levels", "value", "distribution", "wanted"),
    [
        ((1, 2), 2, FloatDistribution(0.0, 3.0), 2.0),
        ((0.1, 0.3), 0.3, FloatDistribution(0.0, 1.0, step=0.1), 0.3),
        ((0.0, 1.0), 0.33, FloatDistribution(0.0, 1.0, step=0.25), 0.25),
        ((16, 64), 64.0, IntDistribution(16, 128, step=16), 64),
        ((True, False), True, CategoricalDistribution([1, True]), True),
        ((0.25, 0.3), 0.3, FloatDistribution(0.0, 1.0, step=0.25), "out of reach"),
        ((1, 2), 2, IntDistribution(3, 9), "out of reach"),
        (("a", "b"), "b", IntDistribution(3, 9), "no number"),
        (("a", "b"), "b", CategoricalDistribution(["a", "c"]), "no choice"),
    ],
)
def test_a_level_is_what_was_asked_for_or_refused(
    levels: tuple[Level, ...], value: Level, distribution: BaseDistribution, wanted: Level
) -> None:
    """Of the type that the objective wants; between the levels on its step; a level off its step is not moved."""
    factor = Factor("a", levels)
    if isinstance(wanted, str):
        with pytest.raises(DoeError, match=f"^factor 'a' has .*which is {wanted} where it is suggested as "):
            taken(factor, value, distribution)
        return
    found = taken(factor, value, distribution)
    assert (type(found), found) == (type(wanted), pytest.approx(wanted))
