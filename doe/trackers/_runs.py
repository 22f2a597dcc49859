"""What the lines of a journal mean in MLflow: tags, params and metrics, as plain values that it accepts."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from doe.journal import Line

Status: TypeAlias = Literal["FINISHED", "FAILED", "KILLED"]
Attempt: TypeAlias = tuple[int, int, int]
"""Run, replicate, and the how-manieth time that the trial was begun."""

LONGEST = 5000
"""Characters; MLflow's own bounds are 6,000 for a param, 8,000 for a tag."""


@dataclass(frozen=True, slots=True)
class Point:
    """One metric at one epoch."""

    name: str
    value: float
    time: int
    """Milliseconds since 1970."""
    epoch: int


@dataclass(slots=True)
class Child:
    """What is to be written of one attempt of a trial; what is written is taken out."""

    attempt: Attempt
    begun: int
    """Milliseconds since 1970."""
    last: int
    """The time of its last line."""
    name: str
    tags: dict[str, str]
    params: dict[str, str]
    points: list[Point] = field(default_factory=list)
    status: Status | None = None
    """None while it is under way."""


def begin(line: Line, code_version: str) -> Child:
    """What a trial is, from its line ``begun`` and the code that the driver ran."""
    run, replicate, attempt = line["run"], line["replicate"], line.get("attempt", 1)
    name = f"run {run} · replicate {replicate}" + (f" · attempt {attempt}" if attempt > 1 else "")
    tags = {"doe.run": run, "doe.replicate": replicate, "doe.seed": line["seed"], "doe.attempt": attempt}
    tags["doe.code_version"] = code_version
    tags |= {f"doe.passed.{name_of(factor)}": value for factor, value in line.get("passed", {}).items()}
    time = milliseconds(line)
    return Child((run, replicate, attempt), time, time, name, texts(tags), texts(line["setting"]))


def add(child: Child, line: Line) -> None:
    """Add what a later line says of the trial."""
    child.last = milliseconds(line)
    match line["event"]:
        case "started":
            skipped = {"event", "time", "run", "replicate"}
            child.tags |= texts({f"doe.{name}": value for name, value in line.items() if name not in skipped})
        case "reading":
            child.points += [
                Point(name_of(name), value, child.last, line["epoch"]) for name, value in line["metrics"].items()
            ]
        case "completed":
            child.status = "FINISHED"
            child.tags |= texts({"doe.seconds": line["seconds"]})
        case "failed":
            child.status = "FAILED"
            child.tags |= texts({f"doe.{name}": line[name] for name in ("kind", "reason", "seconds")})


def plan_params(line: Line) -> dict[str, str]:
    """What never changes of a plan, from a line ``study``."""
    plan, objective = line["study"], line["study"]["objective"]
    goal = f"{objective['goal']} {objective['response']}"
    params = {"digest": line["digest"], "objective": goal}
    params |= {name: plan[name] for name in ("design", "trainer", "dataset", "seed")}
    params |= {f"factor.{each['name']}": ", ".join(map(str, each["levels"])) for each in plan["factors"]}
    params |= {f"constant.{name}": value for name, value in plan["constants"].items()}
    return texts(params)


def plan_tags(line: Line) -> dict[str, str]:
    """What may grow of a plan, and the question it is to answer, which MLflow shows as the run's description."""
    plan = line["study"]
    names = ("replicates", "budget", "retries", "trial_timeout", "missed_epochs")
    tags = {f"doe.{name}": plan.get(name) for name in names}  # older journals know fewer
    return texts({**tags, "doe.digest": line["digest"], "mlflow.note.content": plan["question"]})


def plan_view(line: Line) -> str:
    """How the user interface shows the runs, if it is asked for this view: best first, with factors and responses."""
    objective = line["study"]["objective"]
    factors = [name_of(each["name"]) for each in line["study"]["factors"] if each.get("role") != "within"]
    response = f"metrics.`{name_of(objective['response'])}`"
    columns = [response, *(f"params.`{name}`" for name in factors)]
    columns += [f"tags.`doe.{name}`" for name in ("run", "replicate", "reason")]
    ascending = objective["goal"] == "minimize"
    return json.dumps({"orderByKey": response, "orderByAsc": ascending, "selectedColumns": columns})


def milliseconds(line: Line) -> int:
    """When a line was written, since 1970."""
    seconds: float = line["time"]
    return round(1000 * seconds)


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Names and values as MLflow and every database behind it take them; what is None or empty is left out."""
    return {name_of(name): text_of(value) for name, value in values.items() if value not in (None, "")}


def text_of(value: object) -> str:
    """A value as text that any database stores: no NUL, no half characters, not too long."""
    return str(value).replace("\0", "").encode(errors="replace").decode()[:LONGEST]


def name_of(name: str) -> str:
    """A name that MLflow takes: no odd characters, and no roundabout path, as a slash makes groups of metrics."""
    plain = posixpath.normpath(re.sub(r"[^\w/ .:-]", "_", text_of(name)))
    return plain.lstrip("./")[:250].rstrip("./") or "_"
