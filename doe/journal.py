"""The one record of what happened: append-only JSON lines, one file a study; everything else is derived from it.

A line is one object with ``event`` and ``time`` (seconds since 1970):

    {"event": "study", "version": 1, "digest": ..., "study": {...}}       the plan; first, and again when it grows
    {"event": "phase", "name": "confirm", "first_run": 10, "why": [...], "study": {...}}    more is to be trained
    {"event": "opened", "code_version": ..., "host": ..., "versions": {...}}   a driver takes the study up
    {"event": "begun", "run": 3, "replicate": 1, "seed": 0, "setting": {...}, "attempt": 1}
                  and "passed": {...}, what the trainer was told instead, of factors whose levels are relative
                  and "goes_on": true, where it found what an earlier attempt had kept for it
    {"event": "started", "run": 3, "replicate": 1, "host": ..., "device": ..., ...}
    {"event": "reading", "run": 3, "replicate": 1, "epoch": 1, "metrics": {...}}
    {"event": "completed", "run": 3, "replicate": 1, "seconds": 19.2}      of this attempt alone
    {"event": "failed", "run": 3, "replicate": 1, "kind": "crashed", "reason": ..., "seconds": 2.0}
    {"event": "reopened", "run": 3, "replicate": 1}                        its failures no longer count

Numbers keep every digit; NaN and the infinities, which JSON does not know, are written as strings.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import math
import os
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self, TypeAlias

from doe.model import DoeError
from doe.mounts import seen_by_nobody_else

Line: TypeAlias = Mapping[str, Any]

DURABLE = frozenset({"study", "phase", "completed", "failed", "reopened"})
"""Events that are on the disk before anything else happens; the last lines of an unfinished trial may be lost."""


BROKEN = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading a line breaks on that no journal has: JSON of any other shape or depth."""


TAKEN = frozenset({errno.EWOULDBLOCK, errno.EACCES})
"""What locking ends in where another has the lock; anything else is a file system without locks."""


class JournalError(DoeError):
    """A journal cannot be read or written."""


class LockedError(JournalError):
    """Another driver is at work on the study."""


class Journal:
    """An open journal: its lock is held, its torn end mended, and lines can be added to it."""

    def __init__(self, path: Path) -> None:
        """Open or begin the journal at ``path``; raise LockedError where another process has it open."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = path.open("a+b", buffering=0)
        except OSError as error:
            raise JournalError(f"cannot write {path}: {error.strerror}") from None
        self._holder, self._claimed = path.with_suffix(".lock"), False
        self._lock()
        self._claim()
        self.mended = self._mend()
        """How many bytes of a torn last line were set aside on opening."""

    def __enter__(self) -> Self:
        """The journal itself, open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def write(self, event: str, **fields: object) -> None:
        """Add a line; an event of DURABLE is on the disk when this returns."""
        line = json.dumps({"event": event, "time": round(time.time(), 3), **_plain(fields)}, allow_nan=False)
        try:
            _write_all(self._file, line.encode() + b"\n")
            if event in DURABLE:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise JournalError(f"cannot write {self.path}: {error.strerror}; what was written before is kept") from None

    def close(self) -> None:
        """Let go of the file and its lock; what had to be on the disk is there, or its loss has been told."""
        if self._claimed:
            with contextlib.suppress(OSError):
                self._holder.unlink()
        with contextlib.suppress(OSError):  # a file server that has gone is complained of once
            self._file.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            if error.errno not in TAKEN:
                where = "a study must lie where files can be locked"
                raise JournalError(f"cannot lock {self.path}: {error.strerror}; {where}") from None
            raise LockedError(f"{self._taken()}; wait for it or stop it") from None

    def _claim(self) -> None:
        """Say beside the journal who has it: the lock dies with its holder, but not everywhere do others see it."""
        kind, here = seen_by_nobody_else(self.path.parent), socket.gethostname()
        said = f"process {os.getpid()} on {here}\n"
        with contextlib.suppress(OSError):
            try:
                with self._holder.open("x" if kind else "w") as file:
                    file.write(said)
            except FileExistsError:
                taken = self._taken()
                if taken.rpartition(" on ")[2] != here:
                    self._file.close()
                    why = f"locks on {kind} hold on one machine only"
                    raise LockedError(f"{taken}; {why}: if it is at work no more, remove {self._holder}") from None
                self._holder.write_text(said)  # it left this machine's own lock behind, so it is at work no more
            self._claimed = kind is not None

    def _taken(self) -> str:
        """Whose the journal is, as far as the file beside it says."""
        who = ""
        with contextlib.suppress(OSError):
            who = self._holder.read_text().strip()
        return f"{self.path.parent.name} is being run by {who or 'another process'}"

    def _mend(self) -> int:
        """Set aside what follows the last whole line: the driver was cut off while it wrote."""
        self._file.seek(0)
        content = self._file.read()
        tail = content[content.rfind(b"\n") + 1 :]
        if not tail:
            return 0
        if _is_line(tail):
            _write_all(self._file, b"\n")
            return 0
        try:
            with self.path.with_suffix(".torn").open("ab") as torn:
                torn.write(tail + b"\n")
            self._file.truncate(len(content) - len(tail))
            os.fsync(self._file.fileno())
        except OSError as error:
            self.close()
            raise JournalError(f"cannot mend {self.path}: {error.strerror}; what was written before is kept") from None
        return len(tail)


def read(path: Path) -> Iterator[Line]:
    """The lines of a journal, in order; a torn last line is left out, as the trial it speaks of is unfinished.

    Raises:
        JournalError: The journal cannot be read, or a line before the last is not a journal's.
    """
    return (line for line, _ in read_from(path, 0))


def read_from(path: Path, offset: int) -> Iterator[tuple[Line, int]]:
    """The whole lines from a byte offset on, each with the offset at which the next one begins.

    Raises:
        JournalError: As ``read``.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            for number, text in enumerate(file, start=1):
                if not text.endswith(b"\n"):
                    return
                offset += len(text)
                try:
                    line = _loaded(text)
                except BROKEN:
                    raise JournalError(f"{path} line {number} is not a line of a journal: {text[:60]!r}") from None
                yield line, offset
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}") from None


def _loaded(text: bytes) -> Line:
    line = json.loads(text)
    if not isinstance(line, dict) or not isinstance(line.get("event"), str):
        raise ValueError(text)
    match line["event"]:
        case "study" | "phase":
            _check(line, name=str, first_run=int, why=list)
            _check(line.get("study", {}), name=str, design=str, trainer=str, question=str, constants=dict, layout=dict)
            _check(line.get("study", {}), replicates=int, retries=int, seed=int, factors=list, analysis=dict)
        case "opened":
            _check(line, images=dict, versions=dict)
        case "reading":
            line["metrics"] = {name: float(value) for name, value in line["metrics"].items()}
            _check(line, run=int, replicate=int, epoch=int)
        case "begun":
            _check(line, run=int, replicate=int, seed=int, setting=dict)
            setting = line.get("setting", {})
            _check(setting, **dict.fromkeys(setting, (bool, int, float, str)))
        case "completed":
            _check(line, run=int, replicate=int, seconds=(int, float))
        case "failed":
            _check(line, run=int, replicate=int, seconds=(int, float), kind=str, reason=str)
    return line


def _check(line: Line, **kinds: type | tuple[type, ...]) -> None:
    for name, kind in kinds.items():
        if name in line and not isinstance(line[name], kind):
            raise TypeError(f"{name} = {line[name]!r}")


def _is_line(text: bytes) -> bool:
    try:
        _loaded(text)
    except BROKEN:
        return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _write_all(file: IO[bytes], content: bytes) -> None:
    """Write in one system call where the system allows it, so that a kill tears at most the last line."""
    while content:
        content = content[file.write(content) :]
