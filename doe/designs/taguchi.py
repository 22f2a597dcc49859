"""Taguchi's orthogonal arrays: few runs in which every pair of factors meets at every pair of levels."""

from __future__ import annotations

from collections import Counter
from functools import partial

from doe.designs._arrays import ARRAYS, levels, runs
from doe.designs._columns import placed
from doe.designs._fixed import DesignError, Fixed, Layout
from doe.model import Study


def taguchi(name: str) -> Fixed:
    """The design that lays factors on the columns of a named array that confound them the least."""
    return Fixed(_summary(name), partial(_lay, name))


def _summary(name: str) -> str:
    takes = " and ".join(f"{times} of {size} levels" for size, times in Counter(levels(name)).items())
    source = ARRAYS[name].made or "Taguchi's array, by way of pyDOE"
    return f"{ARRAYS[name].title}: {runs(name)} runs, takes up to {takes}; {source}"


def _lay(name: str, study: Study) -> Layout:
    if not study.array_factors:
        raise DesignError(f"{name} has nothing to set: every factor is read off along the training")
    return placed(name, study.array_factors)
