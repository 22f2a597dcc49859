"""Optuna's own tests of samplers, on designs that stop and on designs that another sampler follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna
import pytest
from optuna.testing.pytest_samplers import (
    BasicSamplerTestCase,
    MultiObjectiveSamplerTestCase,
    RelativeSamplerTestCase,
)

from doe.integrations.optuna import DesignSampler
from doe.model import StudyError


class TestFollowed(BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase):  # type: ignore[misc]
    """A design that another sampler follows passes all of them."""

    @pytest.fixture
    def sampler(self) -> Callable[[], DesignSampler]:
        """The smallest array, and random search after it."""
        return lambda: DesignSampler(then=optuna.samplers.RandomSampler(seed=0))


class TestAlone(BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase):  # type: ignore[misc]
    """A design that stops passes all but two, which want what no fixed design can give: it refuses in one line."""

    @pytest.fixture
    def sampler(self) -> Callable[[], DesignSampler]:
        """Three levels of whatever is asked for, crossed; replicates, as the suite wants up to 101 trials."""
        return lambda: DesignSampler(design="full_factorial", replicates=40)

    def test_conditional_parameter_objective(self, sampler: Callable[[], DesignSampler]) -> None:
        """Exception 1: a parameter that appears only at some levels of another has no column in the design."""
        with pytest.raises(StudyError, match=r"parameter 'z' is no factor of the design; there is x, y; then=SAMPLER"):
            super().test_conditional_parameter_objective(sampler)

    @pytest.mark.parametrize(("second_low", "second_high"), [(0, 5), (0, 20), (20, 30)])
    def test_dynamic_range_objective(
        self, sampler: Callable[[], DesignSampler], second_low: int, second_high: int
    ) -> None:
        """Exception 2: levels were fixed by the first range; one that no longer holds them is refused."""
        dynamic: Any = super().test_dynamic_range_objective
        if (second_low, second_high) == (0, 20):
            dynamic(sampler, second_low, second_high)
            return
        with pytest.raises(
            StudyError, match=r"factor '[xy]' has \d+(\.0)?, which is out of reach where it is suggested"
        ):
            dynamic(sampler, second_low, second_high)
