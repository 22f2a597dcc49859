"""What is planned: factors, and a study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from doe.model._asked import Asked, Objective
from doe.model._sliding import Sliding, faults, product
from doe.model._values import Level, Setting, StudyError, is_number, shown

Scale: TypeAlias = Literal["nominal", "linear", "log"]
Role: TypeAlias = Literal["control", "within", "noise", "block"]


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

    times: Sliding | None = None
    """Another factor by whose level these are multiplied before the trainer gets them; None: they are taken as is."""

    def __post_init__(self) -> None:
        if not self.levels:
            raise StudyError(f"factor {self.name!r} has no levels")
        if self.times is not None and not all(is_number(level) for level in self.levels):
            raise StudyError(f"factor {self.name!r} slides, but not all its levels are numbers: {shown(self.levels)}")
        if len(set(map(repr, self.levels))) < len(self.levels):
            raise StudyError(f"factor {self.name!r} repeats a level: {shown(self.levels)}")
        if self.scale != "nominal" and not all(is_number(level) for level in self.levels):
            raise StudyError(f"factor {self.name!r} has scale {self.scale!r}, but not all its levels are numbers")
        if self.scale == "log" and not all(is_number(level) and level > 0 for level in self.levels):  # type: ignore[operator]
            raise StudyError(f"factor {self.name!r} has scale 'log', but not all its levels are above zero")


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

    missed_epochs: int | None = None
    """A trial that has been silent for as long as so many of its longest epoch hangs: it is stopped as well."""

    question: str = ""
    """What the study is to answer, in one sentence."""

    analysis: Asked = field(default_factory=Asked)
    """What its analysis is to take into account besides the main effects."""

    def __post_init__(self) -> None:
        if not self.factors:
            raise StudyError(f"study {self.name!r} has no factors; --factor NAME=LEVEL,LEVEL,... gives it one")
        names = [factor.name for factor in self.factors]
        self.analysis.check(names)
        for name in names:
            if names.count(name) > 1:
                raise StudyError(f"factor {name!r} is given twice")
            if name in self.constants:
                raise StudyError(f"{name!r} is a factor and a constant at once")
        levels = {f.name: f.levels for f in self.factors} | {name: (value,) for name, value in self.constants.items()}
        for fault in faults(self.sliding, levels, self.within.name if self.within else None):
            raise StudyError(fault)
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
    def sliding(self) -> dict[str, Sliding]:
        """The factors whose levels are relative to the level of another, and to which."""
        return {factor.name: factor.times for factor in self.factors if factor.times is not None}

    def passed(self, setting: Setting) -> dict[str, float]:
        """What the trainer is told of the sliding factors in a setting: level times base.

        Raises:
            StudyError: The setting has a value of the other factor for which there is no base.
        """
        told = {**self.constants, **setting}
        found: dict[str, float] = {}
        for name, sliding in self.sliding.items():
            base = sliding.base(told[sliding.on])
            if base is None:
                raise StudyError(f"factor {name!r} has no base for {sliding.on} = {told[sliding.on]}; it has {sliding}")
            found[name] = product(float(told[name]), base)
        return found

    @property
    def identity(self) -> dict[str, Any]:
        """What makes the plan this plan: a change of any of it is a new study. Plain values, defaults left out.

        Of the analysis only what must be declared before any result is seen.
        """
        plain = asdict(self)
        for name in (
            "name",
            "replicates",
            "budget",
            "retries",
            "trial_timeout",
            "missed_epochs",
            "question",
            "analysis",
        ):
            del plain[name]
        plain["pooled"] = self.analysis.pooled
        if "sha256" in self.layout:  # a table is its content, wherever it lies
            plain["layout"].pop("file", None)
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
