"""The trials of any Optuna study as a table of results, and what doe's analyses find in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.study import Study as OptunaStudy
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from doe.analyses import analyze
from doe.integrations._optuna_rows import ROW, key_of
from doe.integrations._planned import Ended, Given, Planned, level_of, results_of
from doe.loading._toml import factor_of
from doe.model import Asked, Factor, Finding, Goal, Level, Objective, Results, StudyError, Trial

FEW = 3
"""A parameter that took more different values than one in so many trials is searched between its ends."""


def findings(study: OptunaStudy, factors: Given | None = None, *, everything: bool = False) -> list[Finding]:
    """What doe's analyses find in the finished trials of an Optuna study, whatever sampler it had.

    Args:
        study: The study.
        factors: Which parameters to look at, with their levels and scales as for ``DesignSampler``. None: those of the
            design, or all that every finished trial has.
        everything: Whether trials that train no row of the design count as well, where there is a design.

    Raises:
        StudyError: No trial has finished, or no parameter took two values.
    """
    return analyze(results(study, factors, everything=everything))


def results(study: OptunaStudy, factors: Given | None = None, *, everything: bool = False) -> Results:
    """The table behind ``findings``: a row a finished trial, one that failed and was begun again left out.

    Trials of a sampler that learns are no random sample: their means by level favour what it liked early.

    Raises:
        StudyError: No trial has finished, or no parameter took two values.
    """
    trials = [trial for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
    if not everything and any(key_of(trial.system_attrs) for trial in trials):
        trials = [trial for trial in trials if key_of(trial.system_attrs)]
    done = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    if not done:
        raise StudyError(f"study {study.study_name!r} has no finished trial")
    found = _given(factors) or _planned(study) or _seen(done)
    if not found:
        raise StudyError(f"study {study.study_name!r}: no parameter took two values in its {len(done)} finished trials")
    objective, *also = _objectives(study)
    responses = [objective.response, *(each.response for each in also)]
    if clash := {factor.name for factor in found} & {*responses}:
        raise StudyError(f"{clash.pop()!r} is a parameter and a metric at once; study.set_metric_names mends it")
    ended = [
        _ended(trial, place, responses) for trial, place in zip(trials, _places(trials, found), strict=True) if place
    ]
    completed = {each.trial.key for each in ended if each.metrics is not None}
    kept = {each.trial.key: each for each in ended if each.metrics is None and each.trial.key not in completed}
    told = results_of(found, objective, [*(e for e in ended if e.metrics is not None), *kept.values()])
    if not all(key_of(trial.system_attrs) for trial in trials):
        # a setting that came twice is no replicate that shares a seed with the others'
        told = replace(told, table=told.table.drop(columns=["replicate", "seed"]))
    return replace(told, asked=Asked(also=tuple(also)))


def _given(factors: Given | None) -> tuple[Factor, ...]:
    return tuple(
        factor_of(name, value) if not isinstance(value, Factor) else value for name, value in (factors or {}).items()
    )


def _planned(study: OptunaStudy) -> tuple[Factor, ...]:
    """The factors of the study's own sampler, if it has a design."""
    plan = getattr(study.sampler, "plan", None)
    planned = plan(study) if plan else None
    return planned.study.factors if isinstance(planned, Planned) else ()


def _objectives(study: OptunaStudy) -> list[Objective]:
    names = study.metric_names or (
        ["value"] if len(study.directions) == 1 else [f"value_{n}" for n, _ in enumerate(study.directions)]
    )
    goals: Mapping[StudyDirection, Goal] = {StudyDirection.MAXIMIZE: "maximize"}
    return [Objective(name, goals.get(way, "minimize")) for name, way in zip(names, study.directions, strict=True)]


def _seen(trials: Sequence[FrozenTrial]) -> tuple[Factor, ...]:
    """The parameters that every trial has and that took two values or more."""
    names = [name for name in trials[0].params if all(name in trial.params for trial in trials)]
    ranges = {name: trials[-1].distributions[name] for name in names}
    columns = {name: list(dict.fromkeys(level_of(trial.params[name]) for trial in trials)) for name in names}
    return tuple(_factor(name, ranges[name], columns[name], len(trials)) for name in names if len(columns[name]) > 1)


def _factor(name: str, distribution: BaseDistribution, values: Sequence[Level], trials: int) -> Factor:
    if isinstance(distribution, CategoricalDistribution):
        order = [repr(level_of(choice)) for choice in distribution.choices]
        known = sorted((v for v in values if repr(v) in order), key=lambda value: order.index(repr(value)))
        return Factor(name, (*known, *(value for value in values if value not in known)))
    ordered = sorted(values, key=float)
    levels = ordered if len(ordered) <= max(FEW, trials / FEW) else [ordered[0], ordered[-1]]
    return Factor(name, tuple(levels), "log" if distribution.log else "linear")


def _places(trials: Sequence[FrozenTrial], factors: Sequence[Factor]) -> list[Trial | None]:
    """Each trial's run and replicate: the design's, or settings counted as they come; None without all factors."""
    runs: dict[str, int] = {}
    seen: dict[int, int] = {}
    places: list[Trial | None] = []
    for trial in trials:
        if not all(factor.name in trial.params for factor in factors):
            places.append(None)
            continue
        setting = {factor.name: level_of(trial.params[factor.name]) for factor in factors}
        key = key_of(trial.system_attrs)
        if key is None:
            run = runs.setdefault(repr(setting), len(runs) + 1)
            seen[run] = seen.get(run, 0) + 1
            key = run, seen[run]
        places.append(Trial(*key, (trial.system_attrs.get(ROW) or {}).get("seed", 0), setting))
    return places


def _ended(trial: FrozenTrial, place: Trial, responses: Sequence[str]) -> Ended:
    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    if trial.state == TrialState.COMPLETE:
        return Ended(place, dict(zip(responses, trial.values, strict=True)), seconds=seconds)
    if trial.state == TrialState.PRUNED:
        return Ended(place, None, f"trial {trial.number} was pruned after step {trial.last_step}", "missing", seconds)
    return Ended(place, None, f"trial {trial.number} failed", "error", seconds)
