"""The few numbers by which a plan is known: its strength, its word lengths, what it leaves for error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doe.evaluations._plan import level_numbers
from doe.evaluations._terms import model_of
from doe.evaluations.word_lengths import pattern_of
from doe.model import Study, Trial


@dataclass(frozen=True, slots=True)
class Figures:
    """None where there is no such number: a sampler has none, nor a plan between the levels."""

    strength: int | None
    """Any so many factors meet at all their levels equally often."""
    gwlp: tuple[float, ...] | None
    """A0, A1, A2, ...; None as well where there are too many runs to count."""
    error_df: int | None
    """Degrees of freedom that the main effects leave for error, replicates included."""


def figures(study: Study, trials: Sequence[Trial]) -> Figures:
    """Work them out from the runs."""
    if not trials:
        return Figures(None, None, None)
    import numpy as np

    from doe.statistics.arrays import strength

    model = model_of(study, trials)
    rank = int(np.linalg.matrix_rank(model.T @ model, hermitian=True))
    error = study.replicates * len(trials) - rank - (study.replicates - 1)
    array = level_numbers(study, trials)
    if array is None:
        return Figures(None, None, error)
    pattern = pattern_of(array)
    return Figures(strength(array), None if pattern is None else tuple(pattern.tolist()), error)


def is_balanced(study: Study, trials: Sequence[Trial]) -> bool:
    """Whether every two factors meet at all their levels equally often."""
    array = level_numbers(study, trials)
    if array is None:
        return False
    from doe.statistics.arrays import unbalanced

    return not unbalanced(array, min(2, array.shape[1]))
