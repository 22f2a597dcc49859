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
    difference,
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

    earlier: dict[Key, float] = field(default_factory=lambda: defaultdict(float))
    """The seconds of the attempts that each trial's next one would go on from; of one cut off, to its last reading."""

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
    """Whether a trial with these failures is not tried again; who ran out of memory is tried again once, and alone."""
    spent = len(failures) > retries or sum(failed.kind == "memory" for failed in failures) > 1
    return bool(failures) and (spent or failures[-1].kind in FINAL)


def fold(lines: Iterable[Line]) -> History:
    """Read a journal from its first line to its last.

    Raises:
        JournalError: A line lacks what its event needs, or the journal was written by a newer doe.
    """
    history = History()
    state = _State()
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
                    _fold_trial(history, state, line)
        except BROKEN as error:
            what = str(error) if isinstance(error, ValueError) else f"{error} is missing or wrong"
            raise JournalError(f"line {number} of the journal is not whole: {what}") from None
    for key in state.readings:
        history.earlier[key] += state.lasted(key)
    return history


@dataclass(slots=True)
class _State:
    """The trials of a journal that is being folded."""

    trials: dict[Key, Trial] = field(default_factory=dict)
    readings: dict[Key, list[Reading]] = field(default_factory=dict)
    """Of those under way."""
    times: dict[Key, tuple[float, float]] = field(default_factory=dict)
    """When each was last begun, and when it was last heard of."""

    def lasted(self, key: Key) -> float:
        """How long a trial has been heard of; nothing where the clock was set back meanwhile."""
        begun, last = self.times[key]
        return max(0.0, last - begun)


def _fold_trial(history: History, state: _State, line: Line) -> None:
    key, time = (line["run"], line["replicate"]), line.get("time", 0.0)
    if line["event"] in {"reading", "completed", "failed"} and key not in state.readings:
        ended = history.completed.get(key) or next(reversed(history.failures.get(key, [])), None)
        check_told_already(line, ended, state.times.get(key, (0.0, 0.0))[1])
        return
    match line["event"]:
        case "begun" if line.get("attempt", sys.maxsize) <= history.attempts[key]:
            pass  # the line stands twice
        case "begun":
            cut_off = state.lasted(key) if key in state.readings else 0.0
            history.earlier[key] = history.earlier[key] + cut_off if line.get("goes_on") else 0.0
            state.trials[key] = Trial(*key, line["seed"], line["setting"])
            history.attempts[key] += 1
            state.readings[key], state.times[key] = [], (time, time)
        case "started":
            history.where[key] = {n: v for n, v in line.items() if n not in {"event", "time", "run", "replicate"}}
        case "reading":
            add_reading(state.readings[key], Reading(line["epoch"], line["metrics"]))
            state.times[key] = state.times[key][0], max(time, state.times[key][1])
        case "completed":
            kept, seconds = tuple(state.readings.pop(key)), line["seconds"] + history.earlier.pop(key, 0.0)
            history.completed[key] = Completed(state.trials[key], kept, seconds)
            state.times[key] = time, max(time, state.times[key][1])
        case "failed":
            kept = tuple(state.readings.pop(key))
            history.failures[key].append(Failed(state.trials[key], line["kind"], line["reason"], line["seconds"], kept))
            history.earlier[key] += line["seconds"]
            state.times[key] = time, max(time, state.times[key][1])
        case "reopened":
            history.failures.pop(key, None)


def write_begun(
    journal: Journal, trial: Trial, attempt: int, passed: Setting | None = None, *, goes_on: bool = False
) -> None:
    """Note that a trial is handed to a worker, and what it is told of factors whose levels are relative.

    Args:
        journal: Where to write.
        trial: Which one.
        attempt: Counted from 1.
        passed: What it is told instead of these levels.
        goes_on: Whether it finds what an earlier attempt has kept for it.
    """
    fields = {"seed": trial.seed, "setting": dict(trial.setting), "attempt": attempt}
    fields |= {"passed": dict(passed)} if passed else {}
    fields |= {"goes_on": True} if goes_on else {}
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
            f"{study.name} was begun with {difference(history.study, study)}: the plan changed. "
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
