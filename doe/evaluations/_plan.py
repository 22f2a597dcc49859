"""A plan as numbers: which level each run has of each factor that the design sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doe.model import Study, Trial

if TYPE_CHECKING:
    from doe.statistics.arrays import Array


def level_numbers(study: Study, trials: Sequence[Trial]) -> Array | None:
    """One row a run, one column a factor, levels counted from 0; None where a level is not the factor's own."""
    import numpy as np

    columns = []
    for factor in study.array_factors:
        place = {level: number for number, level in enumerate(factor.levels)}
        columns.append([place.get(trial.setting[factor.name], -1) for trial in trials])
    array = np.array(columns, dtype=np.intp).T
    return array if array.size and array.min() >= 0 else None


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
