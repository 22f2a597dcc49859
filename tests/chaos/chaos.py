"""Studies that are hit again and again while they run, each compared with one that was left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil

from doe.history import History, fold
from doe.journal import read

TRAINER = Path(__file__).parent / "trainer.py"
MARK = "DOE_CHAOS_FOLDER"
DRIVER = {"driver SIGKILL": signal.SIGKILL, "driver SIGTERM": signal.SIGTERM, "driver SIGSEGV": signal.SIGSEGV}
WORKER = {"worker SIGKILL": signal.SIGKILL, "worker SIGSTOP": signal.SIGSTOP}
FAULTS = (*DRIVER, *WORKER, "worker os._exit")
TIMEOUT = 4.0
"""Seconds after which a trial that hangs has failed; a good one takes a third of a second."""
PATIENCE = 120.0
"""Seconds in which a driver must be at work, or at its end."""
INSTANTS = 0.6
"""A fault comes at any instant of so many seconds after the journal has grown."""
LEFT = 5.0
"""Seconds after which nothing of a dead driver may be left."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the studies that one kind of fault befell."""

    executor: str
    fault: str
    tries: int
    """How often it was inflicted on a driver or worker that was at work."""
    trials: int
    """How many trials the studies have."""
    lost: int
    """Trials that never completed."""
    repeated: int
    """Trials that were begun again though they had completed."""
    changed: int
    """Trials whose readings are not, digit by digit, those of the undisturbed study."""
    left: int
    """Processes of ours that outlived their driver by five seconds."""


@dataclass(slots=True)
class Field:
    """One study in a folder of its own, and the driver that runs it now."""

    folder: Path
    executor: str
    levels: int

    def start(self) -> subprocess.Popen[bytes]:
        """The same command, each time."""
        factors = ["--factor", "a=x,y,z", "--factor", f"c={','.join(map(str, range(1, self.levels + 1)))}"]
        manner = ["--executor", self.executor, "--slots", "2", "--trial-timeout", str(TIMEOUT), "--retry-failed"]
        words = ["run", "full_factorial", "--trainer", str(TRAINER), *factors, *manner, "--tracking-uri", "none"]
        surroundings = {**os.environ, MARK: str(self.folder), "DOE_CHAOS_EXIT": str(self.folder / "exit")}
        with (self.folder / "stderr").open("ab") as err:
            return subprocess.Popen(
                [sys.executable, "-m", "doe", *words, "--json"],
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=err, env=surroundings,
            )  # fmt: skip

    @property
    def journal(self) -> Path:
        """Where it is."""
        return self.folder / "mlruns/studies/full_factorial-trainer/journal.jsonl"

    @property
    def size(self) -> int:
        """How long the journal is."""
        return self.journal.stat().st_size if self.journal.exists() else 0

    def lines(self) -> list[Mapping[str, Any]]:
        """All whole lines of the journal."""
        return list(read(self.journal)) if self.journal.exists() else []


def undisturbed(folder: Path, levels: int) -> History:
    """The study as it is when nothing befalls it."""
    folder.mkdir(parents=True)
    field = Field(folder, "local", levels)
    if field.start().wait(PATIENCE) != 0:
        raise RuntimeError((folder / "stderr").read_text())
    return fold(read(field.journal))


def inflict(folder: Path, executor: str, fault: str, tries: int, random: Random, whole: History) -> Tally:
    """Have a fault befall studies until it did so often, and see what became of them."""
    levels, hits, studies = len(whole.completed) // 3, 0, 0
    sums: Counter[str] = Counter()
    while hits < tries:
        field = Field(folder / f"{executor}-{fault.replace(' ', '-')}-{studies}", executor, levels)
        field.folder.mkdir(parents=True)
        hit, left = _hit_until_done(field, fault, tries - hits, random)
        hits, studies = hits + hit, studies + 1
        sums += Counter(left=left, **judge(field.lines(), whole))
    return Tally(
        executor, fault, hits, studies * len(whole.completed),
        sums["lost"], sums["repeated"], sums["changed"], sums["left"],
    )  # fmt: skip


def judge(lines: list[Mapping[str, Any]], whole: History) -> dict[str, int]:
    """Trials lost, repeated and changed, by a journal's own lines."""
    completed: set[tuple[int, int]] = set()
    repeated: set[tuple[int, int]] = set()
    for line in lines:
        key = line.get("run", 0), line.get("replicate", 0)
        if line["event"] in {"begun", "completed"} and key in completed:
            repeated.add(key)
        if line["event"] == "completed":
            completed.add(key)
    found = fold(lines).completed
    wanted = whole.completed
    changed = [k for k in found if k not in wanted or found[k].readings != wanted[k].readings]
    return {"lost": len(wanted.keys() - found.keys()), "repeated": len(repeated), "changed": len(changed)}


def _hit_until_done(field: Field, fault: str, tries: int, random: Random) -> tuple[int, int]:
    """Hit the study until it is done or was hit so often; then let it end. Hits, and processes left over."""
    hits = left = 0
    driver = field.start()
    while hits < tries and _at_work(driver, field):
        time.sleep(random.uniform(0, INSTANTS))
        if fault in DRIVER:
            ours = [driver, *_ours(field)]
            if driver.poll() is not None:
                break
            driver.send_signal(DRIVER[fault])
            driver.wait(PATIENCE)
            hits, left, driver = hits + 1, left + _outlive([p for p in ours if p is not driver]), field.start()
        else:
            hits += _hit_worker(field, fault, random)
    for _ in range(4):
        if driver.wait(PATIENCE) == 0:
            break
        driver = field.start()
    driver.wait(PATIENCE)
    return hits, left


def _at_work(driver: subprocess.Popen[bytes], field: Field) -> bool:
    """Wait until the journal grows; False where the driver ends first."""
    size, deadline = field.size, time.monotonic() + PATIENCE
    while field.size == size:
        if driver.poll() is not None:
            return False
        if time.monotonic() > deadline:
            raise TimeoutError(f"{field.folder} does not go on")
        time.sleep(0.005)
    return True


def _hit_worker(field: Field, fault: str, random: Random) -> bool:
    """Strike a trial that is under way; whether there was one."""
    if fault not in WORKER:
        mark = field.folder / "exit"
        mark.touch()
        deadline = time.monotonic() + TIMEOUT
        while mark.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        hit = not mark.exists()
        mark.unlink(missing_ok=True)
        return hit
    under_way = list(_under_way(field.lines()))
    if not under_way:
        return False
    with suppress(ProcessLookupError):
        os.kill(random.choice(under_way), WORKER[fault])
        return True
    return False


def _under_way(lines: list[Mapping[str, Any]]) -> Iterator[int]:
    """The processes of trials that were started since the study was last taken up, and have not ended."""
    pids: dict[tuple[int, int], int] = {}
    for line in lines:
        if line["event"] == "opened":
            pids.clear()
        elif line["event"] == "started":
            pids[line["run"], line["replicate"]] = int(line["pid"])
        elif line["event"] in {"completed", "failed"}:
            pids.pop((line["run"], line["replicate"]), None)
    yield from pids.values()


def _ours(field: Field) -> Iterator[psutil.Process]:
    """The processes that a study has brought about, Ray's own aside, which end by themselves a little later."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == str(field.folder) and "ray/" not in " ".join(process.cmdline()):
                yield process


def _outlive(processes: list[Any]) -> int:
    """How many of these live on for five seconds."""
    alive = [process for process in processes if isinstance(process, psutil.Process)]
    _, left = psutil.wait_procs(alive, timeout=LEFT)
    return sum(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in left)
