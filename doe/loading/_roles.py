"""Factors that a trainer need not know: the seed of each training, and blocks, which only group what is trained."""

from __future__ import annotations

from collections.abc import Collection

from doe.model import Factor, StudyError

TAKEN = ("run", "replicate", "order", "host", "device", "seconds")
"""Columns that a table of results has already."""


def says_seed(factor: Factor) -> bool:
    """Whether its levels are the seeds of the trainings: noise, or a block, by the name ``seed``."""
    return factor.name == "seed" and factor.role in {"noise", "block"}


def is_only_recorded(factor: Factor, known: Collection[str]) -> bool:
    """Whether the factor says something of its trials that is told neither to the trainer nor to the dataset.

    Raises:
        StudyError: It has a name that is taken, or the seed of a training has another role than noise or block.
    """
    if says_seed(factor):
        return True
    if factor.name in known:
        return False
    if factor.name == "seed":
        levels = ",".join(map(str, factor.levels))
        raise StudyError(
            f"factor 'seed' has role {factor.role!r}; wanted noise or block, as --factor seed:noise={levels}"
        )
    if factor.role == "block" and factor.name in TAKEN:
        raise StudyError(f"a block cannot be called {factor.name!r}: a table of results has that column already")
    return factor.role == "block"
