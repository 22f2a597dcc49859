"""Power in a split plot by simulation: studies drawn again and again, and tested in two strata as they would be.

A factor set once a training is judged by how trainings differ, one read off along each training by how its readings
differ within them (Yates, Complex experiments, JRSS Supplement 2, 1935).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from doe.statistics.contrasts import Matrix

CHUNK = 2_000_000
"""Numbers that are drawn at a time."""


def power_between(
    model: Matrix, term: slice, effects: Matrix, *, sd: float, times: int, significance: float = 0.05, seed: int = 0
) -> float:
    """How often the F test of a term set once a training is significant.

    Args:
        model: One row a training: the constant first, then the columns of every other term.
        term: The columns that are tested.
        effects: Their coefficients.
        sd: The standard deviation of the trainings' means.
        times: How many studies are drawn.
        significance: How often a term that does nothing may be called significant.
        seed: Of the numbers drawn.
    """
    full, rest = _basis(model), _basis(np.delete(model, term, axis=1))
    trainings, df = len(model), full.shape[1] - rest.shape[1]
    error_df = trainings - full.shape[1]
    shift = model[:, term] @ effects
    generator = np.random.default_rng(seed)
    significant = 0
    for drawn in _chunks(times, trainings):
        means = shift + sd * generator.standard_normal((drawn, trainings))
        kept, without = _squares(means @ full), _squares(means @ rest)
        significant += _significant(kept - without, _squares(means) - kept, df, error_df, significance)
    return significant / times


def power_within(
    beside: Matrix, shift: Matrix, *, sd: float, times: int, significance: float = 0.05, seed: int = 0
) -> float:
    """How often the F test of the factor read off along each training is significant.

    Args:
        beside: One row a training: the constant, and the columns whose interactions with the factor are not error.
        shift: What each level of the factor adds.
        sd: The standard deviation of the readings of one training about its own mean and what its factors explain.
        times: How many studies are drawn.
        significance: How often a factor that does nothing may be called significant.
        seed: Of the numbers drawn.
    """
    trainings, readings = len(beside), len(shift)
    df, judged = readings - 1, _basis(beside)
    generator = np.random.default_rng(seed)
    significant = 0
    for drawn in _chunks(times, trainings * readings):
        noise = generator.standard_normal((drawn, trainings, readings))
        seen = shift + sd * noise
        inside = seen - seen.mean(axis=2, keepdims=True)  # each training's own mean is no reading's
        effect = trainings * _squares(inside.mean(axis=1))
        kept = _squares(np.einsum("dtr,tk->dkr", inside, judged, optimize=True).reshape(drawn, -1))
        left = _squares(inside.reshape(drawn, -1)) - kept
        significant += _significant(effect, left, df, df * (trainings - judged.shape[1]), significance)
    return significant / times


def _basis(columns: Matrix) -> Matrix:
    """An orthonormal basis of what the columns span."""
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, sizes > sizes[0] * 1e-9])


def _squares(rows: Matrix) -> Matrix:
    return np.asarray((rows**2).sum(axis=1))


def _significant(
    effect: npt.NDArray[np.float64], error: npt.NDArray[np.float64], df: int, error_df: int, significance: float
) -> int:
    from scipy.special import fdtri

    if error_df < 1:
        return 0
    critical = fdtri(df, error_df, 1 - significance)
    return int((effect * error_df > critical * error * df).sum())


def _chunks(times: int, size: int) -> list[int]:
    """So many draws at a time that they fit into memory."""
    most = max(1, CHUNK // size)
    return [min(most, times - start) for start in range(0, times, most)]
