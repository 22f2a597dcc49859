"""The cheapest plan that would detect a stated effect: how many replicates of which design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from doe.designs import DESIGNS
from doe.evaluations import Assumptions, Sensitivity, is_balanced, replicates_for, sensitivity, weakest
from doe.model import Cell, DoeError, Finding, Study, Trial

LARGEST = 2000
"""Runs of a factorial that is still looked at."""

LISTED = 8
"""Designs that are listed, the cheapest first."""


@dataclass(frozen=True, slots=True)
class Way:
    """A design with as many replicates as it takes."""

    design: str
    replicates: int
    tests: Sensitivity

    @property
    def trials(self) -> int:
        """What it costs."""
        return self.tests.runs * self.replicates


def cheapest(study: Study, trials: Sequence[Trial], assumed: Assumptions) -> Finding | None:
    """What the plan would detect now, and the designs that would detect the effect in the fewest trials.

    None where the plan's main effects cannot all be estimated.
    """
    tests = sensitivity(study, trials)
    if tests is None or not tests.spreads:
        return None
    now = weakest(tests, study.replicates, assumed)
    ways = sorted(
        _ways(study, trials, assumed), key=lambda w: (w.trials, w.design != study.design, w.replicates, w.design)
    )
    own = next((way for way in ways if way.design == study.design), None)
    listed = ways[:LISTED] if own is None or own in ways[:LISTED] else [*ways[: LISTED - 1], own]
    rows: list[Mapping[str, Cell]] = [_row("now", Way(study.design, study.replicates, tests), assumed)]
    rows += [_row("would do", way, assumed) for way in listed]
    note = _note(study, tests, now, own, ways, assumed)
    return Finding("detect", f"What would detect {assumed.effect:g}", tuple(rows), note, warns=now < assumed.power)


def _ways(study: Study, trials: Sequence[Trial], assumed: Assumptions) -> list[Way]:
    """The study's design and every other balanced one that takes its factors, each with the replicates it needs."""
    ways = []
    grid = prod(len(factor.levels) for factor in study.array_factors)
    for name, design in DESIGNS.items():
        if name == "full_factorial" and grid > LARGEST and name != study.design:
            continue
        try:
            other = replace(study, design=name, layout={}, replicates=1)
            runs = trials if name == study.design else design.runs(other)
        except DoeError:
            continue  # it does not take these factors
        tests = sensitivity(study, runs) if name == study.design or is_balanced(study, runs) else None
        needed = replicates_for(tests, assumed) if tests and tests.spreads else None
        if tests and needed:
            ways.append(Way(name, needed, tests))
    return ways


def _row(what: str, way: Way, assumed: Assumptions) -> Mapping[str, Cell]:
    return {
        "plan": what,
        "design": way.design,
        "runs": way.tests.runs,
        "replicates": way.replicates,
        "trials": way.trials,
        "power": weakest(way.tests, way.replicates, assumed),
    }


def _note(
    study: Study, tests: Sensitivity, now: float, own: Way | None, ways: Sequence[Way], assumed: Assumptions
) -> str:
    wanted = f"{100 * assumed.power:g} %"
    has = f"This plan detects a difference of {assumed.effect:g} in every factor with {100 * now:.0f} % at least"
    if not tests.error_df(study.replicates):
        has = f"This plan detects nothing: a difference of {assumed.effect:g} cannot be told from chance"
    if now >= assumed.power and own and own.replicates == study.replicates and own.trials == ways[0].trials:
        return f"{has}, and no cheaper one does with {wanted}."
    if not ways:
        return f"{has}; none was found that does with {wanted}."
    parts = [has]
    if own and own.replicates != study.replicates:
        parts.append(f"--replicates {own.replicates} ({_many(own.trials)}) is the fewest that does with {wanted}")
    if not own or ways[0].trials < own.trials:
        best = ways[0]
        parts.append(f"{best.design} with --replicates {best.replicates} is the cheapest, {_many(best.trials)}")
    return "; ".join(parts) + "."


def _many(trials: int) -> str:
    return f"{trials:,} trial{'' if trials == 1 else 's'}"
