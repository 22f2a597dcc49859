"""Comparisons: every two levels of a factor, with what allows for there being many."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import sqrt
from typing import TYPE_CHECKING

from doe.analyses._observed import LEVEL, caveats, sentences, tested
from doe.model import Cell, Finding, Level, Results

if TYPE_CHECKING:
    from doe.statistics.strata import Estimate, Fit

MOST = 12
"""Levels of a factor; more make a table that nobody reads."""

Compared = tuple[str, Level, Level, int, "Estimate"]
"""A factor, two of its levels, how many it has, and how far the first is above the second."""


def comparisons(results: Results) -> Finding | None:
    """Differences of least-squares means with simultaneous 95 % intervals, by Tukey and Kramer.

    ``p_tukey`` allows for all pairs of the factor's own levels, ``p_holm`` for all differences in the table. Does not
    apply where no factor has three levels, as the analysis of variance then says it all, or nothing is left for error.
    """
    from doe.statistics.comparisons import holm

    fit = tested(results)
    if fit is None or max(map(len, fit.observations.levels.values())) < 3:  # noqa: PLR2004 - two have one difference
        return None
    found = _compared(fit)
    if not found:
        return None
    rows = [_row(each) for each in found]
    adjusted = holm([_alone(each[4]) for each in found])
    table: list[Mapping[str, Cell]] = [row | {"p_holm": p} for row, p in zip(rows, adjusted, strict=True)]
    note = sentences(_note(table), _crowded(fit), caveats(results, fit.observations))
    return Finding("comparisons", f"Levels compared on {results.objective.response}", tuple(table), note)


def _compared(fit: Fit) -> list[Compared]:
    found = []
    for name, levels in fit.observations.levels.items():
        if (name,) not in fit.terms or name in fit.observations.blocks or len(levels) > MOST:
            continue
        for low, high in combinations(range(len(levels)), 2):
            estimate = fit.difference({name: high}, {name: low})
            if estimate is not None and estimate.standard_error is not None:
                found.append((name, levels[high], levels[low], len(levels), estimate))
    return found


def _row(compared: Compared) -> dict[str, Cell]:
    from doe.statistics.comparisons import tukey_p, tukey_quantile

    name, level, against, count, estimate = compared
    error, df = estimate.standard_error or 0.0, estimate.df or 0.0
    half = tukey_quantile(count, df) * error / sqrt(2)
    return {
        "factor": name,
        "level": level,
        "against": against,
        "difference": estimate.mean,
        "low": estimate.mean - half,
        "high": estimate.mean + half,
        "p_tukey": tukey_p(sqrt(2) * abs(estimate.mean) / error, count, df),
    }


def _alone(estimate: Estimate) -> float:
    """The p value of a difference, as if it were the only one."""
    from doe.statistics.linear import p_value

    return p_value((estimate.mean / (estimate.standard_error or 1.0)) ** 2, 1, estimate.df or 0.0)


def _note(rows: list[Mapping[str, Cell]]) -> str:
    apart: dict[Cell, list[str]] = {}
    for row in rows:
        if float(row["p_tukey"] or 0.0) < LEVEL:
            ordered = [row["level"], row["against"]] if float(row["difference"] or 0.0) > 0 else None
            first, second = ordered or [row["against"], row["level"]]
            apart.setdefault(row["factor"], []).append(f"{first} above {second}")
    said = "; ".join(f"{name}: {', '.join(pairs)}" for name, pairs in apart.items())
    return sentences(
        f"Told apart at {LEVEL:.0%} over all pairs of a factor (Tukey), {said}.".replace("%", " %")
        if apart
        else "No two levels of any factor can be told apart.",
        f"p_holm allows for all {len(rows)} differences at once.",
    )


def _crowded(fit: Fit) -> str:
    names = [name for name, levels in fit.observations.levels.items() if len(levels) > MOST]
    return f"More than {MOST} levels, so not compared in pairs: {', '.join(names)}." if names else ""
