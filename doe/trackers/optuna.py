"""Optuna: a storage that optuna-dashboard opens, with a trial for every attempt that came to an end."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from doe.journal import Line
from doe.trackers._storage import curve, directions, names, plan_notes, space, told, values
from doe.trackers._store import SQLITE, TrackerError, shown

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage

Key: TypeAlias = tuple[int, int]
KEY = ("run", "replicate", "attempt", "begun")
"""The notes by which an attempt is known again."""

DATABASES = (".db", ".sqlite", ".sqlite3")
"""How the names of files end that are databases; any other file is a journal of Optuna's."""


@dataclass(slots=True)
class Attempt:
    """A trial under way, as far as the journal has told of it."""

    setting: Mapping[str, Any]
    begun: float
    notes: dict[str, Any]
    readings: dict[int, Mapping[str, float]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[Any, ...]:
        """Which attempt it is."""
        return tuple(self.notes[name] for name in KEY)


class Optuna:
    """Adds to a study of Optuna's what it lacks of one journal; what is there already is neither changed nor repeated.

    A trial's value is the last reading of the objective, its intermediate values are all of them, and its user
    attributes say the run, the replicate, the seed and whatever else was noted. A goal that is a target is minimized as
    the distance from it. Trials still under way come when they have ended.
    """

    def __init__(self, uri: str, _artifacts: Path | None = None) -> None:
        """Remember the place: a database's address, or a file; nothing is opened yet."""
        self._uri = address(uri)
        self._plan: Mapping[str, Any] = {}
        self._study: Study | None = None
        self._storage: BaseStorage | None = None
        self._there: set[tuple[Any, ...]] = set()
        self._under_way: dict[Key, Attempt] = {}
        self._phases: list[tuple[int, str]] = []

    def write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Add each attempt as soon as it has come to its end."""
        for line in lines:
            match line["event"]:
                case "study":
                    self._take_up(line)
                case "phase":
                    self._phases.append((line["first_run"], line["name"]))
                case _ if "run" in line:
                    self._fold(line)

    def keep(self, files: Sequence[Path]) -> None:  # noqa: ARG002 - Optuna has no place for files
        """Let go of the storage."""
        self._let_go()

    def _take_up(self, line: Line) -> None:
        """Find the study of that name, or make it.

        Raises:
            TrackerError: There is one that was not made of this journal.
        """
        self._plan = line["study"]
        if self._study is None:
            marks = {"digest": line["digest"], "begun": line["time"]}
            self._storage = _storage(self._uri)
            self._study = _study(self._storage, self._plan, marks)
            found = [direction.name.lower() for direction in self._study.directions]
            ours = all(self._study.user_attrs.get(name) == mark for name, mark in marks.items())
            if not ours or found != directions(self._plan):
                self._let_go()
                place = shown(self._uri)
                raise TrackerError(
                    f"{place} holds another study {self._plan['name']!r}; --to another place, or make room with "
                    f"optuna delete-study --study-name {self._plan['name']} --storage {place}"
                )
            trials = self._study.get_trials(deepcopy=False)
            self._there = {tuple(trial.user_attrs.get(name) for name in KEY) for trial in trials}
        for name, value in plan_notes(self._plan).items():
            self._study.set_user_attr(name, told(value))

    def _fold(self, line: Line) -> None:
        key = (line["run"], line["replicate"])
        if line["event"] == "begun":
            self._cut_off(key)
            notes = {name: line[name] for name in ("run", "replicate", "seed", "attempt")}
            phases = [name for first, name in self._phases if first <= line["run"]]
            notes |= {"phase": phases[-1]} if phases else {}
            self._under_way[key] = Attempt(line["setting"], line["time"], notes | {"begun": line["time"]})
        elif (attempt := self._under_way.get(key)) is None:
            return
        elif line["event"] == "started":
            attempt.notes |= {name: told(line[name]) for name in ("host", "device") if name in line}
        elif line["event"] == "reading":
            attempt.readings[line["epoch"]] = line["metrics"]
        elif line["event"] in {"completed", "failed"}:
            attempt.notes |= {name: told(line[name]) for name in ("seconds", "kind", "reason") if name in line}
            self._add(self._under_way.pop(key), _state(line), line["time"])

    def _cut_off(self, key: Key) -> None:
        """The driver that had begun an attempt was gone before it ended."""
        if (attempt := self._under_way.pop(key, None)) is not None:
            attempt.notes |= {"kind": "cut off", "reason": "its driver was gone before it ended"}
            self._add(attempt, "FAIL", attempt.begun)

    def _add(self, attempt: Attempt, state: str, end: float) -> None:
        from optuna.trial import FrozenTrial, TrialState

        if self._study is None or attempt.key in self._there:
            return
        last: Mapping[str, float] = {**next(reversed(attempt.readings.values()), {})}
        ranges, reached = space(self._plan, attempt.setting), values(self._plan, last)
        if state == "PRUNED" and len(directions(self._plan)) > 1:
            reached = None
        notes = {f"metric.{name}": told(value) for name, value in last.items()}
        notes |= {f"factor.{name}": told(value) for name, value in attempt.setting.items() if name not in ranges}
        frozen = FrozenTrial(
            number=-1,
            trial_id=-1,
            state=TrialState[state if reached is not None or state != "COMPLETE" else "FAIL"],
            value=None,
            values=None if state == "FAIL" else reached,
            datetime_start=datetime.fromtimestamp(attempt.begun),
            datetime_complete=datetime.fromtimestamp(end),
            params={name: attempt.setting[name] for name in ranges},
            distributions=ranges,
            user_attrs={**attempt.notes, **notes},
            system_attrs={},
            intermediate_values=curve(self._plan, attempt.readings),
        )
        self._study.add_trial(frozen)
        self._there.add(attempt.key)

    def _let_go(self) -> None:
        from optuna.storages import RDBStorage

        if isinstance(self._storage, RDBStorage):
            self._storage.remove_session()
            self._storage.engine.dispose()


def address(text: str) -> str:
    """Where a storage is: an address as it stands, a database's file as an address, any other file as it is."""
    return f"{SQLITE}{Path(text).absolute()}" if "://" not in text and text.endswith(DATABASES) else text


def _state(line: Line) -> str:
    if line["event"] == "completed":
        return "COMPLETE"
    return "PRUNED" if line["kind"] == "pruned" else "FAIL"


def _storage(uri: str) -> BaseStorage:
    import optuna
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if uri.startswith(SQLITE) or "://" not in uri:
        Path(uri.removeprefix(SQLITE)).parent.mkdir(parents=True, exist_ok=True)
    return RDBStorage(uri) if "://" in uri else JournalStorage(JournalFileBackend(uri))


def _study(storage: BaseStorage, plan: Mapping[str, Any], marks: Mapping[str, Any]) -> Study:
    """The study of the plan's name, as it is or made new and marked."""
    import optuna

    name = plan["name"]
    if name in optuna.get_all_study_names(storage):
        return optuna.load_study(study_name=name, storage=storage)
    study = optuna.create_study(study_name=name, storage=storage, directions=directions(plan))
    for mark, value in marks.items():
        study.set_user_attr(mark, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that metrics have names is an experiment of Optuna's
        study.set_metric_names(names(plan))
    return study
