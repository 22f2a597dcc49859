"""Taguchi's signal-to-noise ratio of each run over its replicates and noise settings, and its mean at every level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from doe.analyses._observed import caveats, observed, sentences
from doe.analyses.response_table import response_table
from doe.model import Finding, Goal, Results
from doe.ratios import complaint, runs_of, steadiness, with_ratios


def signal_to_noise(results: Results) -> Finding | None:
    """The mean ratio by level, in decibels, with delta and rank; a larger ratio is better, whatever the goal.

    Larger is better: -10 log10 of the mean of 1/y²; smaller is better: -10 log10 of the mean of y²; nominal is best
    (a target): 10 log10 of mean²/variance, which wants two responses a run, and beside it in ``variance`` the other
    kind, -10 log10 of the variance. Taguchi, System of Experimental Design (1987).
    """
    noise = [factor.name for factor in results.factors if factor.role == "noise"]
    goal, title = results.objective.goal, f"Signal-to-noise ratio of {results.objective.response} (dB)"
    seen = observed(results)
    if seen.is_constant or not seen.codes:
        return None
    runs = runs_of(results)
    if said := complaint(goal, runs):
        return Finding("signal-to-noise", title, (), sentences(said, caveats(results, seen)))
    found = response_table(with_ratios(results))
    if found is None:
        return None
    rows = [{name: cell for name, cell in row.items() if name != "sn"} for row in found.table]
    if goal == "target" and (other := response_table(with_ratios(results, steadiness))):
        rows = [{**row, "variance": spread["mean"]} for row, spread in zip(rows, other.table, strict=True)]
    single = all(len(values) == 1 for values in runs.values())
    note = "Each run has one response, so this is the response on another scale; replicates would add the noise."
    uneven = noise and len({len(values) for values in runs.values()}) > 1
    missing = "Some runs lack responses under some of the noise: their ratios are not over the same." if uneven else ""
    note = sentences(found.note, note if single else _words(goal, noise), missing)
    return replace(found, name="signal-to-noise", title=title, table=tuple(rows), note=note)


def _words(goal: Goal, noise: Sequence[str]) -> str:
    kind = {"maximize": "Larger is better", "minimize": "Smaller is better", "target": "Nominal is best"}[goal]
    over = f"{', '.join(noise)} and the replicates" if noise else "the replicates"
    return f"{kind}: a level with a larger ratio is better, and steadier over {over}."
