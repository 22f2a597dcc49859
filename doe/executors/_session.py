"""The folder in which a Ray of our own keeps its sockets and logs, and which goes with it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "doe-ray-"
PLACE = Path("/tmp")  # noqa: S108, Unix sockets stand in it, and their paths may have 107 bytes
LOCK = "driver.lock"

YOUNG = 60.0
"""Seconds that a folder is left alone which nobody has locked: its driver may be about to."""

PATIENCE = 3.0
"""Seconds that Ray's last processes may go on writing there."""


class Session:
    """A folder that is locked as long as its driver lives, so that others can tell what a killed one has left."""

    def __init__(self) -> None:
        """Clear away what killed drivers have left, and make a new one."""
        sweep(PLACE)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=PLACE))
        self._lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Remove it; Ray's processes end a moment after it says that they have, and write until then."""
        end = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 2 and time.monotonic() < end:  # noqa: PLR2004, gone, and not come again
            quiet = 0 if self.folder.exists() else quiet + 1
            shutil.rmtree(self.folder, ignore_errors=True)
            time.sleep(0.05)
        os.close(self._lock)


def sweep(place: Path) -> None:
    """Remove the folders there whose driver is gone; others' folders stay, and those just made."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):  # it is another user's, or another driver removes it as well
            made = folder.lstat()
            if made.st_uid == os.getuid() and time.time() - made.st_mtime > YOUNG and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether it is a folder that no living driver holds."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    try:
        lock = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
