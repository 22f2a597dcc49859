"""A study at work: its journal opened, its trials conducted, its trackers fed, its files written."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from doe import addresses, folders
from doe.concluding import Conducted, conclude, get_ready, write_files
from doe.conduct import conduct
from doe.executors import EXECUTORS, choose, early, processor
from doe.history import History, fold
from doe.journal import Journal, read
from doe.loading import Prepared, late_imports, nearest
from doe.model import Completed, Failed, StudyError, Trial
from doe.protocols import Again, Design, Progress, Resources, Task, Tracker
from doe.provenance import mixed, provenance, unlike
from doe.trackers import TRACKERS, Follower, local, shown

SHARE = "share"
"""The hyperparameter by which a trainer is told whether to share work between trials."""

PATIENCE = 20.0
"""Seconds that a finished study waits for a tracker that lags behind."""


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
    shares: bool = True
    """Whether trials share what does not depend on what varies; only of trainers that know of ``share``."""

    @property
    def chosen(self) -> str:
        """The executor's name, once ``auto`` has been decided."""
        return choose(self.resources) if self.executor == "auto" else self.executor

    def __post_init__(self) -> None:
        known = ["auto", *EXECUTORS]
        if self.executor not in known:
            raise StudyError(f"no executor {self.executor!r}; {nearest(self.executor, known)}")


@dataclass(frozen=True, slots=True)
class Part:
    """What of a study is carried out now: its own design, or a phase after it."""

    prepared: Prepared
    design: Design
    runs: range
    """The numbers that its runs may have."""
    draws: bool = False
    """Whether the trainer is asked to draw what people would look at, once for each setting."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told what happens, and who says when to stop."""

    listen: Callable[[Progress], None]
    say: Callable[[str], None]
    stopping: Callable[[], bool]


@contextmanager
def taken_up(name: str, say: Callable[[str], None]) -> Iterator[tuple[Journal, History]]:
    """The journal of a study, locked for this driver, and what it says.

    Raises:
        DoeError: Another driver runs it, or it cannot be written.
    """
    path = folders.journal_of(name)
    folders.make(path.parent)
    with Journal(path) as journal:
        if journal.mended:
            say(f"a torn last line of {journal.mended} bytes was set aside; its trial is run again")
        yield journal, fold(read(path))


def note_opened(journal: Journal, history: History, description: str, images: Mapping[str, int]) -> None:
    """Write down with what code, on what machine and on what data the study goes on."""
    opened = {**provenance(), "data": description, "images": dict(images)}
    journal.write("opened", **opened)
    history.opened.append({"time": time.time(), **opened})


def carry_out(part: Part, manner: Manner, journal: Journal, history: History, ears: Ears) -> Conducted:
    """Conduct what is left of a part, analyse the whole study, and write its files."""
    study = part.prepared.study
    on_ray = manner.chosen == "ray"
    for said in addresses.warnings(manner.resources.address, manner.tracking_uri, on_ray=on_ray):
        ears.say(said)
    if manner.retry_failed:
        _reopen(journal, history, part.runs)
    for said in _unlike(manner, history) if history.completed else ():
        ears.say(said)
    follower = _follower(manner, journal.path, ears.say)
    for event in _conduct(part, manner, journal, history, ears.stopping):
        if follower:
            follower.poke()
        ears.listen(event)
    for said in mixed(_where(history)) if manner.resources.address else ():
        ears.say(said)
    own = history.study or study
    conducted = conclude(folders.with_kept_table(own), history)
    files = write_files(conducted)
    if follower:
        follower.finish(files, PATIENCE)
    return conducted


def _unlike(manner: Manner, history: History) -> tuple[str, ...]:
    """On a cluster it shows only afterwards which machine a trial was given."""
    here = None if manner.resources.address else processor()
    return unlike(history.opened, _where(history), manner.resources.threads, here)


def _where(history: History) -> list[Mapping[str, Any]]:
    return [history.where.get(key, {}) for key in history.completed]


@contextmanager
def started_early(manner: Manner) -> Iterator[Callable[[Prepared], None]]:
    """Have what the trials of a study need imported while it is still being planned, as soon as it is known."""
    with early(manner.chosen) as begin:
        yield lambda prepared: begin(_preloaded(prepared, manner))


def open_tracker(tracking_uri: str | None) -> Tracker:
    """MLflow at an address, or in this folder's own ``mlruns``."""
    ours, artifacts = local(folders.MLRUNS)
    return TRACKERS["mlflow"](tracking_uri, None) if tracking_uri else TRACKERS["mlflow"](ours, artifacts)


def _conduct(
    part: Part, manner: Manner, journal: Journal, history: History, stopping: Callable[[], bool]
) -> Iterator[Progress]:
    study = part.prepared.study
    folders.clear_checkpoints(study.name, {outcome.trial.key for outcome in history.outcomes(study.retries)})
    done = history.outcomes(study.retries, part.runs)
    if next(iter(part.design.propose(study, done, ())), None) is None:
        return  # nothing is left, and no executor need be started
    logs = folders.folder_of(study.name).resolve() / "logs"
    resources = replace(_preloaded(part.prepared, manner), logs=logs)
    with closing(EXECUTORS[manner.chosen](resources)) as executor:
        for event in conduct(
            study,
            part.design,
            executor,
            lambda trial: _task(part, manner, trial, history),
            journal=journal,
            history=history,
            runs=part.runs,
            stopping=stopping,
        ):
            if (trial := _begins_anew(event)) is not None:
                folders.clear_checkpoints(study.name, {trial.key})
            yield event
    folders.drop_checkpoints(study.name)


def _preloaded(prepared: Prepared, manner: Manner) -> Resources:
    return replace(manner.resources, preload=late_imports(prepared.trainer.reference.partition(":")[0]))


def _task(part: Part, manner: Manner, trial: Trial, history: History) -> Task:
    """What a worker must be told, where the trial may keep what it needs to go on, and where it draws.

    It keeps nothing where the seconds that it takes are asked for: those before it was killed would be missing.
    """
    task, study, trainer = part.prepared.task(trial), part.prepared.study, part.prepared.trainer
    bare = task  # who goes on may share, and draw, other than who was killed
    if not manner.shares and SHARE in trainer.hyperparameters:
        task = replace(task, hyperparameters={**task.hyperparameters, SHARE: False})
    if part.draws and trainer.draws and trial.replicate == 1:
        task = replace(task, pictures=str(folders.pictures_of(study.name, trial.run)))
    timed = "seconds" in {study.objective.response, *(objective.response for objective in study.analysis.also)}
    if timed or not trainer.goes_on:
        return task
    folder = folders.checkpoint_of(study.name, trial, _mark(bare, history.opened[-1] if history.opened else {}))
    return replace(task, checkpoint=str(folder) if folder else None)


def _mark(task: Task, opened: Mapping[str, Any]) -> str:
    """What tells a training from others: all that it is told, and the code that it is done with."""
    file = Path(task.trainer.rpartition(":")[0])
    code = [opened.get("code_version"), opened.get("versions"), file.read_text() if file.suffix == ".py" else ""]
    told = {
        field.name: getattr(task, field.name)
        for field in fields(task)
        if field.name not in {"timeout", "missed_epochs"}
    }
    return sha256(json.dumps([told, code], sort_keys=True, default=dict).encode()).hexdigest()[:12]


def _begins_anew(event: Progress) -> Trial | None:
    """The trial for which what it has kept is of no use any more: it ended for good, or it took too long."""
    match event:
        case Completed() | Failed():
            return event.trial
        case Again(failed=Failed(kind="timeout") as failed):
            return failed.trial
    return None


def _follower(manner: Manner, path: Path, say: Callable[[str], None]) -> Follower | None:
    if manner.tracking_uri == "none":
        return None
    where = f"MLflow at {shown(manner.tracking_uri or str(folders.MLRUNS / 'mlflow.db'))}"
    remedy = f"doe export mlflow {path.parent.name}"
    remedy += f" --tracking-uri {shown(manner.tracking_uri)}" if manner.tracking_uri else ""

    def opened() -> Tracker:
        """In a thread of its own, while the driver waits for trials, and only there: two may meet half-made modules."""
        tracker = open_tracker(manner.tracking_uri)
        get_ready()
        return tracker

    return Follower(path, opened, say, where, remedy)


def _reopen(journal: Journal, history: History, runs: range) -> None:
    broken = {key: some[-1] for key, some in history.failures.items() if key not in history.completed and some}
    for key in [key for key, last in broken.items() if key[0] in runs and last.kind != "pruned"]:
        journal.write("reopened", run=key[0], replicate=key[1])
        del history.failures[key]
