"""Studies for the designs to carry, and outcomes that depend on the setting alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from doe.designs import DESIGNS
from doe.designs._arrays import ARRAYS, levels
from doe.model import Completed, Factor, Level, Objective, Outcome, Reading, Study, Trial

MIXED: tuple[Factor, ...] = (
    Factor("optimizer", ("adam", "sgd", "rmsprop")),
    Factor("learning_rate", (1e-4, 1e-3, 1e-2), "log"),
    Factor("batch_size", (16, 32, 64), "log"),
    Factor("dropout", (0.0, 0.25, 0.5), "linear"),
)

NUMBERS: tuple[Factor, ...] = (*MIXED[1:], Factor("width", (16, 128), "log"))
"""Factors that can be set between their levels."""

TWO_LEVELS: tuple[Factor, ...] = (
    Factor("optimizer", ("adam", "sgd")),
    Factor("learning_rate", (1e-4, 1e-2), "log"),
    Factor("batch_size", (16, 64), "log"),
    Factor("augment", (False, True)),
    Factor("dropout", (0.0, 0.5), "linear"),
)

FACTORS: dict[str, tuple[Factor, ...]] = {
    "fraction": TWO_LEVELS,
    "plackett_burman": TWO_LEVELS,
    "central_composite": NUMBERS,
    "box_behnken": NUMBERS,
    "cmaes": NUMBERS,
    "definitive_screening": (*TWO_LEVELS[::3], *MIXED[1:]),
}
"""What the designs that are particular about their factors can carry."""

LAYOUTS: dict[str, dict[str, Level | tuple[Level, ...]]] = {
    "table": {"file": str(Path(__file__).with_name("table.csv"))},
    "listed": {"settings": tuple(factor.levels[place] for place in (0, 1, 0, 1, 0) for factor in MIXED)},
    "optuna": {"sampler": "NSGAIIISampler", "population_size": 4},
}
"""What the designs that need it are told."""


def study_for(design: str, replicates: int = 1, seed: int = 0) -> Study:
    """A study that the design can carry: up to five factors for an array, four of three levels for the others."""
    factors = FACTORS.get(design, MIXED)
    if design in ARRAYS:
        sizes = levels(design) if len(levels(design)) < 5 else levels(design)[:3] + levels(design)[-2:]
        factors = tuple(Factor(f"factor{place}", tuple(range(size))) for place, size in enumerate(sizes))
    study = Study(design, design, factors, Objective("score"), "any", replicates=replicates, seed=seed, budget=12)
    return replace(study, layout=LAYOUTS.get(design, {}))


def outcome_of(trial: Trial) -> Outcome:
    """A completed trial whose score depends on its setting."""
    score = sum(hash(level) % 97 if not isinstance(level, str) else len(level) for level in trial.setting.values())
    return Completed(trial, (Reading(1, {"score": float(score)}),), 1.0)


def carried_out(study: Study, done: tuple[Outcome, ...] = (), limit: int | None = None) -> list[Outcome]:
    """Every outcome of a study, one trial at a time, the design asked again after each."""
    outcomes = list(done)
    while limit is None or len(outcomes) < limit:
        trial = next(iter(DESIGNS[study.design].propose(study, outcomes, [])), None)
        if trial is None:
            break
        outcomes.append(outcome_of(trial))
    return outcomes


def grown(study: Study) -> Study:
    """The same study with one replicate more."""
    return replace(study, replicates=study.replicates + 1)
