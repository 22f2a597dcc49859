"""Taguchi's signal-to-noise ratio of each run over its replicates and noise settings, and its mean at every level."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean, stdev

from doe.analyses._observed import caveats, observed, sentences
from doe.analyses.response_table import response_table
from doe.model import Cell, Finding, Goal, Objective, Results

RATIO = "the S/N ratio"
"""What a run's response is called here."""

Setting = tuple[Cell, ...]


def signal_to_noise(results: Results) -> Finding | None:
    """The mean ratio by level, in decibels, with delta and rank; a larger ratio is better, whatever the goal.

    Larger is better: -10 log10 of the mean of 1/y²; smaller is better: -10 log10 of the mean of y²; nominal is best
    (a target): 10 log10 of mean²/variance, which wants two responses a run. Taguchi, System of Experimental Design
    (1987).
    """
    import pandas as pd

    factors = tuple(factor for factor in results.factors if factor.role in {"control", "within"})
    noise = [factor.name for factor in results.factors if factor.role == "noise"]
    runs = _runs(results, [factor.name for factor in factors])
    goal, title = results.objective.goal, f"Signal-to-noise ratio of {results.objective.response} (dB)"
    seen = observed(results)
    if seen.is_constant or not seen.codes:
        return None
    if complaint := _complaint(goal, runs):
        return Finding("signal-to-noise", title, (), sentences(complaint, caveats(results, seen)))
    rows = [[*setting, ratio(values, goal)] for setting, values in runs.items()]
    table = pd.DataFrame(rows, columns=[*(factor.name for factor in factors), RATIO])
    found = response_table(Results(factors, Objective(RATIO), table, results.failures))
    if found is None:
        return None
    single = all(len(values) == 1 for values in runs.values())
    note = "Each run has one response, so this is the response on another scale; replicates would add the noise."
    uneven = noise and len({len(values) for values in runs.values()}) > 1
    missing = "Some runs lack responses under some of the noise: their ratios are not over the same." if uneven else ""
    note = sentences(found.note, note if single else _words(goal, noise), missing)
    return replace(found, name="signal-to-noise", title=title, note=note)


def ratio(values: Sequence[float], goal: Goal) -> float:
    """The signal-to-noise ratio of a run's responses, in decibels."""
    match goal:
        case "maximize":
            return -10 * math.log10(fmean(1 / value**2 for value in values))
        case "minimize":
            return -10 * math.log10(fmean(value**2 for value in values))
        case "target":
            return 20 * math.log10(abs(fmean(values)) / stdev(values))


def _runs(results: Results, names: Sequence[str]) -> dict[Setting, list[float]]:
    """The responses of every setting, in the order of the table; rows without a number left out."""
    runs: dict[Setting, list[float]] = {}
    columns = [results.table[name].tolist() for name in [*names, results.objective.response]]
    for *setting, value in zip(*columns, strict=True):
        if math.isfinite(value):
            runs.setdefault(tuple(setting), []).append(float(value))
    return runs


def _complaint(goal: Goal, runs: Mapping[Setting, Sequence[float]]) -> str:
    """Why there is no ratio; nothing where there is one."""
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


def _words(goal: Goal, noise: Sequence[str]) -> str:
    kind = {"maximize": "Larger is better", "minimize": "Smaller is better", "target": "Nominal is best"}[goal]
    over = f"{', '.join(noise)} and the replicates" if noise else "the replicates"
    return f"{kind}: a level with a larger ratio is better, and steadier over {over}."
