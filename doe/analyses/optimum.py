"""Optimum: the best setting that the additive model predicts, beside the best that was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, observed, sentences
from doe.model import Cell, Finding, Level, Results

if TYPE_CHECKING:
    from doe.statistics.strata import Fit


def optimum(results: Results) -> Finding | None:
    """Predict every setting as the sum of its levels' effects, and take the best.

    ``low`` and ``high`` bound the mean at a setting with 95 % confidence; they are empty where nothing is left for
    error, and the whole prediction where the model cannot be had: too few trials, or values between the levels.
    """
    seen = observed(results)
    if seen.is_constant:
        return None
    tried = _tried(results)
    best = min(tried, key=lambda setting: results.objective.loss(tried[setting]))
    fit = _model(results)
    rows = []
    if fit is None:
        note = "The additive model cannot be fitted to this table; the best seen is all there is."
    else:
        chosen = _chosen(results, fit, best)
        rows.append(_row("predicted", chosen, fit, tried))
        note = _note(chosen, best, tried)
    rows.append(_row("observed", best, fit, tried))
    title = f"Best setting for {results.objective.response}"
    return Finding("optimum", title, tuple(rows), sentences(note, caveats(results, seen)))


Chosen = tuple[tuple[str, Level], ...]
"""A setting that can be a key."""


def _tried(results: Results) -> dict[Chosen, float]:
    """The mean response of every setting in the table."""
    response = results.objective.response
    names = [factor.name for factor in results.factors if factor.role != "block"]
    own = {factor.name: {level: level for level in factor.levels} for factor in results.factors}
    means: dict[Chosen, list[float]] = {}
    table = results.table.dropna(subset=[response])
    for *values, value in zip(*(table[name].tolist() for name in [*names, response]), strict=True):
        setting = tuple((name, own[name].get(level, level)) for name, level in zip(names, values, strict=True))
        means.setdefault(setting, []).append(float(value))
    return {setting: sum(values) / len(values) for setting, values in means.items()}


def _model(results: Results) -> Fit | None:
    """The additive model, where it says something of every level of every factor."""
    from doe.statistics.strata import fit

    seen = observed(results)
    if seen.loose or not seen.codes:
        return None
    model = fit(seen)
    known = all(model.mean(name, level) for name, levels in seen.levels.items() for level in range(len(levels)))
    return model if known else None


def _chosen(results: Results, fit: Fit, best: Chosen) -> Chosen:
    """The setting with the least loss that the model predicts, found by bettering one factor after another.

    Exact where more or less is better, as effects add up; towards a target it starts from the best seen.
    """
    seen = fit.observations
    grand = _predicted(fit, {})
    effects = {
        (name, level): _predicted(fit, {name: number}) - grand
        for name in seen.codes
        for number, level in enumerate(seen.levels[name])
    }
    setting = dict(best)
    for _ in range(len(setting) + 1):
        for name in seen.codes:
            others = grand + sum(effects.get(item, 0.0) for item in setting.items() if item[0] != name)
            setting[name] = min(
                seen.levels[name], key=lambda level: results.objective.loss(others + effects[name, level])
            )
    return tuple(setting.items())


def _predicted(fit: Fit, levels: dict[str, int]) -> float:
    estimate = fit.at(levels)
    return float("nan") if estimate is None else estimate.mean


def _row(kind: str, setting: Chosen, fit: Fit | None, tried: Mapping[Chosen, float]) -> dict[str, Cell]:
    estimate = None
    if fit is not None:
        levels = fit.observations.levels
        estimate = fit.at({name: levels[name].index(level) for name, level in setting if name in levels})
    half = None if estimate is None else estimate.half_width
    return {
        "best": kind,
        "setting": ", ".join(f"{name}={level}" for name, level in setting),
        "predicted": None if estimate is None else estimate.mean,
        "low": None if estimate is None or half is None else estimate.mean - half,
        "high": None if estimate is None or half is None else estimate.mean + half,
        "observed": tried.get(setting),
    }


def _note(chosen: Chosen, best: Chosen, tried: Mapping[Chosen, float]) -> str:
    if chosen == best:
        return "The best predicted setting is the best one seen, by the additive model."
    if chosen in tried:
        return "The best predicted setting was run, but another did better: train both again."
    return "The best predicted setting was never run, and holds only where effects add up: confirm it."
