"""Definitive screening designs: three levels, and no factor's effect confounded with any of second order.

Jones and Nachtsheim, A class of three-level designs for definitive screening in the presence of second-order effects,
Journal of Quality Technology 43 (2011); two-level factors as in their article in volume 45 (2013).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.designs import _layout as told
from doe.designs._coding import is_numeric, wants_numbers, written_out
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.model import Study

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def _lay(study: Study) -> Table:
    wants_numbers(study, study.array_factors, two_levels=True)
    from doe.statistics.conference import LARGEST, conference

    factors = len(study.array_factors)
    extra = told.whole(study, "extra_factors", least=0) or 0
    numeric = [is_numeric(factor) for factor in study.array_factors]
    for order in range(factors + extra + (factors + extra) % 2, LARGEST + 1, 2):
        matrix = conference(order) if order > 2 else None  # noqa: PLR2004 - of order 2, two factors are confounded
        if matrix is not None:
            half = matrix[:, :factors]
            return Table(written_out(study, _mirrored(half, numeric).tolist()))
    raise DesignError(f"{study.design} takes up to {LARGEST} factors, not {factors + extra}")


def _mirrored(half: npt.NDArray[np.int_], numeric: list[bool]) -> npt.NDArray[np.int_]:
    """The runs, their mirror images and the centre; a factor without a middle is at an end there, in two centres."""
    import numpy as np

    centre = np.zeros((1, half.shape[1]), int)
    if all(numeric):
        return np.vstack([centre, half, -half])
    half = np.vstack([centre, half])
    gaps = [(row, column) for row, column in np.argwhere(half == 0) if not numeric[column]]
    for row, column in gaps:
        half[row, column] = 1
    # which end is free: the one by which the effects hang together least, one place after the other until none helps
    improved = True
    while improved:
        improved = False
        for row, column in gaps:
            before = _information(half)
            half[row, column] *= -1
            if _information(half) > before + 1e-9:
                improved = True
            else:
                half[row, column] *= -1
    return np.vstack([half, -half])


def _information(half: npt.NDArray[np.int_]) -> float:
    """The logarithm of the determinant of the main effects' information matrix."""
    import numpy as np

    return float(np.linalg.slogdet(half.T @ half)[1])


definitive_screening = Fixed(
    "definitive screening: effects and curvature of numeric or two-level factors; Jones and Nachtsheim 2011",
    _lay,
    {"extra_factors": "columns laid out and not used, for two more runs each: easier to see curvature"},
)
"""The design ``definitive_screening``."""
