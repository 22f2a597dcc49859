"""Schedule: whether a learning rate that is steered by the last epoch spoils what is read before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from doe.model import DoeError, Finding, Level, Study, Trial

STEERED = ("cos", "cycle", "linear", "poly", "anneal", "warm", "wsd")
"""Parts of the names of schedules that depend on how many epochs a training is to last."""


def schedule(study: Study, _: Sequence[Trial]) -> Finding | None:
    """Warn where epochs are read within each training under a schedule that ends with the last one; else None.

    A schedule is a factor, a constant or a default of the trainer with ``schedule`` in its name. Under one that is
    steered by the last epoch a training is not, at an earlier epoch, what a shorter one would have been.
    """
    within = study.within
    if within is None:
        return None
    told = [(name, value) for name, value in _told(study) if "schedul" in name.lower() and _is_steered(value)]
    if not told:
        return None
    rows = [{"hyperparameter": name, "value": value} for name, value in told]
    named = " and ".join(f"{name} {value}" for name, value in told)
    note = (
        f"{named}: the learning rate depends on the last epoch, so that a training read at fewer {within.name} is not"
        f" what a shorter training would be. Make {within.name} a control factor,"
        " or take a schedule that does not look ahead."
    )
    return Finding("schedule", "Schedules that look ahead to the last epoch", tuple(rows), note, warns=True)


def _told(study: Study) -> Iterator[tuple[str, Level]]:
    """What trainings are told, each with its name: levels, constants, and the trainer's own defaults."""
    for factor in study.factors:
        yield from ((factor.name, level) for level in factor.levels)
    yield from study.constants.items()
    known = {*study.constants, *(factor.name for factor in study.factors)}
    with suppress(DoeError):
        from doe.loading import load_trainer

        defaults = load_trainer(study.trainer).hyperparameters
        yield from ((name, own.default) for name, own in defaults.items() if name not in known)


def _is_steered(value: Level) -> bool:
    return isinstance(value, str) and any(part in value.lower() for part in STEERED)
