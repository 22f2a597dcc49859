"""Refinement: what a search that went on from the design has found, beside the best of the design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doe.analyses._models import Chosen, Tried, chosen_factors, tried, written
from doe.analyses._observed import fitted, observed, sentences
from doe.model import Cell, Finding, Results


def refinement(results: Results) -> Finding | None:
    """The best setting of the design and the best of the search, each with the mean of its trainings.

    ``gain`` is by how much the search is better, whichever way that is. The best of many trainings is also the
    luckiest: what their spread alone makes of it is the expected largest of as many normal numbers (Blom, Statistical
    Estimates and Transformed Beta-Variables, 1958).
    """
    table = results.later.get("refine")
    if table is None or not len(table) or observed(results).is_constant or not chosen_factors(results):
        return None
    response, loss = results.objective.response, results.objective.loss
    found = tried(replace(results, table=table))
    if not len(found.means):
        return None
    designed = tried(results)
    (first, mean), (best, reached) = _best(designed, results), _best(found, results)
    gain = loss(mean) - loss(reached)
    rows = [
        _row("design", first, designed, len(results.table), mean, None),
        _row("search", best, found, len(table), reached, gain),
    ]
    note = sentences(
        f"The search's best of {len(table)}, {reached:.4g} at {written(_short(best))}, is {abs(gain):.3g}"
        f" {'better' if gain > 0 else 'worse'} than the best of the design, {mean:.4g}.",
        _luck(results, len(found.means)) if gain > 0 else "It found nothing better: what the design says stands.",
    )
    return Finding("refinement", f"Search on from the design for {response}", tuple(rows), note)


def best_searched(results: Results) -> Chosen | None:
    """The best setting that a search has seen; None where there was none."""
    table = results.later.get("refine")
    if table is None or not len(table) or not chosen_factors(results):
        return None
    found = tried(replace(results, table=table))
    return _best(found, results)[0] if len(found.means) else None


def _best(found: Tried, results: Results) -> tuple[Chosen, float]:
    """The best setting in a table, and the mean of its trainings."""
    means = [float(mean) for mean in found.means[:, 0]]
    place = min(range(len(means)), key=lambda number: results.objective.loss(means[number]))
    return found.setting(place), means[place]


def _short(setting: Chosen) -> Chosen:
    """A setting with no more digits than a person reads."""
    return tuple((name, float(f"{level:.5g}") if isinstance(level, float) else level) for name, level in setting)


def _row(
    best: str, setting: Chosen, found: Tried, readings: int, mean: float, gain: float | None
) -> Mapping[str, Cell]:
    return {
        "best": best,
        "setting": written(_short(setting)),
        "settings": len(found.means),
        "readings": readings,
        "mean": mean,
        "gain": gain,
    }


def _luck(results: Results, count: int) -> str:
    """Say how far the best of as many trainings lies from their mean where they do not differ at all."""
    from scipy.special import ndtri

    fit = fitted(results)
    variance = fit.between.mean_square if fit else None
    untried = "It was trained once and picked as the best: doe confirm trains it again."
    if variance is None or count < 2:  # noqa: PLR2004 - the best of one is not picked
        return untried
    luck = float(ndtri((count - 0.375) / (count + 0.25))) * variance**0.5
    return (
        f"{untried} Of {count} settings that are all alike the best would seem {luck:.3g} better than they are, by the"
        " error of the design."
    )
