"""What a journal's plan and readings are in Optuna's words: objectives, distributions, values, notes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from doe.trackers._runs import text_of

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

SEVERAL = "nsga"
"""The design, and how the names of samplers begin, that searches for several objectives."""


def objectives(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The objective of a plan, and what else matters where its design searches for that as well."""
    sampler = str(plan.get("layout", {}).get("sampler", plan["design"]))
    further = plan.get("analysis", {}).get("also", ()) if sampler.lower().startswith(SEVERAL) else ()
    return [plan["objective"], *further]


def directions(plan: Mapping[str, Any]) -> list[str]:
    """Which way each objective is better; a target is a distance to be minimized."""
    return ["maximize" if each["goal"] == "maximize" else "minimize" for each in objectives(plan)]


def names(plan: Mapping[str, Any]) -> list[str]:
    """What each objective is called."""
    return [
        each["response"] if each["goal"] != "target" else f"|{each['response']} - {each['target']}|"
        for each in objectives(plan)
    ]


def values(plan: Mapping[str, Any], last: Mapping[str, Any]) -> list[float] | None:
    """The objectives in a trial's last metrics; None where one is missing or no number."""
    found = []
    for objective in objectives(plan):
        value = last.get(objective["response"], math.nan)
        found.append(_aimed(objective, value))
    return None if any(math.isnan(value) for value in found) else found


def curve(plan: Mapping[str, Any], readings: Mapping[int, Mapping[str, float]]) -> dict[int, float]:
    """The objective at each epoch at which it was read."""
    wanted = plan["objective"]
    return {
        epoch: _aimed(wanted, metrics[wanted["response"]])
        for epoch, metrics in readings.items()
        if wanted["response"] in metrics
    }


def space(plan: Mapping[str, Any], setting: Mapping[str, Any]) -> dict[str, BaseDistribution]:
    """The range of each factor, as far as its value where that lies beyond; none where it is no level at all."""
    found: dict[str, BaseDistribution] = {}
    for factor in plan["factors"]:
        if factor["name"] in setting and (range_ := _range(factor, setting[factor["name"]])):
            found[factor["name"]] = range_
    return found


def plan_notes(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What is noted of a study beside its trials."""
    notes = {name: plan[name] for name in ("design", "trainer", "dataset", "seed", "replicates", "question")}
    notes |= {f"constant.{name}": value for name, value in plan["constants"].items()}
    return {name: value for name, value in notes.items() if value not in (None, "")}


def told(value: object) -> object:
    """A value as JSON and every database take it: numbers that are none as text, texts without odd characters."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return text_of(value) if isinstance(value, str) else value


def _aimed(objective: Mapping[str, Any], value: float) -> float:
    return abs(value - objective["target"]) if objective["goal"] == "target" else value


def _range(factor: Mapping[str, Any], value: Any) -> BaseDistribution | None:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    levels, log = factor["levels"], factor["scale"] == "log"
    if factor["scale"] == "nominal":
        return CategoricalDistribution(levels) if value in levels else None
    low, high = min(*levels, value), max(*levels, value)
    if all(isinstance(level, int) for level in levels):
        return IntDistribution(low, high, log=log) if isinstance(value, int) else None
    return FloatDistribution(low, high, log=log)
