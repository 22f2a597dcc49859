"""A study from its plan to its findings: the parts chosen by name, put together, and set to work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from doe import folders
from doe.concluding import Conducted, conclude, design_of, write_files
from doe.conduct import conduct
from doe.designs import DESIGNS
from doe.evaluations import evaluate
from doe.executors import EXECUTORS, choose
from doe.history import History, fold, take_up
from doe.journal import Journal, read
from doe.loading import Prepared, Wishes, late_imports, load_dataset, load_study, nearest, prepare
from doe.model import Finding, Study, StudyError, Trial
from doe.protocols import Progress, Resources, Tracker
from doe.provenance import provenance
from doe.trackers import TRACKERS, Follower, local, shown

PATIENCE = 20.0
"""Seconds that a finished study waits for a tracker that lags behind."""


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


@dataclass(frozen=True, slots=True)
class Manner:
    """How a study is to be run; none of it changes a reading."""

    executor: str = "auto"
    resources: Resources = field(default_factory=Resources)
    tracking_uri: str | None = None
    """An MLflow server or database; None: ``mlruns/mlflow.db``; ``none``: no tracking."""
    retry_failed: bool = False
    """Whether trials that failed for good are tried again."""
    fresh: bool = False
    """Whether a study of the same name is set aside and begun anew."""

    @property
    def chosen(self) -> str:
        """The executor's name, once ``auto`` has been decided."""
        return choose(self.resources) if self.executor == "auto" else self.executor

    def __post_init__(self) -> None:
        known = ["auto", *EXECUTORS]
        if self.executor not in known:
            raise StudyError(f"no executor {self.executor!r}; {nearest(self.executor, known)}")


def plan(name: str, wishes: Wishes | None = None) -> Plan:
    """Read a study or a design by name, and check and evaluate it: nothing is trained.

    Raises:
        DoeError: Whatever of it the user can mend.
    """
    prepared = load_study(name, DESIGNS, wishes)
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
    study = plan.study
    table = folders.table_of(study)
    if manner.fresh and (old := folders.set_aside(study.name)):
        say(f"the trials so far are kept in {old}")
    path = folders.journal_of(study.name)
    folders.make(path.parent)
    with Journal(path) as journal:
        if journal.mended:
            say(f"a torn last line of {journal.mended} bytes was set aside; its trial is run again")
        history = fold(read(path))
        take_up(journal, history, study)
        opened = {**provenance(), "data": plan.description, "images": dict(plan.images)}
        journal.write("opened", **opened)
        history.opened.append({"time": time.time(), **opened})
        # what the user does to the table from now on is not this study's any more
        study = folders.keep_table(study, table)
        plan = replace(plan, prepared=replace(plan.prepared, study=study))
        if manner.retry_failed:
            _reopen(journal, history)
        follower = _follower(manner, path, say)
        for event in _conduct(plan, manner, journal, history, stopping):
            if follower:
                follower.poke()
            listen(event)
        conducted = conclude(study, history)
        files = write_files(conducted)
        if follower:
            follower.finish(files, PATIENCE)
    return conducted


def open_tracker(tracking_uri: str | None) -> Tracker:
    """MLflow at an address, or in this folder's own ``mlruns``."""
    ours, artifacts = local(folders.MLRUNS)
    return TRACKERS["mlflow"](tracking_uri, None) if tracking_uri else TRACKERS["mlflow"](ours, artifacts)


def _conduct(
    plan: Plan, manner: Manner, journal: Journal, history: History, stopping: Callable[[], bool]
) -> Iterator[Progress]:
    study = plan.study
    done = history.outcomes(study.retries)
    if next(iter(design_of(study).propose(study, done, ())), None) is None:
        return  # nothing is left, and no executor need be started
    preload = late_imports(plan.prepared.trainer.reference.partition(":")[0])
    logs = folders.folder_of(study.name).resolve() / "logs"
    with closing(EXECUTORS[manner.chosen](replace(manner.resources, preload=preload, logs=logs))) as executor:
        yield from conduct(
            study,
            design_of(study),
            executor,
            plan.prepared.task,
            journal=journal,
            history=history,
            stopping=stopping,
        )


def _follower(manner: Manner, path: Path, say: Callable[[str], None]) -> Follower | None:
    if manner.tracking_uri == "none":
        return None
    where = f"MLflow at {shown(manner.tracking_uri or str(folders.MLRUNS / 'mlflow.db'))}"
    remedy = f"doe export mlflow {path.parent.name}"
    remedy += f" --tracking-uri {shown(manner.tracking_uri)}" if manner.tracking_uri else ""
    return Follower(path, lambda: open_tracker(manner.tracking_uri), say, where, remedy)


def _reopen(journal: Journal, history: History) -> None:
    for key in [key for key in history.failures if key not in history.completed]:
        journal.write("reopened", run=key[0], replicate=key[1])
        del history.failures[key]


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
