"""Ways to spend trainings: doe from its first array to its verdict, samplers and a grid, all in this process."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from statistics import fmean
from typing import Any

from benchmarks.regret_responses import EPOCHS, Response, reference, shift_of
from doe.advising import next_steps
from doe.augmenting import Wanted, augmentation
from doe.concluding import Conducted, conclude, design_of
from doe.confirming import confirmation
from doe.designs import DESIGNS, Later
from doe.history import History
from doe.loading import Wishes, load_study, reopened
from doe.model import Completed, Failed, Finding, Objective, Outcome, Phase, Setting, Study, StudyError, Trial
from doe.refining import SAMPLER, refinement
from doe.training import BrokenError, carry_out

OBJECTIVE = Objective("val_accuracy", "maximize")
BUDGET = 600
"""Epochs that every way may spend, but for the one that follows advice to its end."""
REPLICATES, TRIALS, EACH = 2, 30, 3
"""The short way: trainings of each run of the L9, of the search, of each setting that is confirmed."""
LEVEL = 0.05
"""The usual level of a test."""
STEPS = 12
"""More steps of advice than this are not followed; none came near it."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a way has trained, in its order, and what it says in the end."""

    outcomes: tuple[Outcome, ...]
    named: Setting
    """The setting that somebody would take."""
    claimed: frozenset[str] = frozenset()
    """Factors said to matter, by doe's analysis of variance."""
    doubted: bool = False
    """Whether its verdict warns that effects do not add up, or that it was not confirmed."""
    steps: tuple[str, ...] = ()

    @property
    def epochs(self) -> int:
        """Epochs trained, those of trainings that broke among them."""
        return sum(map(cost, self.outcomes))


def cost(outcome: Outcome) -> int:
    """The epochs of a training, the one that it broke in among them."""
    return len(outcome.readings) + isinstance(outcome, Failed)


def planned(design: str, response: Response, seed: int, *, budget: int | None = None, replicates: int = 1) -> Study:
    """The study, as ``doe run`` would make it."""
    told = (f"response={response.name}", f"shift={shift_of(seed)!r}", f"epochs={EPOCHS}", *response.held)
    wishes = Wishes(
        trainer=reference(),
        factors=response.factors,
        settings=told,
        objective=OBJECTIVE,
        replicates=replicates,
        seed=1000 * seed,
        budget=budget,
    )
    return load_study(design, DESIGNS, wishes).study


def short_way(response: Response, seed: int, sampler: str = SAMPLER) -> Spent:
    """The L9 with two replicates, a search where there is something to search, a confirmation."""
    history = _begun(planned("l9", response, seed, replicates=REPLICATES))
    steps = []
    for words in (["refine", "--trials", str(TRIALS), "--sampler", sampler], ["confirm", "--replicates", str(EACH)]):
        try:
            _take(history, words)
        except StudyError as error:
            if "no factor left to search" not in str(error):
                raise
            continue
        steps.append(words[0])
    return _spent(history, ("run", *steps))


def advised_way(response: Response, seed: int) -> Spent:
    """The L9 without replicates, then whatever ``doe next`` names, until it names nothing."""
    history = _begun(planned("l9", response, seed))
    steps = ["run"]
    for _ in range(STEPS):
        state = _state(history)
        advice = next_steps(state.study, state.results, state.findings, history)
        if not advice:
            break
        words = shlex.split(advice[0].command)[1:]
        _take(history, words)
        steps.append(" ".join([words[0], *(word for word in words if word in {"--foldover", "--repair", "clear"})]))
    return _spent(history, tuple(steps))


def sampled(design: str, response: Response, seed: int, epochs: int) -> tuple[Outcome, ...]:
    """What a sequential design, or a grid in a random order, trains with so many epochs."""
    grid = design == "full_factorial"
    study = planned(design, response, seed, budget=None if grid else epochs, replicates=3 if grid else 1)
    prepared, made = reopened(study), design_of(study)
    done: list[Outcome] = []
    trials = iter(made.propose(study, (), ()))
    while sum(map(cost, done)) + EPOCHS <= epochs:
        trial = next(trials, None) if grid else next(iter(made.propose(study, done, ())), None)
        if trial is None:
            break
        done.append(trained(prepared, trial))
    return tuple(done)


def best_seen(outcomes: Sequence[Outcome]) -> Setting:
    """The setting with the best mean of its trainings, as far as these go; of a sampler: the best training."""
    seen: dict[tuple[object, ...], list[float]] = {}
    settings: dict[tuple[object, ...], Setting] = {}
    for outcome in outcomes:
        if isinstance(outcome, Completed):
            key = tuple(outcome.trial.setting.values())
            settings[key] = outcome.trial.setting
            seen.setdefault(key, []).append(_value(outcome))
    return settings[max(seen, key=lambda key: fmean(seen[key]))]


def trained(prepared: Any, trial: Trial) -> Outcome:
    """One training, in this process."""
    readings = []
    try:
        for reading in carry_out(prepared.task(trial)):
            readings.append(reading)  # noqa: PERF402 - those before it breaks are kept
    except BrokenError as error:
        return Failed(trial, error.kind, str(error), 0.0, tuple(readings))
    return Completed(trial, tuple(readings), 0.0)


def _value(outcome: Completed) -> float:
    return outcome.readings[-1].metrics[OBJECTIVE.response]


def _begun(study: Study) -> History:
    history = History(study=study)
    history.opened.append({"command": shlex.join(["doe", "run", study.design])})
    _carry_on(history, study, 0)
    return history


def _state(history: History) -> Conducted:
    assert history.study is not None
    return conclude(history.study, history)


def _take(history: History, words: Sequence[str]) -> None:
    """Do what a command does, but for files, reports and trackers.

    Raises:
        StudyError: The command would refuse.
    """
    assert history.study is not None
    name, told = words[0], dict(zip(words, [*words[1:], ""], strict=True))
    if name == "run":
        history.study = replace(history.study, replicates=int(told["--replicates"]))
        history.opened.append({"command": shlex.join(["doe", *words])})
        _carry_on(history, history.study, 0)
        return
    state = _state(history)
    phase: Phase
    if name == "refine":
        phase = refinement(state, history, int(told.get("--trials", 0)) or None, told.get("--sampler"))
    elif name == "confirm":
        phase = confirmation(state, history, int(told.get("--replicates", 0)) or None)
    else:
        clear = told.get("clear", told.get("--clear", ""))
        pairs = tuple(
            (first, second) for first, _, second in (text.partition(":") for text in clear.split(",") if text)
        )
        runs = int(told.get("--runs", 0)) or None
        wanted = Wanted(pairs, "--foldover" in words, runs=runs, repair="--repair" in words)
        phase = augmentation(state, history, wanted)
    history.phases.append(phase)
    _carry_on(history, phase.study, phase.first_run)


def _carry_on(history: History, study: Study, first_run: int) -> None:
    """Train all that a part of a study has left, the first being its own design."""
    base = design_of(study)
    past = () if base.runs(study) else tuple(history.outcomes(study.retries, range(1, first_run)))
    design = Later(base, first_run, past) if first_run else base
    runs = range(first_run, 10**9) if first_run else range(1, 10**9)
    prepared = reopened(study)
    while (trial := next(iter(design.propose(study, history.outcomes(study.retries, runs), ())), None)) is not None:
        history.attempts[trial.key] += 1
        outcome = trained(prepared, trial)
        if isinstance(outcome, Completed):
            history.completed[trial.key] = outcome
        else:
            history.failures[trial.key].append(outcome)


def _spent(history: History, steps: tuple[str, ...]) -> Spent:
    """What the last confirmation brought; the best seen where there was none."""
    state = _state(history)
    study, outcomes = state.study, tuple(history.outcomes(state.study.retries))
    last = next((n for n, phase in reversed(list(enumerate(history.phases))) if phase.name == "confirm"), None)
    own = outcomes if last is None else tuple(o for o in outcomes if o.trial.run in history.runs_of(last))
    found = {finding.name: finding for finding in state.findings}
    doubted = any(found[name].warns for name in ("confirmation", "lack-of-fit") if name in found)
    named = best_seen(own)
    claimed = _claimed(found, [factor.name for factor in study.factors])
    return Spent(outcomes, named, claimed, doubted, steps)


def _claimed(found: dict[str, Finding], names: Sequence[str]) -> frozenset[str]:
    """The factors in a term of the analysis of variance with p < 0.05: what its note calls more than chance."""
    rows = found["anova"].table if "anova" in found else ()
    active = {str(row["term"]) for row in rows if float(row["p"] if row["p"] is not None else inf) < LEVEL}
    return frozenset(name for name in names for term in active if name in term.split(" x "))
