"""The cheapest plan that would detect a stated effect: how many replicates of which design, counted in epochs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TypeAlias

from doe.designs import DESIGNS
from doe.designs._arrays import ARRAYS
from doe.evaluations import Assumptions, Sensitivity, is_balanced, replicates_for, sensitivity, weakest
from doe.model import Cell, DoeError, Finding, Study, Trial

LARGEST = 2000
"""Runs of a factorial that is still looked at."""

LISTED = 8
"""Designs that are listed, the cheapest first."""

Epochs: TypeAlias = Callable[[Trial], int | None]
"""How long a trial trains; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Way:
    """A design with as many replicates as it takes."""

    design: str
    replicates: int
    tests: Sensitivity
    once: int | None
    """The epochs of one replicate."""

    @property
    def trials(self) -> int:
        """How many trainings there are."""
        return self.tests.runs * self.replicates

    @property
    def epochs(self) -> int | None:
        """The epochs of all trainings."""
        return None if self.once is None else self.once * self.replicates

    @property
    def cost(self) -> int:
        """What is to be small: epochs, or trainings where nothing says how long they are."""
        return self.trials if self.epochs is None else self.epochs


def cheapest(study: Study, trials: Sequence[Trial], assumed: Assumptions, epochs: Epochs) -> Finding | None:
    """What the plan would detect now, and the designs that would detect the effect in the fewest epochs.

    Readings along one training cost nothing: its epochs count once. None where the plan's main effects cannot all be
    estimated.
    """
    tests = sensitivity(study, trials)
    if tests is None or not tests.spreads:
        return None
    now = Way(study.design, study.replicates, tests, _once(trials, epochs))
    ways = sorted(
        _ways(study, trials, assumed, epochs),
        key=lambda way: (way.cost, way.trials, way.design != study.design, way.replicates, way.design),
    )
    own = next((way for way in ways if way.design == study.design), None)
    listed = ways[:LISTED] if own is None or own in ways[:LISTED] else [*ways[: LISTED - 1], own]
    rows = [_row("now", now, now, assumed), *(_row("would do", way, now, assumed) for way in listed)]
    chance = weakest(tests, study.replicates, assumed)
    note = _note(now, chance, own, ways, assumed)
    return Finding("detect", f"What would detect {assumed.effect:g}", tuple(rows), note, warns=chance < assumed.power)


def _once(trials: Sequence[Trial], epochs: Epochs) -> int | None:
    """The epochs of one replicate; None where those of a trial are not known."""
    known = [count for trial in trials if (count := epochs(trial)) is not None]
    return sum(known) if len(known) == len(trials) else None


def _ways(study: Study, trials: Sequence[Trial], assumed: Assumptions, epochs: Epochs) -> list[Way]:
    """The study's design and every other balanced one that takes its factors, each with the replicates it needs."""
    ways: list[Way] = []
    for name, least in _smallest_first(study):
        dearest = sorted(way.trials for way in ways)[LISTED - 1 : LISTED]
        if name != study.design and (least > LARGEST or any(least > trials for trials in dearest)):
            continue  # too large to be looked at, or to be listed
        try:
            other = replace(study, design=name, layout={}, replicates=1)
            runs = trials if name == study.design else DESIGNS[name].runs(other)
        except DoeError:
            continue  # it does not take these factors
        tests = sensitivity(study, runs) if name == study.design or is_balanced(study, runs) else None
        needed = replicates_for(tests, assumed) if tests and tests.spreads else None
        if tests and needed:
            ways.append(Way(name, needed, tests, _once(runs, epochs)))
    return ways


def _smallest_first(study: Study) -> list[tuple[str, int]]:
    """Every design, and the fewest runs that it has: of the arrays all, of the full factorial every combination."""
    least = {name: int(name[1:].partition("-")[0].rstrip("b")) for name in DESIGNS if name in ARRAYS}
    least |= {"full_factorial": prod(len(factor.levels) for factor in study.array_factors)}
    return sorted(((name, least.get(name, 0)) for name in DESIGNS), key=lambda design: design[1])


def _row(what: str, way: Way, now: Way, assumed: Assumptions) -> Mapping[str, Cell]:
    row: dict[str, Cell] = {
        "plan": what,
        "design": way.design,
        "runs": way.tests.runs,
        "replicates": way.replicates,
        "trials": way.trials,
    }
    if way.epochs is not None:
        row["epochs"] = way.epochs
        row |= {"images": way.epochs * assumed.train_images} if assumed.train_images else {}
    return row | {"ratio": way.cost / now.cost, "power": weakest(way.tests, way.replicates, assumed)}


def _note(now: Way, chance: float, own: Way | None, ways: Sequence[Way], assumed: Assumptions) -> str:
    wanted = f"{100 * assumed.power:g} %"
    has = f"This plan detects a difference of {assumed.effect:g} in every factor with {100 * chance:.0f} % at least"
    if not now.tests.error_df(now.replicates):
        has = f"This plan detects nothing: a difference of {assumed.effect:g} cannot be told from chance"
    if chance >= assumed.power and own and own.replicates == now.replicates and own.cost == ways[0].cost:
        return f"{has}, and no cheaper one does with {wanted}."
    if not ways:
        return f"{has}; none was found that does with {wanted}."
    parts = [has]
    if own and own.replicates != now.replicates:
        parts.append(f"--replicates {own.replicates} ({_cost(own, now)}) is the fewest that does with {wanted}")
    if not own or ways[0].cost < own.cost:
        best = ways[0]
        parts.append(f"{best.design} with --replicates {best.replicates} is the cheapest, {_cost(best, now)}")
    return "; ".join(parts) + "."


def _cost(way: Way, now: Way) -> str:
    """Trainings and epochs, and how many times what the plan costs now that is."""
    told = f"{way.trials:,} trial{'' if way.trials == 1 else 's'}"
    told += f", {way.epochs:,} epochs" if way.epochs is not None else ""
    return told if way.cost == now.cost else f"{told}, {way.cost / now.cost:.3g} times this plan's"
