"""Every combination of every level."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from doe.designs._fixed import DesignError, Fixed, Layout
from doe.model import Study

LARGEST = 1_000_000
"""More runs than anyone trains; their mere order would fill the memory."""


def _lay(study: Study) -> Layout:
    factors = study.array_factors
    sizes = [len(factor.levels) for factor in factors]
    runs = prod(sizes)
    if runs > LARGEST:
        raise DesignError(f"full_factorial of {len(factors)} factors has {runs:,} runs; {LARGEST:,} is the most")

    def row(run: int) -> Sequence[int]:
        """The digits of the run's number: the last factor changes fastest."""
        digits = []
        for size in reversed(sizes):
            run, digit = divmod(run, size)
            digits.append(digit)
        return digits[::-1]

    return Layout(runs, {factor.name: column for column, factor in enumerate(factors, start=1)}, row)


full_factorial = Fixed("every combination of all levels: as many runs as their numbers multiply to", _lay)
