"""A tracker that keeps everything in lists: the plain twin, for tests and for looking at what a tracker is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Memory:
    """Keeps the lines of one journal, and files, each once."""

    def __init__(self) -> None:
        self.lines: list[Mapping[str, Any]] = []
        """The lines, in the order of the journal."""
        self.files: list[Path] = []
        """The files, in the order in which they were first kept."""
        self._next = 0

    def write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Take the lines that are new."""
        for line in lines:
            # by their text, as NaN differs from itself
            if self.lines and repr(line) == repr(self.lines[0]):
                self._next = 0
            if self._next == len(self.lines):
                self.lines.append(line)
            self._next += 1

    def keep(self, files: Sequence[Path]) -> None:
        """Take the files that are new."""
        self.files += [file for file in files if file not in self.files]
