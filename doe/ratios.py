"""Taguchi's signal-to-noise ratios: each run's responses over its replicates and noise settings as one number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, stdev
from typing import TypeAlias

from doe.model import Cell, Goal, Objective, Results

RATIO = "the S/N ratio"
"""What a run's response is called here."""

Setting: TypeAlias = tuple[Cell, ...]
Runs: TypeAlias = Mapping[Setting, Sequence[float]]


def ratio(values: Sequence[float], goal: Goal) -> float:
    """The signal-to-noise ratio of a run's responses, in decibels."""
    match goal:
        case "maximize":
            return -10 * math.log10(fmean(1 / value**2 for value in values))
        case "minimize":
            return -10 * math.log10(fmean(value**2 for value in values))
        case "target":
            return 20 * math.log10(abs(fmean(values)) / stdev(values))


def steadiness(values: Sequence[float]) -> float:
    """The other nominal-is-best ratio, of the variance alone, where the mean can be set apart from it: in decibels."""
    return -20 * math.log10(stdev(values))


def runs_of(results: Results) -> Runs:
    """The responses of every setting of the factors one chooses, in the order of the table; no others than numbers."""
    runs: dict[Setting, list[float]] = {}
    names = [factor.name for factor in results.factors if factor.role in {"control", "within"}]
    columns = [results.table[name].tolist() for name in [*names, results.objective.response]]
    for *setting, value in zip(*columns, strict=True):
        if math.isfinite(value):
            runs.setdefault(tuple(setting), []).append(float(value))
    return runs


def with_ratios(results: Results, of: Callable[[Sequence[float]], float] | None = None) -> Results:
    """The same runs with a ratio as their response, larger being better; the usual one of the goal unless told.

    There must be a ratio for each: see ``complaint``.
    """
    import pandas as pd

    factors = tuple(factor for factor in results.factors if factor.role in {"control", "within"})
    goal = results.objective.goal
    rows = [[*setting, of(v) if of else ratio(v, goal)] for setting, v in runs_of(results).items()]
    table = pd.DataFrame(rows, columns=[*(factor.name for factor in factors), RATIO])
    return Results(factors, Objective(RATIO), table, results.failures)


def complaint(goal: Goal, runs: Runs) -> str:
    """Why there is no ratio; nothing where there is one."""
    if not runs:
        return "No run has a response."
    least = min(min(values) for values in runs.values())
    if goal == "maximize" and least <= 0:
        return f"Larger-is-better wants values above zero; the least here is {least:g}."
    if goal == "minimize" and any(not any(values) for values in runs.values()):
        return "Smaller-is-better has no ratio for a run whose responses are all zero."
    if goal == "target":
        if any(len(values) == 1 for values in runs.values()):
            return "Nominal-is-best wants two responses or more of each run: replicates."
        if any(len(set(values)) == 1 or not fmean(values) for values in runs.values()):
            return "Nominal-is-best has no ratio for a run whose responses are all equal, or zero on average."
    return ""
