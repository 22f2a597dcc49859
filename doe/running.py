"""A study from its plan to its findings: the parts chosen by name, put together, and set to work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from doe import folders
from doe.concluding import Conducted, conclude, design_of
from doe.designs import DESIGNS, Later
from doe.evaluations import evaluate
from doe.history import History, take_up, write_phase
from doe.loading import Prepared, Wishes, load_dataset, load_study, prepare, reopened
from doe.model import DoeError, Finding, Phase, Study, StudyError, Trial
from doe.protocols import Progress
from doe.working import Ears, Manner, Part, carry_out, note_opened, started_early, taken_up

__all__ = ["Conducted", "Manner", "Plan", "go_on", "plan", "run"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A study ready to be run, and what can be said of it before."""

    prepared: Prepared
    trials: tuple[Trial, ...]
    """The first replicate of every run, in standard order; none where the design is sequential."""
    findings: tuple[Finding, ...]
    """What the evaluations found."""
    description: str
    """The dataset in a line."""
    images: Mapping[str, int] = field(default_factory=dict, hash=False)
    """How many images each split of the dataset has, where it has splits."""

    @property
    def study(self) -> Study:
        """The study itself."""
        return self.prepared.study

    @property
    def total(self) -> int:
        """How many trials there will be."""
        return design_of(self.study).size(self.study)


def plan(name: str, wishes: Wishes | None = None, *, told: Callable[[Prepared], None] = lambda _: None) -> Plan:
    """Read a study or a design by name, and check and evaluate it: nothing is trained.

    Args:
        name: The study or the design.
        wishes: What is to be other than it stands there.
        told: Told of the study as soon as it is read, before its data are.

    Raises:
        DoeError: Whatever of it the user can mend.
    """
    prepared = load_study(name, DESIGNS, wishes)
    told(prepared)
    study = prepared.study
    folders.table_of(study)
    trials = tuple(design_of(study).runs(study))
    if not trials:
        _check_bases(study)
    description, images = _check_data(prepared, trials)
    return Plan(prepared, trials, tuple(evaluate(study, trials)), description, images)


def run(
    plan: Plan,
    manner: Manner | None = None,
    *,
    listen: Callable[[Progress], None] = lambda _: None,
    say: Callable[[str], None] = print,
    stopping: Callable[[], bool] = lambda: False,
) -> Conducted:
    """Run what is left of a study, analyse it, and write its files.

    Raises:
        DoeError: Another driver runs it, its plan changed, or nothing can be written.
    """
    manner = manner or Manner()
    table = folders.table_of(plan.study)
    if manner.fresh and (old := folders.set_aside(plan.study.name)):
        say(f"the trials so far are kept in {old}")
    with taken_up(plan.study.name, say) as (journal, history):
        take_up(journal, history, plan.study)
        note_opened(journal, history, plan.description, plan.images)
        # what the user does to the table from now on is not this study's any more
        prepared = replace(plan.prepared, study=folders.keep_table(plan.study, table))
        part = Part(prepared, design_of(prepared.study), history.runs_of(-1))
        return carry_out(part, manner, journal, history, Ears(listen, say, stopping))


def go_on(
    name: str,
    decide: Callable[[Conducted, History], Phase],
    manner: Manner | None = None,
    *,
    show: Callable[[Plan, Phase], None] = lambda *_: None,
    listen: Callable[[Progress], None] = lambda _: None,
    say: Callable[[str], None] = print,
    stopping: Callable[[], bool] = lambda: False,
) -> Conducted:
    """Train more of a study that was begun, in its own journal: a new phase, or the last one where it is unfinished.

    Args:
        name: The study, in full or in short.
        decide: The phase, from all that the study has brought; the very last one of the history to go on with it.
        manner: How it is to be run.
        show: Told what will be trained, before it is.
        listen: Told what happens.
        say: Told what is worth a line.
        stopping: Whether nothing new is to begin.

    Raises:
        DoeError: There is no such study, another driver runs it, or there is nothing to decide on.
    """
    manner = manner or Manner()
    with started_early(manner) as told, taken_up(folders.find_begun(name), say) as (journal, history):
        if history.study is None:
            raise StudyError(f"the journal of {name} holds no plan yet")
        with suppress(DoeError):  # what is wrong with it is said when its phase is decided on
            told(reopened(history.study))
        phase = decide(conclude(folders.with_kept_table(history.study), history), history)
        if phase not in history.phases:
            write_phase(journal, history, phase)
        number = history.phases.index(phase)
        plan = _planned(reopened(phase.study))
        show(plan, phase)
        note_opened(journal, history, plan.description, plan.images)
        base = design_of(phase.study)
        past = () if base.runs(phase.study) else tuple(history.outcomes(phase.study.retries, range(1, phase.first_run)))
        later, confirms = Later(base, phase.first_run, past), phase.name == "confirm"
        part = Part(plan.prepared, later, history.runs_of(number), draws=confirms)
        return carry_out(part, manner, journal, history, Ears(listen, say, stopping))


def _planned(prepared: Prepared) -> Plan:
    trials = tuple(design_of(prepared.study).runs(prepared.study))
    description, images = _check_data(prepared, trials)
    return Plan(prepared, trials, (), description, images)


def _check_bases(study: Study) -> None:
    """Refuse levels relative to a number that a sequential design may set between its levels, where no base is."""
    scales = {factor.name: factor.scale for factor in study.factors}
    for name, sliding in study.sliding.items():
        if scales.get(sliding.on, "nominal") != "nominal":
            raise StudyError(
                f"factor {name!r} slides on {sliding.on!r}, which {study.design} may set between its levels;"
                f' scale = "nominal" keeps it to them'
            )


def _check_data(prepared: Prepared, trials: Sequence[Trial]) -> tuple[str, dict[str, int]]:
    """Read the dataset once for every way in which the runs want it, and let the trainer look at it."""
    description, dataset = "no dataset", None
    images: dict[str, int] = {}
    constants = prepared.study.constants
    settings = [prepared.told(trial.setting) for trial in trials] or [dict(constants)]
    if prepared.source:
        known = prepared.source.options
        asked = {tuple((n, v) for n, v in setting.items() if n in known) for setting in settings}
        for options in sorted(asked, key=repr):
            dataset = load_dataset(prepared.source.reference, dict(options))
        description = str(getattr(dataset, "description", prepared.source.name))
        images = {split: len(getattr(dataset, split)) for split in ("train", "val", "test") if hasattr(dataset, split)}
    prepare(prepared.trainer, dataset, iter(settings))
    return description, images
