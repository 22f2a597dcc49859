"""A thread that copies a growing journal to a tracker, and that nobody ever has to wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from doe.journal import read_from
from doe.protocols import Tracker
from doe.provenance import without_secrets

BATCH = 2000
"""Lines that are handed to a tracker at once; what bounds its memory."""

LOOK = 1.0
"""Seconds after which the journal is looked at unasked."""

GATHER = 0.25
"""Seconds in which lines may gather, as many lines at once cost a tracker little more than one."""

PAUSES = (1.0, 60.0)
"""Seconds from one vain try to the next: at first, and at most."""


Item = TypeVar("Item")


class Follower:
    """Copies a journal to a tracker for as long as the study goes on, and tries again when it fails."""

    def __init__(
        self,
        journal_path: Path,
        open_tracker: Callable[[], Tracker],
        say: Callable[[str], None],
        where: str = "MLflow",
        remedy: str = "doe export mlflow",
    ) -> None:
        """Begin to follow.

        Args:
            journal_path: The journal.
            open_tracker: Makes the tracker, in the thread; asked anew after every failure.
            say: Takes a line for the user; called from the thread, too.
            where: What the tracker is called in such a line, without secrets.
            remedy: The command that copies what the tracker lacks.
        """
        self._journal_path = journal_path
        self._open_tracker = open_tracker
        self._say = say
        self._where = where
        self._remedy = remedy
        self._tracker: Tracker | None = None
        self._offset = 0
        self._files: tuple[Path, ...] = ()
        self._failed = self._complete = False
        self._poked, self._ending, self._too_late = threading.Event(), threading.Event(), threading.Event()
        # a daemon: a server that never answers must not keep the process alive
        self._thread = threading.Thread(target=self._follow, name="doe tracker", daemon=True)
        self._thread.start()

    def poke(self) -> None:
        """Say that the journal has grown; costs nothing, and need not be said at all."""
        self._poked.set()

    def finish(self, files: Sequence[Path], patience: float) -> bool:
        """Copy what is left and the files; wait at most ``patience`` seconds, and return whether all is there."""
        self._files = tuple(files)
        self._ending.set()
        self._poked.set()
        self._thread.join(patience)
        self._too_late.set()
        if not self._complete and not self._failed:
            self._say(f"{self._where} lacks a part of this study; once it answers: {self._remedy}")
        elif self._complete and self._failed:
            self._say(f"{self._where} answers again, and has everything")
        return self._complete

    def _follow(self) -> None:
        pause, longest = PAUSES
        while not self._too_late.is_set():
            # asked before the journal is read, so that nothing can be written after the last look
            ending = self._ending.is_set()
            try:
                self._copy(ending=ending)
            except Exception as error:  # noqa: BLE001 - whatever befalls a tracker, the trials go on
                self._note(error)
                if ending:
                    return
                self._ending.wait(pause)
                pause = min(2 * pause, longest)
                continue
            if ending:
                return
            pause = PAUSES[0]
            self._poked.wait(LOOK)
            self._poked.clear()
            self._ending.wait(GATHER)

    def _copy(self, *, ending: bool) -> None:
        if self._tracker is None:
            # a new one knows nothing of the lines before; to read them again changes nothing that is there
            self._tracker, self._offset = self._open_tracker(), 0
        for batch in batches(read_from(self._journal_path, self._offset)):
            self._tracker.write([line for line, _ in batch])
            _, self._offset = batch[-1]
            if self._too_late.is_set():
                return
        if ending:
            self._tracker.keep(self._files)
            self._complete = True

    def _note(self, error: Exception) -> None:
        self._tracker = None
        if not self._failed:
            self._failed = True
            then = f"trials go on; {self._remedy} copies them afterwards"
            self._say(f"{self._where} does not answer ({reason(error)}): {then}")


def batches(lines: Iterable[Item]) -> Iterator[list[Item]]:
    """The lines, some at a time."""
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield batch


def reason(error: BaseException) -> str:
    """What an error comes from, in one line without secrets: libraries wrap it in many words of their own."""
    while inner := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        error = inner
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return without_secrets(text.strip().partition("\n")[0])[:160] or type(error).__name__
