"""Files that one process makes while others wait and then read: whole or not there, and bounded in what they take."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LIMIT = 20 * 10**9
"""Bytes that a bounded cache takes at most."""
SHARE_OF_DISK = 0.2
"""Of what is free and what the cache has taken already."""
IN_USE = 600.0
"""Seconds after its last use for which a folder is taken to be somebody's, and stays."""


@contextlib.contextmanager
def locked(file: Path, *, patient: bool) -> Iterator[bool]:
    """Hold a file alone, waiting for it if `patient`; the lock ends with the process, however that ends.

    Raises:
        OSError: With one line, where the folder cannot be written.
    """
    folder = file.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = file.open("a")
    except OSError as error:
        raise OSError(f"the cache {folder} cannot be written ({error.strerror}); XDG_CACHE_HOME moves it") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def write_whole(file: Path, write: Callable[[Path], None]) -> None:
    """Give a file its name only when it is whole and on the disk; who writes it holds its lock.

    What a killed maker left of it goes first. Where the writing fails nothing is left, and the error goes on.
    """
    for left in file.parent.glob(f"unfinished-*{file.name}"):
        left.unlink(missing_ok=True)
    # a folder that was removed and made anew may have two makers, whose files must not be one
    unfinished = file.with_name(f"unfinished-{os.getpid()}-{file.name}")
    try:
        write(unfinished)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def make_room(folder: Path, wanted: int, *, limit: int = LIMIT, in_use: float = IN_USE) -> bool:
    """Whether so many bytes more may lie in a folder, removing of its neighbours first those longest not used.

    Args:
        folder: Where they are to lie; its parent is the cache, whose folders `limit` bounds together.
        wanted: Bytes.
        limit: Bytes; a share of the disk where that is less.
        in_use: Seconds for which a folder stays after its last use.
    """
    sizes = {neighbour: size(neighbour) for neighbour in folder.parent.iterdir() if neighbour.is_dir()}
    taken = sum(sizes.values())
    most = min(limit, round(SHARE_OF_DISK * (shutil.disk_usage(folder.parent).free + taken)))
    for last_use, neighbour in sorted((_last_use(neighbour), neighbour) for neighbour in sizes if neighbour != folder):
        if taken + wanted <= most or time.time() - last_use < in_use:
            break
        shutil.rmtree(neighbour, ignore_errors=True)
        taken -= sizes[neighbour]
    return taken + wanted <= most


def size(folder: Path) -> int:
    """Count the bytes of its files; one that goes away meanwhile counts nothing."""
    total = 0
    with contextlib.suppress(FileNotFoundError):
        for file in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                total += file.stat().st_size
    return total


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
