"""The seed of each training: the study's own and the replicate's, or the level of a factor that is named for it."""

from __future__ import annotations

from doe.designs._errors import DesignError
from doe.loading import says_seed
from doe.model import Factor, Setting, Study, shown


def check_seeds(study: Study) -> None:
    """Refuse levels that are no seeds.

    Raises:
        DesignError: A level is not a whole number, or below zero.
    """
    factor = _seeds(study)
    if factor and not all(type(level) is int and level >= 0 for level in factor.levels):
        raise DesignError(f"factor {factor.name!r}: wanted whole numbers of 0 or more, not {shown(factor.levels)}")


def seed_of(study: Study, setting: Setting, replicate: int) -> int:
    """The study's seed, counted on by the replicates; or the setting's, moved by all the levels span a replicate.

    Levels 3, 5 and 9 become 10, 12 and 16 in the second replicate: no two trainings of a run share a seed.
    """
    factor = _seeds(study)
    if factor is None:
        return study.seed + replicate - 1
    levels = [int(level) for level in factor.levels]
    return int(setting[factor.name]) + (replicate - 1) * (max(levels) - min(levels) + 1)


def _seeds(study: Study) -> Factor | None:
    return next(filter(says_seed, study.array_factors), None)
