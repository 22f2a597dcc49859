"""The nouns of an experiment: frozen values that every other module speaks in."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

Level: TypeAlias = bool | int | float | str
Setting: TypeAlias = Mapping[str, Level]
Metrics: TypeAlias = Mapping[str, float]
Cell: TypeAlias = Level | None
Scale: TypeAlias = Literal["nominal", "linear", "log"]
Role: TypeAlias = Literal["control", "within", "noise", "block"]
Goal: TypeAlias = Literal["maximize", "minimize", "target"]
Kind: TypeAlias = Literal["diverged", "error", "crashed", "memory", "timeout", "missing"]

FINAL: frozenset[Kind] = frozenset({"diverged", "missing"})
"""Failures that the setting itself brings about: the same seed would fail again, so they are not tried again."""


class DoeError(Exception):
    """Anything that the user can mend; the command line says it in one line. Each kind stands beside what raises it."""

    exit_code = 2


class StudyError(DoeError):
    """The study contradicts itself."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A hyperparameter that the study varies on purpose."""

    name: str
    """The keyword under which the trainer (or the dataset) knows it."""

    levels: tuple[Level, ...]
    """The values it may take, in order: level 1, level 2, ..."""

    scale: Scale = "nominal"
    """How far apart two levels are; a sequential design searches between the outermost ones."""

    role: Role = "control"
    """What it does in the study; a ``within`` factor is read off along each training instead of being set."""

    def __post_init__(self) -> None:
        if not self.levels:
            raise StudyError(f"factor {self.name!r} has no levels")
        if len(set(map(repr, self.levels))) < len(self.levels):
            raise StudyError(f"factor {self.name!r} repeats a level: {shown(self.levels)}")
        if self.scale != "nominal" and not all(is_number(level) for level in self.levels):
            raise StudyError(f"factor {self.name!r} has scale {self.scale!r}, but not all its levels are numbers")
        if self.scale == "log" and not all(is_number(level) and level > 0 for level in self.levels):  # type: ignore[operator]
            raise StudyError(f"factor {self.name!r} has scale 'log', but not all its levels are above zero")


@dataclass(frozen=True, slots=True)
class Objective:
    """The response that the study is after, and which way is better."""

    response: str
    """The name of one of the trainer's metrics."""

    goal: Goal = "maximize"
    """Which way is better."""

    target: float | None = None
    """The value to hit, where the goal is a target."""

    def __post_init__(self) -> None:
        if (self.goal == "target") != (self.target is not None):
            raise StudyError(
                f"goal {self.goal!r} of {self.response!r}: a target value belongs to the goal 'target' only"
            )

    def loss(self, value: float) -> float:
        """How far a value is from what is wanted; smaller is better, whatever the goal."""
        if self.target is not None:
            return abs(value - self.target)
        return -value if self.goal == "maximize" else value


@dataclass(frozen=True, slots=True)
class Study:
    """The whole plan, before anything has been run."""

    name: str
    """Its folder's name under ``mlruns/studies``."""

    design: str
    """The name of a design: what says which trial comes next."""

    factors: tuple[Factor, ...]
    """What is varied."""

    objective: Objective
    """What is wanted."""

    trainer: str
    """The name, module or file of the trainer."""

    dataset: str | None = None
    """The dataset and its path, as in ``image_folder:faces/``; None for a trainer that needs none."""

    constants: Setting = field(default_factory=dict, hash=False)
    """What the trainer and the dataset are told besides their factors."""

    layout: Mapping[str, Level | tuple[Level, ...]] = field(default_factory=dict, hash=False)
    """What the design is told besides the factors: interactions wanted, a resolution, a number of runs."""

    replicates: int = 1
    """How often each run is trained, each time under another seed."""

    budget: int | None = None
    """How many runs a sequential design may propose, each trained once a replicate; None: its usual number."""

    seed: int = 0
    """What the order of the runs and the seeds of the trials are derived from."""

    retries: int = 1
    """How often a trial is tried again that broke for a reason outside its setting."""

    trial_timeout: float | None = None
    """Seconds after which a trial is stopped and recorded as failed."""

    question: str = ""
    """What the study is to answer, in one sentence."""

    def __post_init__(self) -> None:
        if not self.factors:
            raise StudyError(f"study {self.name!r} has no factors; --factor NAME=LEVEL,LEVEL,... gives it one")
        names = [factor.name for factor in self.factors]
        for name in names:
            if names.count(name) > 1:
                raise StudyError(f"factor {name!r} is given twice")
            if name in self.constants:
                raise StudyError(f"{name!r} is a factor and a constant at once")
        for name, least in (("replicates", 1), ("retries", 0)):
            if getattr(self, name) < least:
                raise StudyError(f"{name} = {getattr(self, name)}: wanted {least} or more")

    @property
    def array_factors(self) -> tuple[Factor, ...]:
        """The factors that a design sets; the others are read off along the training."""
        return tuple(factor for factor in self.factors if factor.role != "within")

    @property
    def within(self) -> Factor | None:
        """The factor that is read off along each training, if there is one."""
        return next((factor for factor in self.factors if factor.role == "within"), None)

    @property
    def identity(self) -> dict[str, Any]:
        """What makes the plan this plan: a change of any of it is a new study. Plain values, defaults left out."""
        plain = asdict(self)
        for name in ("name", "replicates", "budget", "retries", "trial_timeout", "question"):
            del plain[name]
        found: dict[str, Any] = _without_nothing(plain)
        return found

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that stand for ``identity``."""
        import hashlib

        canonical = json.dumps(self.identity, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Trial:
    """One training: a run of the design under one seed."""

    run: int
    """The row of the design, counted from 1."""

    replicate: int
    """Which repetition of that row this is, counted from 1."""

    seed: int
    """Depends on the study and the replicate only, never on order or worker."""

    setting: Setting = field(hash=False)
    """The level of every factor that the design sets."""

    @property
    def key(self) -> tuple[int, int]:
        """Which trial this is, whatever became of it."""
        return self.run, self.replicate


@dataclass(frozen=True, slots=True)
class Reading:
    """The metrics of a trial at one epoch."""

    epoch: int
    """Counted from 1."""

    metrics: Metrics = field(hash=False)
    """What the trainer yielded."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A trial that ended, and all it yielded; only such a trial has responses."""

    trial: Trial
    readings: tuple[Reading, ...]
    """One an epoch, in order; never empty."""
    seconds: float
    """What the training took, by the worker's own clock."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A trial that broke, and why."""

    trial: Trial
    kind: Kind
    """What sort of failure; see FINAL."""
    reason: str
    """One line for a person."""
    seconds: float = 0.0
    readings: tuple[Reading, ...] = ()
    """What it yielded before it broke."""


Outcome: TypeAlias = Completed | Failed


@dataclass(frozen=True)
class Results:
    """What an analysis sees, be it from a journal or from any table."""

    factors: tuple[Factor, ...]
    """The factors, each a column of the table."""

    objective: Objective
    """The response, a numeric column of the table, and which way is better."""

    table: pd.DataFrame
    """One row a reading that counts; only completed trials stand in it. ``run`` and ``replicate`` where known."""

    failures: tuple[Failed, ...] = ()
    """The trials that did not complete."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One table, and the sentence that says what it shows."""

    name: str
    """The name of the analysis or evaluation that found it."""

    title: str
    """A heading."""

    table: tuple[Mapping[str, Cell], ...] = field(hash=False)
    """Rows of column: value; the first row names the columns. Numbers in full precision."""

    note: str = ""
    """What the table shows, in a sentence or two."""

    warns: bool = False
    """Whether the note tells of something that limits what can be concluded."""


def _without_nothing(value: Any) -> Any:
    """A plain value without what is None or empty, so that a part added later, and not used, changes no digest."""
    if isinstance(value, dict):
        return {name: _without_nothing(item) for name, item in value.items() if item not in (None, {}, ())}
    if isinstance(value, list | tuple):
        return [_without_nothing(item) for item in value]
    return value


def is_number(level: object) -> bool:
    """Whether a level is a finite number; True and False are not."""
    return isinstance(level, int | float) and not isinstance(level, bool) and math.isfinite(level)


def shown(levels: tuple[Level, ...]) -> str:
    """Levels as a person writes them: separated by commas."""
    return ", ".join(str(level) for level in levels)
