"""A table of results as numbers: which level of each factor every row has, and which rows belong to one plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from doe.statistics.arrays import Array, unbalanced
from doe.statistics.contrasts import Matrix, helmert

if TYPE_CHECKING:
    import pandas as pd

Value: TypeAlias = bool | int | float | str


@dataclass(frozen=True)
class Observations:
    """One row a response."""

    response: Matrix
    """The responses; all are finite."""

    codes: Mapping[str, Array]
    """For each factor that has two levels or more in the table, the level of each row, counted from 0."""

    levels: Mapping[str, tuple[Value, ...]]
    """For each of these factors, the levels that occur."""

    blocks: Mapping[str, Array]
    """What tells rows apart that is of no interest itself: seeds, machines; groups counted from 0."""

    within: str | None
    """The factor whose levels are read within each plot, if there is one."""

    plots: Array
    """Which plot (a training) each row was read in, counted from 0; each row its own where nothing is within."""

    loose: tuple[str, ...]
    """Factors that took values other than their levels, as in a random search: no mean by level exists."""

    lone: tuple[str, ...]
    """Factors with one level left: nothing can be said of them."""

    dropped: int
    """How many rows were left out because their response is not a finite number."""

    @property
    def between(self) -> tuple[str, ...]:
        """The factors that are set once a plot."""
        return tuple(name for name in self.codes if name != self.within)

    @cached_property
    def is_balanced(self) -> bool:
        """Whether any two factors or blocks meet at all pairs of levels equally often, so that effects do not mix."""
        columns = [*self.codes.values(), *self.blocks.values()]
        array = np.stack(columns, axis=1) if columns else np.zeros((len(self.response), 0), dtype=int)
        return bool(columns) and not unbalanced(array, 1) and not unbalanced(array, 2)

    @cached_property
    def is_constant(self) -> bool:
        """Whether all responses are equal, but for rounding."""
        spread = float(np.ptp(self.response)) if len(self.response) else 0.0
        return spread <= 1e-14 * float(np.abs(self.response).max(initial=0.0))

    @cached_property
    def all_codes(self) -> Mapping[str, Array]:
        """The level of each row, of factors and blocks alike."""
        return {**self.blocks, **self.codes}

    def contrasts(self, name: str) -> Matrix:
        """The contrast columns of a factor or a block."""
        codes = self.all_codes[name]
        return helmert(int(codes.max()) + 1)[codes]


def observe(
    table: pd.DataFrame,
    response: str,
    levels: Mapping[str, Sequence[Value]],
    blocks: Sequence[str] = (),
    within: str | None = None,
) -> Observations:
    """Read a table: a row a response, a column a factor.

    Replicates are a block where more than one run was replicated, as they share their seeds.
    """
    kept = table[np.isfinite(table[response].to_numpy(dtype=float))]
    codes, found, loose, lone = {}, {}, [], []
    for name, wanted in levels.items():
        place = {level: index for index, level in enumerate(wanted)}
        numbers = [place.get(value, -1) for value in kept[name].tolist()]
        if -1 in numbers:
            loose.append(name)
            continue
        present, coded = np.unique(np.array(numbers, dtype=np.intp), return_inverse=True)
        if len(present) < 2:  # noqa: PLR2004 - an effect is a difference
            lone.append(name)
            continue
        codes[name], found[name] = coded, tuple(wanted[index] for index in present)
    groups = {name: codes.pop(name) for name in blocks if name in codes}
    if "replicate" in kept and "replicate" not in levels and len(kept["replicate"].unique()) > 1:
        groups["replicate"] = _grouped(kept[["replicate"]])
    between = [name for name in levels if name != within]
    return Observations(
        response=kept[response].to_numpy(dtype=float),
        codes=codes,
        levels=found,
        blocks=groups,
        within=within if within in codes else None,
        plots=_plots(kept, between) if within in codes else np.arange(len(kept)),
        loose=tuple(loose),
        lone=tuple(lone),
        dropped=len(table) - len(kept),
    )


def _plots(table: pd.DataFrame, between: Sequence[str]) -> Array:
    """Group the readings of each training: by run where runs are numbered, else by setting."""
    again = [name for name in ["replicate"] if name in table and name not in between]
    if "run" in table and table.duplicated(["run", *again]).any():
        return _grouped(table[["run", *again]])
    return _grouped(table[[*between, *again]]) if between or again else np.zeros(len(table), dtype=np.intp)


def _grouped(table: pd.DataFrame) -> Array:
    return np.asarray(table.groupby(list(table.columns), sort=True).ngroup(), dtype=np.intp)
