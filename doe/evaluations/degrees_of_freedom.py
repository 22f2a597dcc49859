"""Degrees of freedom: how much each effect uses up, and what is left to judge it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from doe.evaluations._plan import level_numbers
from doe.model import Cell, Factor, Finding, Study, Trial


def degrees_of_freedom(study: Study, trials: Sequence[Trial]) -> Finding | None:
    """Count them by term and for error, replicates and readings within trainings included."""
    array = level_numbers(study, trials)
    if array is None:
        return None
    trainings = len(array) * study.replicates
    rows = {factor.name: len(factor.levels) - 1 for factor in study.array_factors}
    if study.replicates > 1:
        rows["replicate"] = study.replicates - 1
    error = _error(study, len(array))
    rows["error"] = error
    left = "degree of freedom is" if error == 1 else "degrees of freedom are"
    note = f"{error:,} {left} left for error." if error else _saturated(study, len(array))
    if study.within is not None:
        rows |= _within(study.within, study.array_factors, trainings)
        note += (
            f" The readings of {study.within.name} in one training are not independent: they count for"
            f" {study.within.name} only, the other factors are judged by how trainings differ."
        )
    rows["total"] = sum(rows.values())
    table: list[Mapping[str, Cell]] = [{"term": name, "df": df} for name, df in rows.items()]
    return Finding("degrees-of-freedom", "Degrees of freedom", tuple(table), note, warns=not error)


def _error(study: Study, runs: int) -> int:
    used = sum(len(factor.levels) - 1 for factor in study.array_factors) + study.replicates - 1
    return max(0, runs * study.replicates - 1 - used)


def _saturated(study: Study, runs: int) -> str:
    """Say that nothing can be tested, and the fewest replicates that would change it."""
    more = study.replicates + 1
    cured = _error(replace(study, replicates=more), runs)
    cure = f"; --replicates {more} leaves {cured}" if cured else ""
    return f"No degrees of freedom are left for error: effects can be ranked, not tested{cure}."


def _within(within: Factor, others: Sequence[Factor], trainings: int) -> dict[str, int]:
    """The stratum of the readings; its interactions are told from its error where that leaves some."""
    own = len(within.levels) - 1
    crossed = {f"{within.name} x {factor.name}": own * (len(factor.levels) - 1) for factor in others}
    error = own * (trainings - 1)
    if sum(crossed.values()) >= error:
        crossed = {}
    return {within.name: own, **crossed, "error within trainings": error - sum(crossed.values())}
