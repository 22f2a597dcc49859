"""The main-effects model of a plan: for each factor the columns that stand for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import log, prod
from typing import TYPE_CHECKING

from doe.model import Factor, Level, Setting, Study, Trial

if TYPE_CHECKING:
    from doe.statistics.contrasts import Matrix

MOST_CANDIDATES = 20_000
"""Settings over which predictions are judged; of a larger grid the plan's own runs are taken."""


def main_effects(study: Study, trials: Sequence[Trial]) -> Mapping[str, Matrix]:
    """Contrasts of the levels; a straight line for a number that the plan sets between or beyond its levels."""
    settings = [trial.setting for trial in trials]
    return {f.name: _columns(f, settings, straight=is_straight(f, trials)) for f in study.array_factors}


def model_of(study: Study, trials: Sequence[Trial]) -> Matrix:
    """The constant and all main effects, one row a run."""
    import numpy as np

    return np.hstack([np.ones((len(trials), 1)), *main_effects(study, trials).values()])


def candidates(study: Study, trials: Sequence[Trial]) -> Matrix:
    """The model's rows for every combination of levels, or for the runs where there are too many."""
    import numpy as np

    factors = study.array_factors
    if prod(len(factor.levels) for factor in factors) > MOST_CANDIDATES:
        return model_of(study, trials)
    names = [factor.name for factor in factors]
    grid = [dict(zip(names, levels, strict=True)) for levels in product(*(factor.levels for factor in factors))]
    columns = [_columns(factor, grid, straight=is_straight(factor, trials)) for factor in factors]
    return np.hstack([np.ones((len(grid), 1)), *columns])


def is_straight(factor: Factor, trials: Sequence[Trial]) -> bool:
    """Whether a factor stands in the model as a straight line: the plan sets it beside its levels."""
    return not {trial.setting[factor.name] for trial in trials} <= set(factor.levels)


def differences(factor: Factor, *, straight: bool) -> Matrix:
    """What the model's columns say of each pair of levels, one row a pair."""
    import numpy as np

    rows = _columns(factor, [{factor.name: level} for level in factor.levels], straight=straight)
    pairs = [rows[one] - rows[two] for one in range(len(rows)) for two in range(one)]
    return np.array(pairs).reshape(len(pairs), rows.shape[1])


def _columns(factor: Factor, settings: Sequence[Setting], *, straight: bool) -> Matrix:
    import numpy as np

    from doe.statistics.contrasts import helmert

    levels = [setting[factor.name] for setting in settings]
    if straight:
        return _line(factor, levels)
    place = {level: number for number, level in enumerate(factor.levels)}
    contrast = helmert(len(factor.levels)) if len(factor.levels) > 1 else np.zeros((1, 0))
    return np.asarray(contrast[[place[level] for level in levels]])


def _line(factor: Factor, levels: Sequence[Level]) -> Matrix:
    """From -1 at the lowest level to 1 at the highest, along the factor's scale."""
    import numpy as np

    def along(level: Level) -> float:
        return log(float(level)) if factor.scale == "log" else float(level)

    ends = [along(level) for level in factor.levels]
    middle, half = (max(ends) + min(ends)) / 2, (max(ends) - min(ends)) / 2 or 1.0
    return np.array([[(along(level) - middle) / half] for level in levels])
