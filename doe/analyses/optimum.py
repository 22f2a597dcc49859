"""Optimum: the best setting that the model predicts, beside the best that was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from typing import TYPE_CHECKING

from doe.analyses._aliased import alias_sentence
from doe.analyses._by_level import ByLevel
from doe.analyses._link import AS_IT_IS, Link, linked
from doe.analyses._modelling import model_of
from doe.analyses._models import Chosen, Model, Tried, Wanted, chosen_factors, tried, written
from doe.analyses._observed import caveats, observed, sentences
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.observations import Observations


def optimum(results: Results) -> Finding | None:
    """Predict settings, level by level or by a surface, and take the best.

    ``predicted`` is the mean that the model says, ``low`` and ``high`` bound it with 95 % confidence as if the setting
    had been named beforehand, and ``corrected`` is less what picking the best adds by chance. The row ``new trial`` is
    for one more trial at that setting, and bounds it around the corrected mean. Cells are empty where nothing is left
    for error, and there is no prediction where no model can be had.
    """
    seen = observed(results)
    if seen.is_constant or not chosen_factors(results):
        return None
    means = tried(results)
    losses = [results.objective.loss(mean) for mean in means.means[:, 0].tolist()]
    best = means.setting(losses.index(min(losses)))
    on_scale, link = linked(results)
    model = model_of(on_scale)
    title = f"Best setting for {results.objective.response}"
    if model is None:
        note = "The additive model cannot be fitted to this table; the best seen is all there is."
        row = {**_EMPTY, "best": "observed", "setting": written(best), "observed": means.mean(best)}
        return Finding("optimum", title, (row,), sentences(note, caveats(results, seen)))
    wanted = Wanted(results.objective, link)
    pick = _Pick(model, wanted, model.best(wanted, best), means)
    rows = [pick.predicted(), *pick.new_trial(), pick.observed(best)]
    plain = seen if isinstance(model, ByLevel) else replace(seen, loose=())
    note = sentences(
        _standing(pick, best, model),
        _averaged(results, seen),
        _scale(results, pick, best),
        _corrected(pick, on_scale, results),
        _untold(model),
        alias_sentence(model.fit, model.untold()) if isinstance(model, ByLevel) else "",
        caveats(results, plain),
    )
    return Finding("optimum", title, tuple(rows), note)


def best_settings(results: Results) -> tuple[Chosen | None, Chosen | None]:
    """The setting predicted to be best, and the best one seen; None where there is none."""
    if observed(results).is_constant or not chosen_factors(results):
        return None, None
    means = tried(results)
    losses = [results.objective.loss(mean) for mean in means.means[:, 0].tolist()]
    best = means.setting(losses.index(min(losses)))
    on_scale, link = linked(results)
    model = model_of(on_scale)
    return (None if model is None else model.best(Wanted(results.objective, link), best)), best


_EMPTY: Mapping[str, Cell] = dict.fromkeys(
    ("best", "setting", "predicted", "corrected", "low", "high", "observed"), None
)
"""The columns, in their order."""


@dataclass(frozen=True)
class _Pick:
    """The best prediction, and what it rests on."""

    model: Model
    wanted: Wanted
    setting: Chosen
    means: Tried

    @property
    def link(self) -> Link:
        return self.wanted.link

    @cached_property
    def excess(self) -> float | None:
        return self.model.excess(self.wanted)

    @cached_property
    def excess_seen(self) -> float | None:
        return self.model.excess_seen(self.wanted)

    def predicted(self) -> dict[str, Cell]:
        return {**self._row("predicted", self.setting), "corrected": self._value(self._corrected)}

    def new_trial(self) -> list[dict[str, Cell]]:
        """One more trial there, its own error and the mean's together; no row without an estimate of the error."""
        estimate, variance, centre = self.model.estimate(self.setting), self.model.new_variance(), self._corrected
        if estimate is None or not estimate.standard_error or estimate.half_width is None:
            return []
        if variance is None or centre is None:
            return []
        half = estimate.half_width / estimate.standard_error * sqrt(estimate.standard_error**2 + variance)
        bounds = {"low": self._value(centre - half), "high": self._value(centre + half)}
        return [{**_EMPTY, "best": "new trial", "corrected": self._value(centre), **bounds}]

    def observed(self, best: Chosen) -> dict[str, Cell]:
        row = self._row("observed", best)
        excess = None if best == self.setting else self.excess_seen
        return (
            row
            if excess is None
            else {**row, "corrected": self._value(self.link.place(self.means.mean(best) or 0.0) - excess)}
        )

    @property
    def _corrected(self) -> float | None:
        estimate = self.model.estimate(self.setting)
        return None if estimate is None or self.excess is None else estimate.mean - self.excess

    def _value(self, number: float | None) -> float | None:
        return None if number is None else self.link.value(number)

    def _row(self, kind: str, setting: Chosen) -> dict[str, Cell]:
        estimate = self.model.estimate(setting)
        mean = None if estimate is None else estimate.mean
        half = None if estimate is None else estimate.half_width
        low, high = (None, None) if mean is None or half is None else (mean - half, mean + half)
        return {
            **_EMPTY,
            "best": kind,
            "setting": written(setting),
            "predicted": self._value(mean),
            "low": self._value(low),
            "high": self._value(high),
            "observed": self.means.mean(setting),
        }


def _standing(pick: _Pick, best: Chosen, model: Model) -> str:
    if not isinstance(model, ByLevel):
        run = "" if pick.means.mean(pick.setting) is not None else " It was never run: confirm it."
        return f"{model.note()}{run}"
    if pick.setting == best:
        return "The best predicted setting is the best one seen, by the additive model."
    if pick.means.mean(pick.setting) is not None:
        return "The best predicted setting was run, but another did better: train both again."
    return "The best predicted setting was never run, and holds only where effects add up: confirm it."


def _scale(results: Results, pick: _Pick, best: Chosen) -> str:
    """Say on which scale effects were added, and what they add up to as they stand."""
    if pick.link.name == "identity":
        return _impossible(results, pick)
    scale, limit = {"logit": ("logits", "beyond 1"), "log": ("logarithms", "below 0")}[pick.link.name]
    said = f"Effects are added up as {scale}, so that nothing {limit} is predicted"
    plain = model_of(results)
    if not isinstance(pick.model, ByLevel) or not isinstance(plain, ByLevel):
        return f"{said}."
    setting = plain.best(Wanted(results.objective, AS_IT_IS), best)
    estimate = plain.estimate(setting)
    other = "" if setting == pick.setting else f", at {written(setting)}"
    return f"{said}; as they stand they add up to {estimate.mean:.5g}{other}." if estimate else f"{said}."


def _impossible(results: Results, pick: _Pick) -> str:
    """Doubt a prediction below zero of what was always above it, and one above 1 of a share."""
    estimate = pick.model.estimate(pick.setting)
    if estimate is None:
        return ""
    response, seen = results.objective.response, pick.means.means
    if estimate.mean > 1 and "accuracy" in response.lower() and 0 <= seen.min() <= seen.max() <= 1:
        return f"No {response} is above 1; --trials-of IMAGES adds effects up as logits, which never leads there."
    if estimate.mean > 0 or seen.min() <= 0:
        return ""
    return f"All {results.objective.response} seen is above zero and this is not: effects do not add up that far."


def _averaged(results: Results, seen: Observations) -> str:
    """Name what is averaged over, and not chosen."""
    noise = [factor.name for factor in results.factors if factor.role == "noise" and factor.name not in seen.lone]
    names = [name for name in [*noise, *seen.blocks] if name != "replicate"]
    return f"Predictions are for the average over {', '.join(names)}." if names else ""


def _corrected(pick: _Pick, on_scale: Results, results: Results) -> str:
    """Say what was taken off for having picked the best, or what cannot be."""
    if pick.excess is not None:
        both = ", as is the best one seen" if pick.excess_seen is not None else ""
        return (
            "Picked as the best, it is likely to be less good than predicted: corrected for that by tables drawn from"
            f" the fitted model (parametric bootstrap){both}."
        )
    if pick.model.new_variance() is not None:
        return "It is not corrected for having been picked as the best: there are too many settings to draw from."
    above = pick.model.by_chance()
    if above is None or pick.wanted.objective.target is not None:
        return "Without an estimate of the error it cannot be corrected for having been picked as the best."
    response = results.objective.response
    noise = pick.link.value(float(on_scale.table[response].mean()) + pick.wanted.sign * above)
    return (
        "Without an estimate of the error it cannot be corrected for having been picked as the best: were there no"
        f" effects at all, noise of this spread would make the best prediction {noise:.4g} on average, while the mean"
        f" of all trials is {results.table[response].mean():.4g}."
    )


def _untold(model: Model) -> str:
    names = model.untold()
    return f"Any level of {', '.join(names)} may do as well: not told from chance." if names else ""
