"""Response table: the mean response at every level, and how far each factor moves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, fitted, sentences
from doe.model import Cell, Finding, Results
from doe.ratios import RATIO, complaint, runs_of, with_ratios

if TYPE_CHECKING:
    from doe.statistics.strata import Fit


def response_table(results: Results) -> Finding | None:
    """Means by level with their span (delta) and its rank, the largest span first in rank.

    Raw means where the table is balanced; otherwise least-squares means, which hold the other factors even.
    """
    fit = fitted(results, pooled=False)
    if fit is None:
        return None
    seen = fit.observations
    means = {name: _means(fit, name) for name in seen.codes}
    delta = {name: _span(some) for name, some in means.items()}
    ranked = sorted(delta, key=lambda name: -1.0 if delta[name] is None else float(delta[name] or 0.0), reverse=True)
    ratios = _ratios(results)
    rows: list[Mapping[str, Cell]] = [
        {
            "factor": name,
            "level": level,
            "n": int((seen.codes[name] == number).sum()),
            "mean": means[name][number],
            "sn": ratios[name][number] if name in ratios else None,
            "delta": delta[name],
            "rank": None if seen.is_constant or delta[name] is None else ranked.index(name) + 1,
        }
        for name in seen.codes
        for number, level in enumerate(seen.levels[name])
    ]
    response = results.objective.response
    unbalanced = "" if seen.is_balanced else "The table is not balanced: least-squares means."
    note = _note(response, ranked, delta, constant=seen.is_constant)
    return Finding(
        "response-table", f"{response} by level", tuple(rows), sentences(note, unbalanced, caveats(results, seen))
    )


def _note(response: str, ranked: list[str], delta: Mapping[str, float | None], *, constant: bool) -> str:
    if constant:
        return f"Every trial has the same {response}: no factor moved it."
    lost = [name for name in ranked if delta[name] is None]
    if len(lost) == len(ranked):
        return "Too few trials are left to tell the factors from one another."
    known = f"{ranked[0]} moves {response} most"
    return f"{known} of those that can be told from the others; {', '.join(lost)} cannot." if lost else f"{known}."


def _ratios(results: Results) -> dict[str, list[float | None]]:
    """The mean signal-to-noise ratio of the runs at each level; none where a run has no ratio."""
    if results.objective.response == RATIO or complaint(results.objective.goal, runs_of(results)):
        return {}
    fit = fitted(with_ratios(results), pooled=False)
    return {name: _means(fit, name) for name in fit.observations.codes} if fit else {}


def _means(fit: Fit, name: str) -> list[float | None]:
    seen = fit.observations
    levels = range(len(seen.levels[name]))
    if seen.is_balanced:
        return [float(seen.response[seen.codes[name] == level].mean()) for level in levels]
    estimates = [fit.mean(name, level) for level in levels]
    return [None if estimate is None else estimate.mean for estimate in estimates]


def _span(means: list[float | None]) -> float | None:
    known = [mean for mean in means if mean is not None]
    return max(known) - min(known) if len(known) == len(means) else None
