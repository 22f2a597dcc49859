"""Confirmation: what was predicted to be best, the best seen and the baseline, trained again under fresh seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doe.analyses import best_searched, best_settings, trainings_each
from doe.concluding import Conducted, next_run, unfinished
from doe.history import History
from doe.loading import load_trainer
from doe.model import Factor, Level, Phase, Results, Setting, Study, StudyError
from doe.nobody import check_trainer

READ_TEST = "read_test"
"""The hyperparameter by which a trainer is told to read the test split after its last epoch."""


def confirmation(conducted: Conducted, history: History, replicates: int | None = None) -> Phase:
    """The phase that confirms a study, or the last one where it is not finished.

    Raises:
        StudyError: Trials of the study are left, or nothing can be predicted.
    """
    study = conducted.study
    check_trainer(study)
    if (last := unfinished(history)) is not None:
        if last.name != "confirm":
            raise StudyError(
                f"{study.name} has trials of {last.name} left; doe {last.name} {study.name} goes on with them"
            )
        if replicates is None or replicates == last.study.replicates:
            return last
    if (left := conducted.left) and last is None:
        raise StudyError(f"{study.name} has {left} trials left; confirm it when doe run has completed them")
    settings = _settings(conducted.results, study)
    fresh = 1 + max(outcome.trial.seed for outcome in conducted.outcomes)
    count = replicates or trainings_each(conducted.results)
    factors = tuple(_set(factor) for factor in study.factors if not _falls_away(factor))
    names = [factor.name for factor in factors if factor.role != "noise"]
    told: dict[str, Level | tuple[Level, ...]] = {
        "settings": tuple(setting[name] for setting in settings.values() for name in names),
        "names": tuple(settings),
        **{name: value for name, value in study.layout.items() if name == "outer"},
    }
    tests = READ_TEST in load_trainer(study.trainer).hyperparameters
    constants = {**study.constants, **_more(study)}
    plan = replace(
        study,
        design="listed",
        layout=told,
        factors=factors,
        constants=constants,
        replicates=count,
        budget=None,
        seed=fresh,
        analysis=replace(study.analysis, interactions=(), pooled=()),
    )
    return Phase("confirm", next_run(study, history), plan, tuple(_why(settings, count, fresh, tests=tests)))


def _more(study: Study) -> dict[str, Level]:
    """What a confirming training is told to yield besides: the test split, and which class is taken for which."""
    known = load_trainer(study.trainer).hyperparameters
    wanted: dict[str, Level] = {READ_TEST: True, "metrics": "full"}
    return {name: value for name, value in wanted.items() if name in known and known[name].admits(value)}


def _falls_away(factor: Factor) -> bool:
    """Blocks are of no interest any more, and seeds are fresh ones."""
    return factor.role == "block" or (factor.role == "noise" and factor.name == "seed")


def _set(factor: Factor) -> Factor:
    """What was read along a training is trained to, as the settings differ in it."""
    return replace(factor, role="control") if factor.role == "within" else factor


def _settings(results: Results, study: Study) -> dict[str, Setting]:
    """The settings to train, by what they are called, each once."""
    predicted, seen = best_settings(results)
    if seen is None:
        raise StudyError(f"{study.name} has no response that could be confirmed")
    settings: dict[str, Setting] = {}
    if predicted is not None:
        settings["predicted"] = dict(predicted)
    searched = best_searched(results)
    if searched is not None and dict(searched) not in settings.values():
        settings["searched"] = dict(searched)
    if dict(seen) not in settings.values():
        settings["observed"] = dict(seen)
    baseline = _baseline(study, next(iter(settings.values())))
    if baseline is not None and baseline not in settings.values():
        settings["baseline"] = baseline
    return settings


def _baseline(study: Study, like: Setting) -> Setting | None:
    """The trainer's own defaults; None where it has none for a factor."""
    known = load_trainer(study.trainer).hyperparameters
    found: dict[str, Level] = {}
    for name in like:
        default = known[name].default if name in known else None
        if default is None or name in study.sliding:
            return None
        found[name] = default
    return found


def _why(settings: Mapping[str, Setting], count: int, fresh: int, *, tests: bool) -> list[str]:
    said = [f"{name}: {', '.join(f'{factor}={level}' for factor, level in s.items())}" for name, s in settings.items()]
    said.append(f"each {count} times under fresh seeds from {fresh} on, one setting after another")
    said.append(
        "the test split is read now, once" if tests else "the trainer has no read_test: the test split stays unread"
    )
    return said
