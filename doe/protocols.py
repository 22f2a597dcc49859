"""The verbs of an experiment: what each replaceable part must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from doe.model import Completed, Failed, Finding, Level, Outcome, Reading, Results, Setting, Study, Trial

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Task:
    """All that a worker must be told to carry out a trial; plain values, so that it can travel as JSON."""

    trainer: str
    """Module or file of the trainer and its function: ``trainers.vgg16:train`` or ``/home/me/mine.py:train``."""

    dataset: str | None
    """Dataset module and path: ``trainers.datasets.image_folder:faces/``."""

    options: Setting = field(hash=False)
    """What the dataset's ``load`` is told."""

    hyperparameters: Setting = field(hash=False)
    """What the trainer is told after the star: the trial's setting and the study's constants."""

    epochs: int
    """How many epochs to ask for."""

    seed: int
    """The trial's seed."""

    wanted: str
    """The response that the study is after."""

    read_at: tuple[int, ...] = ()
    """The epochs at which it must be reported; none: at the last."""

    timeout: float | None = None
    """Seconds after which the trial has failed."""

    missed_epochs: int | None = None
    """It has failed as well when it was silent for as long as so many of its longest epoch, and for some seconds."""

    checkpoint: str | None = None
    """A folder in which the trainer may keep what it needs to go on, if the trial is killed and begun again."""

    pictures: str | None = None
    """A folder for what people would look at, made of the trained network; it need not be there."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What an executor may use."""

    slots: int | None = None
    """How many trials side by side; None: as many as the machine has room for."""

    gpus_per_trial: float | None = None
    """The share of a GPU that a trial takes; None: a whole one, where there are any."""

    shared: bool = False
    """Whether as many trials share a GPU as the first one, measured, leaves room for."""

    address: str | None = None
    """An existing Ray cluster."""

    threads: int = 1
    """Threads a trial; results on a CPU can depend on it in the last digit."""

    preload: tuple[str, ...] = ()
    """Modules that every trial imports; worth importing once."""

    logs: Path | None = None
    """A folder for what trials print; None: it is thrown away."""


@dataclass(frozen=True, slots=True)
class Started:
    """A worker took up a trial."""

    trial: Trial
    where: Mapping[str, Level] = field(hash=False)
    """Host, process, device, threads."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A trial has yielded another reading."""

    trial: Trial
    reading: Reading


Event: TypeAlias = Started | Epoch | Completed | Failed
"""What an executor tells of its trials."""


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A study is taken up, with what is done of it already."""

    done: int
    """How many trials have ended for good."""


@dataclass(frozen=True, slots=True)
class Again:
    """A trial broke, and is being tried once more."""

    failed: Failed


Progress: TypeAlias = TakenUp | Started | Epoch | Again | Completed | Failed
"""What conducting a study tells of it; Completed and Failed are final."""


class Design(Protocol):
    """Says which trials may begin, knowing all that came before; pure: the same question has the same answer."""

    def propose(self, study: Study, done: Sequence[Outcome], pending: Sequence[Trial]) -> Iterable[Trial]:
        """The trials that may begin now, first first; none when the design is spent or must wait for pending ones.

        A fixed design gives all that are left, lazily; a sequential one gives the next, and is asked again.
        """

    def stops(
        self,
        study: Study,
        done: Sequence[Outcome],
        under_way: Mapping[tuple[int, int], Sequence[Reading]],
        trial: Trial,
    ) -> str | None:
        """Why a trial under way should end after its last reading, in a line; None: it should go on.

        ``under_way`` holds by their keys the readings so far of all trials under way, this one's among them.
        """

    def runs(self, study: Study) -> Sequence[Trial]:
        """The first replicate of every run in standard order; none where each is chosen in the light of the last."""

    def size(self, study: Study) -> int:
        """How many trials the study will have, replicates included."""

    def columns(self, study: Study) -> Mapping[str, int]:
        """The column of an array, counted from 1, that says each factor's level; none where there is no array."""

    @property
    def summary(self) -> str:
        """What it is, what it takes and where it comes from, in one line."""


class Executor(Protocol):
    """Carries out trials, several at a time, and tells what becomes of them. Closing it ends all it has begun."""

    @property
    def slots(self) -> int:
        """How many trials may be under way at once."""

    def submit(self, trial: Trial, task: Task) -> None:
        """Take a trial up; never more than ``slots`` at once."""

    def events(self) -> Iterator[Event]:
        """What happens to the trials submitted, as it happens, until none is under way; each ends in one Outcome.

        Trials may be submitted while it is iterated.
        """

    def stop(self, trial: Trial, reason: str) -> None:
        """End a trial under way: its outcome is Failed, kind ``pruned``, with its readings, unless it ends by itself.

        Nothing happens where no such trial is under way.
        """

    def close(self) -> None:
        """Kill what is under way and let go of all resources; may be called twice."""


class Tracker(Protocol):
    """Keeps a copy of the journal elsewhere; may fail without hurting a trial, and is replayed from the journal."""

    def write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Take the next lines of the journal; lines it has had before change nothing."""

    def keep(self, files: Sequence[Path]) -> None:
        """Keep files beside the study: tables, plots, reports."""


Evaluation: TypeAlias = Callable[[Study, Sequence[Trial]], Finding | None]
"""What can be said of a study's runs before any is trained; None where it does not apply."""

Analysis: TypeAlias = Callable[[Results], Finding | None]
"""A table of results in, a finding out; None where the analysis does not apply to this table."""

Plot: TypeAlias = "Callable[[Results], Figure | None]"
"""Results in, a figure out; None where there is nothing to draw."""


@dataclass(frozen=True)
class Account:
    """All that a report may tell: what was planned, what came of it, what was found in it and how it was done."""

    name: str
    """The name of the study, or of the file of a table."""

    results: Results
    """The table, the factors and the objective."""

    findings: tuple[Finding, ...]
    """What the analyses found."""

    study: Study | None = None
    """The plan; None for a table from elsewhere."""

    evaluations: tuple[Finding, ...] = ()
    """What can be said of the runs that completed, whatever their responses are."""

    figures: Mapping[str, Figure] = field(default_factory=dict)
    """The plots by name."""

    opened: tuple[Mapping[str, Any], ...] = ()
    """The code, the machine and the data of each time the study was taken up."""

    beside: str = "figures"
    """The folder beside the page for figures that the page itself cannot hold."""

    date: str = ""
    """The day it was done, as in 2026-01-31."""

    next: tuple[tuple[str, str], ...] = ()
    """What would tell more, and the command that does it; what matters most first."""

    pictures: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """By the name of a confirmed setting the files that its trainer has drawn: pictures and tables."""


Report: TypeAlias = Callable[[Account], str | bytes]
"""An account in, a page out: text, or the bytes of a file."""
