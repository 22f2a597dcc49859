"""MLflow: a parent run for the study, and below it a child run for every attempt of a trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from doe.journal import Line
from doe.trackers._parent import Parent, find_or_create
from doe.trackers._runs import Attempt, Child, add, begin, milliseconds, plan_tags
from doe.trackers._store import TrackerError, connect, database


class Mlflow:
    """Copies one journal, from its first line on; after an error, a new one must begin at the first line again."""

    def __init__(self, uri: str, artifacts: Path | None) -> None:
        """Remember where MLflow is, and the folder for its files; nothing is contacted yet.

        Without a folder, files go where the server keeps them, or beside the database.
        """
        self._uri = uri
        self._file = database(uri)
        self._artifacts = artifacts or (self._file and self._file.parent / "artifacts")
        self._inode = 0
        self._digest = ""
        self._parent: Parent | None = None
        self._under_way: dict[tuple[int, int], Child] = {}
        self._last = 0
        self._code_version = ""

    def write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write what is new in the lines, one call for all the readings of a trial."""
        touched: dict[Attempt, Child] = {}
        self._check_file()
        for line in lines:
            self._last = milliseconds(line)
            if line["event"] == "study":
                self._take_up(line)
            elif line["event"] == "opened":
                self._opened(line)
            else:
                touched |= {child.attempt: child for child in self._fold(line)}
        if self._parent is not None:
            for child in touched.values():
                self._parent.save(child)

    def keep(self, files: Sequence[Path]) -> None:
        """Keep files with the parent run, which ends with it; a trial still under way was broken off."""
        self._check_file()
        if self._parent is not None:
            for child in self._under_way.values():
                child.status = "KILLED"
                self._parent.save(child)
            self._parent.end("KILLED" if self._under_way else "FINISHED", self._last, files)

    def _take_up(self, line: Line) -> None:
        if self._parent is None or line["digest"] != self._digest:
            client = connect(self._uri, self._artifacts)
            self._parent = find_or_create(client, self._artifacts, line)
            self._digest = line["digest"]
            self._inode = self._file.stat().st_ino if self._file else 0
        self._parent.tag(plan_tags(line))

    def _opened(self, line: Line) -> None:
        """A driver took the study up; the trials that follow are its."""
        self._code_version = line["code_version"]
        if self._parent is not None:
            self._parent.tag({"doe.code_version": self._code_version})

    def _fold(self, line: Line) -> Iterator[Child]:
        """Add a line to the trial that it speaks of, and give the trials that changed."""
        if "run" not in line:
            return
        key = (line["run"], line["replicate"])
        if line["event"] == "begun":
            if (cut_off := self._under_way.get(key)) is not None:
                # the driver that had begun it was gone before it ended
                cut_off.status = "KILLED"
                yield cut_off
            self._under_way[key] = begin(line, self._code_version)
            yield self._under_way[key]
        elif (child := self._under_way.get(key)) is not None:
            add(child, line)
            if child.status:
                del self._under_way[key]
            yield child

    def _check_file(self) -> None:
        """Sqlite goes on writing to a file that has been deleted, and nobody would ever see it."""
        if self._parent is None or self._file is None:
            return
        if not self._file.exists() or self._file.stat().st_ino != self._inode:
            raise TrackerError(f"{self._file} was deleted or replaced")
