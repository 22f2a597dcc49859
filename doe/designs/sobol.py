"""Sobol's sequence: points that fill the space evenly however many are taken, and more so at powers of two.

Sobol 1967, scrambled after Owen 1998 and Matousek 1998; directions by Joe and Kuo 2008; sampled by scipy.stats.qmc.
"""

from __future__ import annotations

from doe.designs import _layout as told
from doe.designs._coding import spread
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.model import Study

USUAL = 32
"""How many runs where nothing is said."""


def _lay(study: Study) -> Table:
    if not study.array_factors:
        raise DesignError(f"{study.design} has nothing to set: every factor is read off along the training")
    from scipy.stats import qmc

    runs = told.whole(study, "runs") or USUAL
    sampler = qmc.Sobol(len(study.array_factors), scramble=True, seed=study.seed)
    # the next power of two, cut off: the sequence is the same, and scipy does not warn of what was asked for
    points = sampler.random_base2((runs - 1).bit_length())[:runs].tolist()
    rows = (
        tuple(spread(factor, share) for factor, share in zip(study.array_factors, point, strict=True))
        for point in points
    )
    return Table(tuple(rows))


sobol = Fixed(
    f"Sobol's sequence, scrambled: {USUAL} runs unless told, best a power of two; Sobol 1967, Owen 1998",
    _lay,
    {"runs": f"how many runs; {USUAL} unless told"},
)
"""The design ``sobol``."""
