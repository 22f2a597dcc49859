"""What may befall a study, each fault a function: it strikes once, and the study is at work again or can go on.

A fault gives back how many processes outlived their driver, or None where there was nothing to strike.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from doe.journal import DURABLE

from .field import PATIENCE, TIMEOUT, Field, outlive

Fault: TypeAlias = Callable[[Field], int | None]
DAY = 86_400.0
ROOM = "16m"
"""What a folder may hold that is to be filled."""


def _driver(number: signal.Signals) -> Fault:
    def strike(field: Field) -> int | None:
        ours = list(field.processes())
        if field.driver.poll() is not None:
            return None
        field.driver.send_signal(number)
        field.driver.wait(PATIENCE)
        left = outlive(ours)
        field.begin()
        return left

    return strike


def _worker(number: signal.Signals) -> Fault:
    def strike(field: Field) -> int | None:
        if under_way := field.under_way():
            with suppress(ProcessLookupError):
                os.kill(field.random.choice(under_way), number)
                return 0
        return None

    return strike


def _itself(way: str) -> Fault:
    """A trial does something to its own process."""

    def strike(field: Field) -> int | None:
        field.mark.write_text(way)
        deadline = time.monotonic() + TIMEOUT
        while field.mark.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        hit = not field.mark.exists()
        field.mark.unlink(missing_ok=True)
        return 0 if hit else None

    return strike


def _power_cut(field: Field) -> int | None:
    """All die at once; what was not yet on the disk is gone or zeros; the lock names a process that is another now."""
    if field.driver.poll() is not None:
        return None
    ours = field.kill()
    for process in ours:
        with suppress(Exception):
            process.kill()
    left = outlive(ours)
    content = field.journal.read_bytes()
    kept = 0
    for number, line in enumerate(content.splitlines(keepends=True)):
        if line.endswith(b"\n") and json.loads(line)["event"] in DURABLE:
            kept = sum(map(len, content.splitlines(keepends=True)[: number + 1]))
    cut = field.random.randint(kept, len(content))
    zeros = b"\0" * field.random.choice([0, len(content) - cut, 4096])
    field.journal.write_bytes(content[:cut] + zeros)
    field.journal.with_suffix(".lock").write_text(f"process {os.getpid()} on this machine\n")
    field.begin()
    return left


def _clock_set_back(field: Field) -> int | None:
    """What was written so far was written a day later than what comes."""
    if field.driver.poll() is not None:
        return None
    left = outlive(field.kill())
    *whole, torn = field.journal.read_bytes().split(b"\n")
    lines = [json.loads(line) for line in whole]
    moved = [json.dumps(line | {"time": line["time"] + DAY}).encode() for line in lines]
    field.journal.write_bytes(b"\n".join([*moved, torn]))
    field.begin()
    return left


def _second_driver(field: Field) -> int | None:
    """It is refused, and the first does not notice."""
    second = field.start(field.refused)
    code = second.wait(PATIENCE)
    if code == 0 and field.driver.poll() is not None:
        return None  # the first had ended before
    _check(field.refused, code, f"is being run by process {field.driver.pid}")
    return 0


def _disk_full(field: Field) -> int | None:
    """The driver ends in one line; then there is room again."""
    if field.driver.poll() is not None:
        return None
    filler = field.folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    code = field.driver.wait(PATIENCE)
    filler.unlink()
    if code == 0:
        return None  # it had written its last line before
    _check(field.said, code, "cannot write")
    field.begin()
    return 0


def _read_only(field: Field) -> int | None:
    """The folder may not be written any more when the study is to go on."""
    if field.driver.poll() is not None:
        return None
    left = outlive(field.kill())
    _mount("-o", "remount,ro", str(field.folder))
    code = field.start().wait(PATIENCE)
    _mount("-o", "remount,rw", str(field.folder))
    _check(field.said, code, "cannot write")
    field.begin()
    return left


def _check(said: Path, code: int, words: str) -> None:
    """A driver ended with exit code 2, in a line with these words and no traceback."""
    text = said.read_text()
    if code != 2 or words not in text or "Traceback" in text:
        raise RuntimeError(f"{said}: exit code {code}\n{text[-2000:]}")


def mounted(field: Field) -> None:
    """Give the study a disk of its own, which can be filled and closed."""
    _mount("-t", "tmpfs", "-o", f"size={ROOM}", "doe-chaos", str(field.folder))


def unmounted(field: Field) -> None:
    """Take it away again."""
    subprocess.run(["umount", "--lazy", str(field.folder)], check=True)


def may_mount() -> bool:
    """Whether this user may."""
    return os.geteuid() == 0


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


ANYWHERE: Mapping[str, Fault] = {
    "driver SIGKILL": _driver(signal.SIGKILL),
    "driver SIGTERM": _driver(signal.SIGTERM),
    "driver SIGSEGV": _driver(signal.SIGSEGV),
    "worker SIGKILL": _worker(signal.SIGKILL),
    "worker SIGSTOP": _worker(signal.SIGSTOP),
    "worker os._exit": _itself("exit"),
    "worker no memory": _itself("memory"),
}
"""Faults of processes, whatever carries out the trials."""

DISK: Mapping[str, Fault] = {"disk full": _disk_full, "disk read-only": _read_only}
"""Faults of a disk; they want a file system of the study's own."""

RECORD: Mapping[str, Fault] = {
    "power cut": _power_cut,
    "clock set back": _clock_set_back,
    "second driver": _second_driver,
}
"""Faults that befall the journal, which is the same whoever carries out the trials."""
