"""What is planned: factors, an objective, a study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from doe.model._values import DoeError, Level, Setting, is_number, shown

Scale: TypeAlias = Literal["nominal", "linear", "log"]
Role: TypeAlias = Literal["control", "within", "noise", "block"]
Goal: TypeAlias = Literal["maximize", "minimize", "target"]


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


def _without_nothing(value: Any) -> Any:
    """A plain value without what is None or empty, so that a part added later, and not used, changes no digest."""
    if isinstance(value, dict):
        return {name: _without_nothing(item) for name, item in value.items() if item not in (None, {}, ())}
    if isinstance(value, list | tuple):
        return [_without_nothing(item) for item in value]
    return value
