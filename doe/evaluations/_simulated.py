"""Power in a split plot by simulation, beside the formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from doe.evaluations._assumptions import Assumptions
from doe.evaluations._terms import differences, is_straight, main_effects, model_of
from doe.model import Study, Trial

if TYPE_CHECKING:
    from doe.statistics.contrasts import Matrix

TIMES = 4000
"""Studies that are drawn: a share of 0.8 is then known to 0.013."""

MOST_NUMBERS = 50_000_000
"""Numbers that are drawn; a plan that would take more is not simulated."""


def simulated(study: Study, trials: Sequence[Trial], assumed: Assumptions) -> Mapping[str, float]:
    """For each factor how often the stated effect is noticed in a study drawn at random; none where none is stated."""
    within, sd, sd_within, effect = study.within, assumed.error_sd, assumed.sd_within, assumed.effect
    if within is None or len(within.levels) < 2 or sd is None or sd_within is None or effect is None:  # noqa: PLR2004 - to differ
        return {}
    if TIMES * len(trials) * study.replicates * len(within.levels) > MOST_NUMBERS:
        return {}
    import numpy as np

    from doe.statistics.split_plots import power_between, power_within

    runs, found, start = model_of(study, trials), {}, 1
    model = _with_replicates(runs, study.replicates)
    columns = main_effects(study, trials)
    for place, factor in enumerate(study.array_factors):
        term = slice(start, start + columns[factor.name].shape[1])
        start = term.stop
        if term.start < term.stop:
            effects = effect * _hardest(model, term, differences(factor, straight=is_straight(factor, trials)))
            found[factor.name] = power_between(
                model, term, effects, sd=sd, times=TIMES, significance=assumed.significance, seed=place
            )
    shift = np.zeros(len(within.levels))
    shift[0], shift[-1] = -effect / 2, effect / 2
    beside = np.tile(runs, (study.replicates, 1))
    if len(beside) <= beside.shape[1]:
        beside = beside[:, :1]  # interactions with the other factors are told from the error where that leaves some
    found[within.name] = power_within(beside, shift, sd=sd_within, times=TIMES, significance=assumed.significance)
    return found


def _with_replicates(runs: Matrix, replicates: int) -> Matrix:
    """All trainings, with a column for each replicate but the first."""
    import numpy as np

    indicator = np.repeat(np.eye(replicates), len(runs), axis=0)[:, 1:]
    return np.hstack([np.tile(runs, (replicates, 1)), indicator])


def _hardest(model: Matrix, term: slice, pairs: Matrix) -> Matrix:
    """The coefficients, for a difference of one, of the pair of levels known worst, the rest as hard as can be."""
    import numpy as np

    inverse = np.linalg.inv(model.T @ model)[term, term]
    variances = ((pairs @ inverse) * pairs).sum(axis=1)
    worst = pairs[variances.argmax()]
    return np.asarray(inverse @ worst / variances.max())
