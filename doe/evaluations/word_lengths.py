"""Word lengths: how many effects of one, two, three, ... factors a plan cannot tell from the mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from doe.evaluations._assumptions import Assumptions
from doe.evaluations._plan import level_numbers
from doe.model import Cell, Finding, Study, Trial

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy import float64

    from doe.statistics.arrays import Array

ROUNDING = 1e-9
"""A word this short is nothing but rounding."""

MOST_RUNS = 2000
"""Words are counted from all pairs of runs; of more runs that would take longer than the answer is worth."""


def word_lengths(study: Study, trials: Sequence[Trial], _: Assumptions) -> Finding | None:
    """The generalised word length pattern and the generalised resolution; None for a plan not known beforehand."""
    array = level_numbers(study, trials)
    if array is None:
        return None
    from doe.statistics.arrays import strength

    pattern = pattern_of(array)
    if pattern is None:
        note = f"Not counted: {len(array):,} runs have {len(array) * (len(array) - 1) // 2:,} pairs."
        return Finding("word-lengths", "Word lengths", (), note)
    whole = bool((abs(pattern - pattern.round()) <= ROUNDING * pattern.clip(1.0)).all())
    counted = [round(words) if whole else words for words in pattern.tolist()]
    rows: tuple[Mapping[str, Cell], ...] = tuple({"length": n, "words": words} for n, words in enumerate(counted))
    return Finding("word-lengths", "Word lengths", rows, _note(array, strength(array), pattern.tolist()))


def projections(study: Study, trials: Sequence[Trial], _: Assumptions) -> Finding | None:
    """How often three columns hold so many words of length three; None where no three columns hold any."""
    array = level_numbers(study, trials)
    if array is None or array.shape[1] < 3:  # noqa: PLR2004 - a projection onto three columns
        return None
    from doe.statistics.arrays import strength
    from doe.statistics.projections import projected_words

    if strength(array) != 2:  # noqa: PLR2004 - below, pairs are not balanced either; above, there is no such word
        return None
    words = projected_words(array, 3)
    if words is None:
        return None
    counted = Counter(round(word, 9) for word in words.values())
    rows = tuple({"words of three": word, "choices": times} for word, times in sorted(counted.items()))
    free = counted.get(0.0, 0)
    note = f"{free:,} of {len(words):,} choices of three factors hold every combination of their levels equally often."
    return Finding("projections", "Projections onto three factors", rows, note)


def pattern_of(array: Array) -> npt.NDArray[float64] | None:
    """A0, A1, A2, ...; None where it would take too long."""
    import numpy as np

    from doe.statistics import arrays

    if arrays.is_balanced(array, tuple(range(array.shape[1]))):
        # every combination equally often: no effect of any factors is aliased with the mean
        return np.asarray(np.eye(1, array.shape[1] + 1)[0])
    if len(array) > MOST_RUNS:
        return None
    pattern = arrays.word_lengths(array)
    return np.where(np.abs(pattern) < ROUNDING, 0.0, pattern)


def _note(array: Array, strength: int, pattern: Sequence[float]) -> str:
    from doe.statistics.projections import generalised_resolution

    shortest = strength + 1
    if shortest > array.shape[1]:
        return "No words: every effect, and every interaction, can be told apart."
    said = {
        1: "Levels of some factor are not equally often, so that its main effect is aliased with the mean.",
        2: "Some main effects are aliased with one another.",
        3: "Main effects are aliased with two-factor interactions, not with one another.",
        4: "Main effects are aliased with no two-factor interaction; two-factor interactions are with one another.",
    }.get(shortest, f"The shortest effects that are aliased with each other have {shortest} factors together.")
    resolution = generalised_resolution(array, shortest) if shortest > 1 else None
    told = f", generalised resolution {resolution:.4g}" if resolution is not None else ""
    return f"Strength {strength}, A{shortest} = {pattern[shortest]:.6g}{told}. {said}"
