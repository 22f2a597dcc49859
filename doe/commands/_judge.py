"""A plan judged: what was typed becomes a study, with a trainer or without, and all that can be said of its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from doe import folders
from doe.commands._cheapest import cheapest
from doe.concluding import design_of
from doe.designs import DESIGNS
from doe.evaluations import Assumptions, Figures, evaluate, figures
from doe.history import fold
from doe.journal import read
from doe.loading import Wishes
from doe.loading.sketch import names_trainer, sketch
from doe.model import DoeError, Finding, Study, StudyError, Trial
from doe.running import Plan, plan


@dataclass(frozen=True, slots=True)
class Judged:
    """A study, its runs and what can be said of them."""

    study: Study
    plan: Plan | None
    """The plan as it would be run; None without a trainer."""
    runs: tuple[Trial, ...]
    """The first replicate, in standard order; none where the design is sequential."""
    order: tuple[Trial, ...]
    """Every trial, in the order in which it would begin; none where the design is sequential."""
    findings: tuple[Finding, ...]
    figures: Figures
    assumed: Assumptions

    @property
    def size(self) -> str:
        """How many runs and replicates, on what."""
        study = self.study
        if not self.runs:
            return f"{design_of(study).size(study)} trials by {study.design}"
        runs = f"{len(self.runs):,} run{'' if len(self.runs) == 1 else 's'}"
        return f"{runs} x {study.replicates} replicate{'s' if study.replicates > 1 else ''} on {study.design}"


def judge(name: str, wishes: Wishes, assumed: Assumptions) -> Judged:
    """Read what was typed, and evaluate it; nothing is trained and nothing is written.

    Raises:
        DoeError: Whatever of it the user can mend.
    """
    ready = _with_trainer(name, wishes) if names_trainer(name, DESIGNS, wishes) else None
    study = ready.study if ready else sketch(name, DESIGNS, wishes, _bare_columns(wishes.design or name))
    runs = ready.trials if ready else tuple(design_of(study).runs(study))
    epochs = _epochs_of(ready, study)
    assumed = _informed(ready, study, replace(assumed, epochs=_known(runs, epochs)))
    order = tuple(islice(design_of(study).propose(study, (), ()), len(runs) * study.replicates))
    findings = evaluate(study, runs, assumed)
    if assumed.effect is not None and (found := cheapest(study, runs, assumed, epochs)):
        findings.append(found)
    return Judged(study, ready, runs, order, tuple(findings), figures(study, runs), assumed)


def _with_trainer(name: str, wishes: Wishes) -> Plan:
    """The plan as it would be run; where a study has the name of a design, say how the design itself is had."""
    try:
        return plan(name, wishes)
    except DoeError as error:
        if name in DESIGNS and wishes.trainer is None and wishes.factors:
            raise StudyError(f"{error}; --trainer none plans the bare {name}") from None
        raise


def _bare_columns(name: str) -> tuple[int, ...]:
    """How many levels each column of a design has that is an array; none of another."""
    from doe.designs._arrays import ARRAYS, levels

    return levels(name) if name in ARRAYS else ()


def _epochs_of(ready: Plan | None, study: Study) -> Callable[[Trial], int | None]:
    """How long a trial trains: as its trainer would be told, or without one as the factors and constants say."""
    if ready:
        return lambda trial: ready.prepared.task(trial).epochs

    def told(trial: Trial) -> int | None:
        within = study.within
        if within is not None:
            ends = [level for level in within.levels if isinstance(level, int)]
            return max(ends) if within.name == "epochs" and ends else None
        said = {**study.constants, **trial.setting}.get("epochs")
        return said if isinstance(said, int) and not isinstance(said, bool) else None

    return told


def _known(runs: Sequence[Trial], epochs: Callable[[Trial], int | None]) -> tuple[int, ...]:
    """The epochs of every run; nothing where those of one are not known."""
    found = tuple(count for run in runs if (count := epochs(run)) is not None)
    return found if len(found) == len(runs) else ()


def _informed(ready: Plan | None, study: Study, assumed: Assumptions) -> Assumptions:
    """What is assumed, with the numbers of images that the plan itself tells, and the time that was measured."""
    if ready is None:
        return assumed
    split = study.objective.response.partition("_")[0]
    return replace(
        assumed,
        train_images=assumed.train_images or ready.images.get("train") or None,
        images=assumed.images or ready.images.get(split) or None,
        seconds_an_epoch=_measured(study),
    )


def _measured(study: Study) -> float | None:
    """What an epoch took in the trials of this study that have completed here; None where there are none."""
    path = folders.journal_of(study.name)
    if not path.exists():
        return None
    completed = fold(read(path)).completed.values()
    epochs = sum(outcome.readings[-1].epoch for outcome in completed)
    return sum(outcome.seconds for outcome in completed) / epochs if epochs else None
