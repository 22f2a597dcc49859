"""Whether a model is enough: what repeats of the same setting say of chance, and what is left beyond it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doe.statistics.arrays import Array
from doe.statistics.contrasts import Matrix, helmert
from doe.statistics.linear import TOLERANCE, Line, decompose
from doe.statistics.observations import Observations, Value


def pure_error(seen: Observations) -> tuple[int, float]:
    """Degrees of freedom and sum of squares among rows of one setting, the blocks' means taken out.

    Draper and Smith, Applied Regression Analysis (1998), section 2.1.
    """
    cells = _cells(seen)
    counts = np.bincount(cells)

    def inside(columns: Matrix) -> Matrix:
        means = np.stack([np.bincount(cells, column) for column in columns.T], axis=1) / counts[:, None]
        return np.asarray(columns - means[cells])

    left = inside((seen.response - seen.response.mean())[:, None])[:, 0]
    blocks = [inside(helmert(int(codes.max()) + 1)[codes]) for codes in seen.blocks.values()]
    df, columns = len(cells) - len(counts), np.hstack([np.zeros((len(cells), 0)), *blocks])
    if columns.shape[1] and df:
        span, sizes, _ = np.linalg.svd(columns, full_matrices=False)
        span = span[:, sizes > TOLERANCE * max(float(sizes.max()), np.sqrt(len(cells)))]
        df, left = df - span.shape[1], left - span @ (span.T @ left)
    return df, float(left @ left) if df else 0.0


def curvature(seen: Observations) -> Line | None:
    """What centre points add to straight lines through all factors; None where the table has none.

    At a centre point every factor has the middle one of its three levels, and nowhere else has any. One degree of
    freedom; where all is balanced n_F n_C / (n_F + n_C) times the squared difference of the means of centre and other
    points: Montgomery, Design and Analysis of Experiments, section 6.8; NIST/SEMATECH e-Handbook, section 5.4.7.
    """
    levels = [_numbers(seen.levels[name]) for name in seen.codes]
    if len(levels) < 2 or not all(len(values) == 3 for values in levels):  # noqa: PLR2004 - one factor has no corner
        return None
    ranks = [
        np.argsort(np.argsort(values))[codes] - 1 for values, codes in zip(levels, seen.codes.values(), strict=True)
    ]
    coded = np.stack(ranks, axis=1).astype(float)
    centre = (coded == 0).all(axis=1)
    if not 0 < centre.sum() < len(centre) or (coded[~centre] == 0).any():
        return None
    blocks = [seen.contrasts(name) for name in seen.blocks]
    base = np.hstack([np.ones((len(coded), 1)), coded, *blocks])
    (line,) = decompose(seen.response, {("curvature",): centre[:, None].astype(float)}, base).lines
    return line


def _numbers(values: Sequence[Value]) -> list[float]:
    numbers = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return numbers if len(numbers) == len(values) else []


def _cells(seen: Observations) -> Array:
    """Number the settings that occur; each row has one."""
    cells = np.zeros(len(seen.response), dtype=np.intp)
    for codes in seen.codes.values():
        cells = np.unique(cells * (int(codes.max()) + 1) + codes, return_inverse=True)[1]
    return np.asarray(cells, dtype=np.intp)
