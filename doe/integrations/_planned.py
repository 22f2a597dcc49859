"""A fixed design laid out for factors that somebody else's code knows: what every guest of another library needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from doe.concluding import design_of
from doe.designs import DESIGNS, Fixed
from doe.loading._toml import factor_of, layout_of
from doe.model import Factor, Failed, Kind, Level, Objective, Results, Setting, Study, StudyError, Trial

Given: TypeAlias = Mapping[str, Any]
"""For each factor its levels, or ``{"levels": [...], "scale": "log", "role": "noise"}``, or a ``doe.Factor``."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which design is wanted."""

    design: str = "auto"
    replicates: int = 1
    layout: Mapping[str, Any] | None = None
    seed: int = 0


@dataclass(frozen=True)
class Planned:
    """A study whose trials somebody else begins."""

    study: Study
    values: Mapping[str, Mapping[str, Any]]
    """For each factor, by the ``repr`` of a level, what the user gave for it, be it None or an estimator."""
    trials: tuple[Trial, ...]
    """All of them, replicates included, in the order in which they are to be begun."""

    def told(self, setting: Setting) -> dict[str, Any]:
        """A setting in the user's own values; numbers between the levels are as they are."""
        return {name: self.values[name].get(repr(level), level) for name, level in setting.items()}


def plan_for(factors: Given, wish: Wish) -> Planned:
    """Lay a design out.

    Raises:
        DoeError: The factors do not fit the design, or it is none that is known before the first trial.
    """
    if not factors:
        raise StudyError("no factors are given; wanted a mapping of each factor's name to its levels")
    pairs = {name: _factor(name, value) for name, value in factors.items()}
    study = Study(
        name=f"a study of {', '.join(pairs)}",
        design=wish.design,
        factors=tuple(factor for factor, _ in pairs.values()),
        objective=Objective("value"),
        trainer="",
        layout=layout_of({"layout": {name: _listed(value) for name, value in (wish.layout or {}).items()}}, ()),
        replicates=wish.replicates,
        seed=wish.seed,
    )
    design = design_of(study)
    if not isinstance(design, Fixed):
        fixed = ", ".join(
            name for name, each in DESIGNS.items() if isinstance(each, Fixed) and not name.startswith("l")
        )
        raise StudyError(
            f"design {wish.design!r} has no runs before the first trial; wanted an array, or one of {fixed}"
        )
    if study.within:
        raise StudyError(f"factor {study.within.name!r} is read off along each training, which only doe run can do")
    return Planned(study, {name: values for name, (_, values) in pairs.items()}, tuple(design.propose(study, (), ())))


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _factor(name: str, value: Any) -> tuple[Factor, dict[str, Any]]:
    """The factor, and what the user gave for each of its levels."""
    if isinstance(value, Factor):
        return replace(value, name=name), {repr(level): level for level in value.levels}
    page = dict(value) if isinstance(value, Mapping) else {"levels": value}
    given = page.get("levels", ())
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise StudyError(f"factor {name!r}: wanted a list of levels, not {given!r}")
    given = list(given)
    factor = factor_of(name, {**page, "levels": [level_of(each) for each in given]})
    return factor, {repr(level): each for level, each in zip(factor.levels, given, strict=True)}


def level_of(value: Any) -> Level:
    """A value as a level: what is neither a number nor a text is called by its text."""
    plain = value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value
    return plain if isinstance(plain, bool | int | float | str) else str(plain)


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one trial somewhere else."""

    trial: Trial
    metrics: Mapping[str, float] | None
    """Its responses; None where it failed."""
    reason: str = ""
    kind: Kind = "error"
    seconds: float = 0.0


def results_of(factors: Sequence[Factor], objective: Objective, ended: Sequence[Ended]) -> Results:
    """A table of results: a row a trial that has responses; the others are its failures."""
    import pandas as pd

    names = [factor.name for factor in factors]
    rows = [
        {
            "run": each.trial.run,
            "replicate": each.trial.replicate,
            "seed": each.trial.seed,
            **{name: each.trial.setting[name] for name in names},
            "seconds": each.seconds,
            **each.metrics,
        }
        for each in ended
        if each.metrics is not None
    ]
    columns = list(dict.fromkeys(["run", "replicate", "seed", *names, "seconds", objective.response]))
    table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)
    failures = tuple(Failed(e.trial, e.kind, e.reason, e.seconds) for e in ended if e.metrics is None)
    return Results(tuple(factors), objective, table, failures)


def predicted_setting(results: Results) -> dict[str, Level] | None:
    """The setting that the finding ``optimum`` predicts to be best; None where it predicts none."""
    from doe.analyses import ANALYSES

    found = ANALYSES["optimum"](results)
    text = next((str(row["setting"]) for row in found.table if row["best"] == "predicted"), None) if found else None
    if text is None:
        return None
    chosen = [factor for factor in results.factors if factor.role == "control"]
    parts = re.fullmatch(", ".join(f"{re.escape(each.name)}=({_pattern(each)})" for each in chosen), text)
    if parts is None:
        return None
    return {factor.name: _read(factor, part) for factor, part in zip(chosen, parts.groups(), strict=True)}


def _pattern(factor: Factor) -> str:
    """What may be written for a factor: one of its levels, or a number between them."""
    levels = sorted((re.escape(str(level)) for level in factor.levels), key=len, reverse=True)
    return "|".join([*levels, *([] if factor.scale == "nominal" else [r"[-+.\de]+"])])


def _read(factor: Factor, text: str) -> Level:
    known = {str(level): level for level in factor.levels}
    if text in known:
        return known[text]
    number = float(text)
    return int(number) if number.is_integer() and all(isinstance(level, int) for level in factor.levels) else number
