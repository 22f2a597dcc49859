"""Rules that stop a trial early, because others were further by then.

``median`` after Golovin and others, Google Vizier, KDD 2017; ``halving`` after Li and others, A System for Massively
Parallel Hyperparameter Tuning (asynchronous successive halving), MLSys 2020.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from doe.designs import _layout as told
from doe.designs._errors import DesignError
from doe.model import Completed, Failed, Objective, Outcome, Reading, Study

OPTIONS: Mapping[str, str] = {
    "prune": "median or halving: stop trials early that lag behind; none is stopped unless told",
    "prune_after": "the epoch of the first look; 1 unless told",
}
"""What the layout of a sequential design may say of it."""

ENOUGH = 5
"""How many trials must have completed before the median of them is worth anything; Optuna's number, too."""

ETA = 3
"""One in so many goes on at each rung; the first few go on while they are the best."""

Curve: TypeAlias = Mapping[int, float]
"""The loss at each epoch."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of the others."""

    completed: Sequence[Curve]
    others: Sequence[Curve]
    """Of those that failed, were stopped, or are under way."""


def check_pruning(study: Study, objectives: int) -> None:
    """Refuse rules that are none, and studies in which a trial must not end early.

    Raises:
        DesignError: In one line, which and why.
    """
    told.whole(study, "prune_after")
    if told.text(study, "prune", RULES) is None:
        return
    if study.within is not None:
        raise DesignError(
            f"{study.design}: layout prune: factor {study.within.name!r} is read off along every training to its end"
        )
    if study.replicates > 1:
        raise DesignError(
            f"{study.design}: layout prune: a run stopped early has no mean of {study.replicates} replicates"
        )
    if objectives > 1:
        raise DesignError(f"{study.design}: layout prune: with {objectives} objectives none of the trials lags behind")


def why_stop(
    study: Study, done: Sequence[Outcome], under_way: Mapping[tuple[int, int], Sequence[Reading]], key: tuple[int, int]
) -> str | None:
    """Why a trial under way should be stopped after its last reading, in a line; None: it should go on."""
    rule = told.text(study, "prune", RULES)
    readings = under_way.get(key, ())
    if rule is None or not readings:
        return None
    mine = losses(study.objective, readings)
    epoch, first = readings[-1].epoch, told.whole(study, "prune_after") or 1
    if epoch not in mine or epoch < first:
        return None
    completed = [losses(study.objective, each.readings) for each in done if isinstance(each, Completed)]
    others = [losses(study.objective, each.readings) for each in done if isinstance(each, Failed)]
    others += [losses(study.objective, theirs) for other, theirs in under_way.items() if other != key]
    return RULES[rule](mine, epoch, first, Seen(completed, others))


def losses(objective: Objective, readings: Sequence[Reading]) -> dict[int, float]:
    """By epoch how far the objective is from what is wanted, where it was read at all and is a number."""
    curve = {
        reading.epoch: objective.loss(reading.metrics[objective.response])
        for reading in readings
        if objective.response in reading.metrics
    }
    return {epoch: loss for epoch, loss in curve.items() if loss == loss}  # noqa: PLR0124 - NaN is not itself


def _median(mine: Curve, epoch: int, _first: int, seen: Seen) -> str | None:
    """Stop what at its best is worse than half of those that completed were at this epoch."""
    theirs = [curve[epoch] for curve in seen.completed if epoch in curve]
    best = min(mine.values())
    if len(theirs) < ENOUGH or best <= median(theirs):
        return None
    return f"stopped at epoch {epoch}: so far worse than the median of {len(theirs)} trials at that epoch"


def _halving(mine: Curve, epoch: int, first: int, seen: Seen) -> str | None:
    """Stop what is not among the best third of all that came to this rung; rungs are 1, 3, 9, ... times the first."""
    rung = first
    while rung < epoch:
        rung *= ETA
    if rung != epoch:
        return None
    theirs = sorted([mine[epoch], *(curve[epoch] for curve in (*seen.completed, *seen.others) if epoch in curve)])
    going_on = max(1, len(theirs) // ETA)
    if mine[epoch] <= theirs[going_on - 1]:
        return None
    place = theirs.index(mine[epoch]) + 1
    return f"stopped at epoch {epoch}: number {place} of {len(theirs)} trials that came so far; {going_on} may go on"


RULES: Mapping[str, Callable[[Curve, int, int, Seen], str | None]] = {"median": _median, "halving": _halving}
"""Every rule by its name."""
