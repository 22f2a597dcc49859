"""Which trial of an Optuna study trains which row of a design: kept in the trials themselves, in their storage.

A row is claimed by writing it into one's own trial and then looking whether another trial has it as well; who sees
another gives it up and looks again. Two can give way to each other, but no two can keep a row, whatever the storage
and however many workers it has: of two who wrote before they looked, the later sees the earlier (Dekker's argument, in
Dijkstra, Cooperating sequential processes, 1965).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from optuna.trial import FrozenTrial, TrialState
from optuna.trial import Trial as OptunaTrial

from doe.integrations._planned import Planned
from doe.model import DoeError, Trial

if TYPE_CHECKING:
    from optuna.study import Study as OptunaStudy

ROW = "doe:row"
"""What a trial trains: the plan's digest, the run, the replicate, the seed, and whether it failed."""

KIND = "doe:kind"
"""Of a trial that trains no row, what it is: FIRST, THEN, SPARE or REFUSED."""

FIRST, THEN, SPARE, REFUSED = "first", "then", "spare", "refused"
"""Begun to see what is asked for; left to another sampler; begun when nothing was left; asked for what is not there."""

Key: TypeAlias = tuple[int, int]

LONGEST = 0.5
"""Seconds between two looks of workers that gave way to each other."""


class SpentError(DoeError):
    """More trials are asked for than the design has."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a plan as they stand."""

    free: tuple[Trial, ...]
    """Those that may be begun, first first."""
    held: Mapping[Key, tuple[int, ...]]
    """The numbers of the trials that train or have trained each, failures apart."""
    running: int
    """How many are under way."""


def rows_of(planned: Planned, trials: Sequence[FrozenTrial], retries: int) -> Rows:
    """How the rows stand: one that failed is free again until it has failed once more than ``retries`` times."""
    held: dict[Key, list[int]] = {}
    failed: Counter[Key] = Counter()
    running = 0
    digest = planned.study.digest
    for trial in trials:
        row = key_of(trial.system_attrs, digest)
        if row is None:
            continue
        if has_failed(trial):
            failed[row] += 1
            continue
        held.setdefault(row, []).append(trial.number)
        running += trial.state == TrialState.RUNNING
    free = tuple(t for t in planned.trials if t.key not in held and failed[t.key] <= retries)
    return Rows(free, {key: tuple(numbers) for key, numbers in held.items()}, running)


def key_of(attrs: Mapping[str, Any], digest: str | None = None) -> Key | None:
    """The run and the replicate that a trial trains, of this plan if one is named; None if it trains none."""
    row = attrs.get(ROW)
    if not row or (digest is not None and row["plan"] != digest):
        return None
    return row["run"], row["replicate"]


def has_failed(trial: FrozenTrial) -> bool:
    """Whether a trial has failed, or is about to be recorded so."""
    return trial.state == TrialState.FAIL or bool((trial.system_attrs.get(ROW) or {}).get("failed"))


def all_trials(study: OptunaStudy) -> list[FrozenTrial]:
    """Every trial as the storage has it now; a pruner may show its sampler only some of them."""
    found: list[FrozenTrial] = study._storage.get_all_trials(study._study_id, deepcopy=False)  # noqa: SLF001
    return found


def note(study: OptunaStudy, trial: FrozenTrial, key: str, value: Any) -> None:
    """Write something of a trial's into the storage."""
    study._storage.set_trial_system_attr(trial._trial_id, key, value)  # noqa: SLF001


def noted(study: OptunaStudy, trial: FrozenTrial) -> Mapping[str, Any]:
    """What the storage has noted of a trial."""
    found: Mapping[str, Any] = study._storage.get_trial_system_attrs(trial._trial_id)  # noqa: SLF001
    return found


def claim(
    study: OptunaStudy, trial: FrozenTrial, planned: Planned, retries: int, fits: Callable[[Trial], bool] | None = None
) -> bool:
    """Give a trial a row that no other trial has.

    Args:
        study: The study, on whatever storage.
        trial: One that is running and has no row.
        planned: The plan.
        retries: How often a row may fail and be begun again.
        fits: Which rows will do; all unless told.

    Returns:
        Whether there was one.
    """
    for attempt in count():
        others = [each for each in all_trials(study) if each.number != trial.number]
        free = [row for row in rows_of(planned, others, retries).free if fits is None or fits(row)]
        if not free:
            return False
        row = free[_choosing(others, trial.number) % len(free)]
        place = {"plan": planned.study.digest, "run": row.run, "replicate": row.replicate, "seed": row.seed}
        note(study, trial, ROW, place)
        others = [each for each in all_trials(study) if each.number != trial.number]
        if row.key not in rows_of(planned, others, retries).held:
            return True
        note(study, trial, ROW, None)
        pause = Random(f"{trial.number}-{attempt}").random()  # noqa: S311 - a pause, not a secret
        time.sleep(pause * min(LONGEST, 0.01 * 2**attempt))
    raise AssertionError


def _choosing(others: Sequence[FrozenTrial], number: int) -> int:
    """How many trials begun before are about to claim: each leaves the free rows of those before it to them."""
    settled = (ROW, KIND, "fixed_params")
    return sum(
        each.number < number
        and each.state == TrialState.RUNNING
        and not any(each.system_attrs.get(name) for name in settled)
        for each in others
    )


def row_of(trial: OptunaTrial | FrozenTrial) -> Trial | None:
    """The run, the replicate and the seed that a trial trains; None if it trains no row of a design."""
    asked = isinstance(trial, OptunaTrial)
    attrs = trial.storage.get_trial_system_attrs(trial._trial_id) if asked else trial.system_attrs  # noqa: SLF001
    row = attrs.get(ROW)
    return Trial(row["run"], row["replicate"], row["seed"], dict(trial.params)) if row else None


def stop(study: OptunaStudy) -> bool:
    """Let ``study.optimize`` begin no more; False where nobody is in it, but asks and tells."""
    try:
        study.stop()
    except RuntimeError:
        return False
    return True


def refuse(study: OptunaStudy, trial: FrozenTrial, planned: Planned) -> None:
    """Close a trial that was asked for when there was no row left.

    Raises:
        SpentError: Always.
    """
    study._storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)  # noqa: SLF001
    running = rows_of(planned, all_trials(study), 0).running
    under_way = f"; {running} still run, and are free again if they fail" if running else ""
    raise SpentError(f"all {len(planned.trials)} trials of {planned.study.design} are begun{under_way}")
