"""What a journal says: its lines folded into outcomes, and events turned into lines."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from doe.journal import BROKEN, Journal, JournalError, Line
from doe.model import (
    FINAL,
    Asked,
    Completed,
    DoeError,
    Factor,
    Failed,
    Objective,
    Outcome,
    Phase,
    Reading,
    Setting,
    Sliding,
    Study,
    Trial,
    shown,
)
from doe.protocols import Epoch, Event, Started
from doe.turns import add_reading, check_told_already

Key: TypeAlias = tuple[int, int]
VERSION = 1


class PlanChangedError(DoeError):
    """A study's plan is not the one that its journal was begun with."""

    exit_code = 4


@dataclass(slots=True)
class History:
    """A journal, folded. Filled by ``fold``, and only read elsewhere."""

    study: Study | None = None
    """The plan as last written; None for an empty journal."""

    completed: dict[Key, Completed] = field(default_factory=dict)
    """The trials that ended well."""

    failures: dict[Key, list[Failed]] = field(default_factory=lambda: defaultdict(list))
    """Every failure of a trial since it was last reopened."""

    attempts: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    """How often each trial was begun."""

    phases: list[Phase] = field(default_factory=list)
    """What was trained after the study's own design, in order."""

    opened: list[Mapping[str, Any]] = field(default_factory=list)
    """The code, the machine and the data of each time it was taken up."""

    where: dict[Key, Mapping[str, Any]] = field(default_factory=dict)
    """Host and device of each trial's last attempt."""

    def outcomes(self, retries: int, runs: Container[int] | None = None) -> list[Outcome]:
        """What is final: trials completed, and trials that failed for good, in the order of the journal.

        Args:
            retries: How often a trial is tried again.
            runs: Only of these runs; None: of all.
        """
        failed = [f[-1] for key, f in self.failures.items() if key not in self.completed and is_final(f, retries)]
        ended: list[Outcome] = [*self.completed.values(), *failed]
        return [outcome for outcome in ended if runs is None or outcome.trial.run in runs]

    def runs_of(self, number: int) -> range:
        """The runs of a phase, counted from 0; of the study's own design where it is -1."""
        starts = [1, *(phase.first_run for phase in self.phases), sys.maxsize]
        return range(starts[number + 1], starts[number + 2])


def is_final(failures: list[Failed], retries: int) -> bool:
    """Whether a trial with these failures is not tried again."""
    return bool(failures) and (failures[-1].kind in FINAL or len(failures) > retries)


def fold(lines: Iterable[Line]) -> History:
    """Read a journal from its first line to its last.

    Raises:
        JournalError: A line lacks what its event needs, or the journal was written by a newer doe.
    """
    history = History()
    trials: dict[Key, Trial] = {}
    readings: dict[Key, list[Reading]] = defaultdict(list)
    ends: dict[Key, float] = {}
    for number, line in enumerate(lines, start=1):
        try:
            match line["event"]:
                case "study":
                    history.study = _study(line)
                case "phase":
                    history.phases.append(Phase(line["name"], line["first_run"], _study(line), tuple(line["why"])))
                case "opened":
                    history.opened.append(line)
                case _:
                    _fold_trial(history, trials, readings, ends, line)
        except BROKEN as error:
            what = str(error) if isinstance(error, ValueError) else f"{error} is missing or wrong"
            raise JournalError(f"line {number} of the journal is not whole: {what}") from None
    return history


def _fold_trial(
    history: History,
    trials: dict[Key, Trial],
    readings: dict[Key, list[Reading]],
    ends: dict[Key, float],
    line: Line,
) -> None:
    key = (line["run"], line["replicate"])
    if line["event"] in {"reading", "completed", "failed"} and key not in readings:
        ended = history.completed.get(key) or next(reversed(history.failures.get(key, [])), None)
        check_told_already(line, ended, ends.get(key, 0.0))
        return
    match line["event"]:
        case "begun" if line.get("attempt", sys.maxsize) <= history.attempts[key]:
            pass  # the line stands twice
        case "begun":
            trials[key] = Trial(*key, line["seed"], line["setting"])
            history.attempts[key] += 1
            readings[key] = []
        case "started":
            history.where[key] = {n: v for n, v in line.items() if n not in {"event", "time", "run", "replicate"}}
        case "reading":
            add_reading(readings[key], Reading(line["epoch"], line["metrics"]))
        case "completed":
            history.completed[key] = Completed(trials[key], tuple(readings.pop(key)), line["seconds"])
            ends[key] = line.get("time", 0.0)
        case "failed":
            kept = tuple(readings.pop(key))
            history.failures[key].append(Failed(trials[key], line["kind"], line["reason"], line["seconds"], kept))
            ends[key] = line.get("time", 0.0)
        case "reopened":
            history.failures.pop(key, None)


def write_begun(journal: Journal, trial: Trial, attempt: int, passed: Setting | None = None) -> None:
    """Note that a trial is handed to a worker, and what it is told of factors whose levels are relative."""
    fields = {"seed": trial.seed, "setting": dict(trial.setting), "attempt": attempt}
    fields |= {"passed": dict(passed)} if passed else {}
    journal.write("begun", run=trial.run, replicate=trial.replicate, **fields)


def write_phase(journal: Journal, history: History, phase: Phase) -> None:
    """Note that more is to be trained, and why."""
    plan = {"version": VERSION, "study": asdict(phase.study)}
    journal.write("phase", name=phase.name, first_run=phase.first_run, why=list(phase.why), **plan)
    history.phases.append(phase)


def write_event(journal: Journal, event: Event) -> None:
    """Note what an executor told."""
    run, replicate = event.trial.key
    match event:
        case Started(where=where):
            journal.write("started", run=run, replicate=replicate, **where)
        case Epoch(reading=reading):
            journal.write("reading", run=run, replicate=replicate, epoch=reading.epoch, metrics=reading.metrics)
        case Completed(seconds=seconds):
            journal.write("completed", run=run, replicate=replicate, seconds=seconds)
        case Failed(kind=kind, reason=reason, seconds=seconds):
            journal.write("failed", run=run, replicate=replicate, kind=kind, reason=reason, seconds=seconds)


def take_up(journal: Journal, history: History, study: Study) -> None:
    """Begin the journal with the plan, or make sure that it was begun with this one.

    Raises:
        PlanChangedError: It was begun with another.
    """
    if history.study is not None and history.study.digest != study.digest:
        raise PlanChangedError(
            f"{study.name} was begun with {_difference(history.study, study)}: the plan changed. "
            "--fresh begins anew, the old trials are kept"
        )
    if history.study != study:
        journal.write("study", version=VERSION, digest=study.digest, study=asdict(study))
    history.study = study


def _study(line: Line) -> Study:
    if line["version"] > VERSION:
        raise JournalError(f"the journal was written by a newer doe (version {line['version']} of its format)")
    plain = dict(line["study"])
    factors = tuple(_factor(factor) for factor in plain.pop("factors"))
    analysis = _asked(plain.pop("analysis", {}))
    layout = {n: tuple(v) if isinstance(v, list) else v for n, v in plain.pop("layout", {}).items()}
    return Study(
        factors=factors, objective=Objective(**plain.pop("objective")), layout=layout, analysis=analysis, **plain
    )


def _factor(plain: Mapping[str, Any]) -> Factor:
    times = plain.get("times")
    sliding = times and Sliding(times["on"], tuple((text, base) for text, base in times["bases"]))
    return Factor(**{**plain, "levels": tuple(plain["levels"]), "times": sliding})


def _asked(plain: Mapping[str, Any]) -> Asked:
    interactions = tuple((first, second) for first, second in plain.get("interactions", ()))
    also = tuple(Objective(**objective) for objective in plain.get("also", ()))
    pooled = tuple(plain.get("pooled", ()))
    return Asked(**{**plain, "interactions": interactions, "also": also, "pooled": pooled})


def _difference(old: Study, new: Study) -> str:
    """The first thing in which two plans differ: ``epochs 30, 40, 50, now 10, 20, 30``."""
    before, after = _sayings(old), _sayings(new)
    for name in [*before, *after]:
        if before.get(name) != after.get(name):
            return f"{before.get(name, f'no {name}')}, now {after.get(name, f'no {name}')}"
    return "other scales, roles or order of factors"


def _sayings(study: Study) -> dict[str, str]:
    """Each part of a plan, said in words."""
    said = {factor.name: f"{factor.name} {shown(factor.levels)}" for factor in study.factors}
    said |= {f"base {name}": f"{name} times {sliding.on}: {sliding}" for name, sliding in study.sliding.items()}
    said |= {name: f"{name} {value}" for name, value in study.constants.items()}
    said |= {name: f"{name} {getattr(study, name)}" for name in ("design", "trainer", "dataset", "seed")}
    said |= {f"layout {name}": f"{name} {value}" for name, value in study.layout.items()}
    if "sha256" in study.layout:  # where the table lies does not matter, what it says does
        said["layout sha256"] = f"a table with sha256 {str(study.layout['sha256'])[:12]}"
        said.pop("layout file", None)
    if study.analysis.pooled:
        said["pooled"] = f"{', '.join(study.analysis.pooled)} pooled"
    return {**said, "objective": f"objective {study.objective.goal} {study.objective.response}"}
