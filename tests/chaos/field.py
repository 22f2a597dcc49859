"""One study in a folder of its own, the driver that runs it now, and the processes that it has brought about."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil

from doe.journal import read

TRAINER = Path(__file__).parent / "trainer.py"
MARK = "DOE_CHAOS_FOLDER"
TIMEOUT = 4.0
"""Seconds after which a trial that hangs has failed; a good one takes a second at most."""
PATIENCE = 180.0
"""Seconds in which a driver must be at work, or at its end."""
LEFT = 5.0
"""Seconds after which nothing of a dead driver may be left."""


@dataclass(slots=True)
class Field:
    """A study under attack."""

    folder: Path
    executor: str
    levels: int
    """Three times so many trials."""
    random: Random
    address: str | None = None
    """Of the cluster that its trials are carried out on."""
    driver: subprocess.Popen[bytes] = field(init=False)
    """The one that was started last."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def begin(self) -> None:
        """Start a driver, and mean it from now on."""
        self.driver = self.start()

    def start(self, said: Path | None = None) -> subprocess.Popen[bytes]:
        """The same command, each time; what it says goes to another file where one is named."""
        factors = ["--factor", "a=x,y,z", "--factor", f"c={','.join(map(str, range(1, self.levels + 1)))}"]
        slots = "3" if self.address else "2"  # on a cluster, one on each node
        manner = ["--executor", self.executor, "--slots", slots, "--trial-timeout", str(TIMEOUT), "--retry-failed"]
        manner += ["--address", self.address] if self.address else []
        # some trials are to be still to come when it has started
        manner += ["--set", "seconds=0.15"] if self.starts_ray else []
        words = ["run", "full_factorial", "--trainer", str(TRAINER), *factors, *manner, "--tracking-uri", "none"]
        with (said or self.said).open("ab") as err:
            return subprocess.Popen(
                [sys.executable, "-m", "doe", *words, "--set", f"mark={self.mark}", "--json"],
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=err, env={**os.environ, MARK: str(self.folder)},
            )  # fmt: skip

    @property
    def starts_ray(self) -> bool:
        """Whether each driver starts a Ray of its own."""
        return self.executor == "ray" and self.address is None

    @property
    def said(self) -> Path:
        """What drivers say; beside the folder, which may be full."""
        return self.folder.with_name(f"{self.folder.name}.err")

    @property
    def refused(self) -> Path:
        """What a second driver says."""
        return self.folder.with_name(f"{self.folder.name}.refused")

    @property
    def mark(self) -> Path:
        """A file whose content tells the first trial that sees it what to do to itself."""
        return self.folder.with_name(f"{self.folder.name}.mark")

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

    def at_work(self) -> bool:
        """Wait until the journal grows; False where the driver ends first."""
        size, deadline = self.size, time.monotonic() + PATIENCE
        while self.size == size:
            if self.driver.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.folder} does not go on")
            time.sleep(0.005)
        return True

    def finish(self) -> None:
        """Give the command until all trials have completed; every fault costs a trial a try, so a few times.

        Raises:
            RuntimeError: They have not.
        """
        for _ in range(4):
            if self.driver.wait(PATIENCE) == 0:
                return
            self.begin()
        if self.driver.wait(PATIENCE) != 0:
            raise RuntimeError(self.said.read_text()[-2000:])

    def kill(self) -> list[psutil.Process]:
        """Kill the driver; the processes that it leaves behind."""
        ours = list(self.processes())
        self.driver.kill()
        self.driver.wait(PATIENCE)
        return ours

    def under_way(self) -> list[int]:
        """The processes of trials that were started since the study was last taken up, and have not ended."""
        pids: dict[tuple[int, int], int] = {}
        for line in self.lines():
            if line["event"] == "opened":
                pids.clear()
            elif line["event"] == "started":
                pids[line["run"], line["replicate"]] = int(line["pid"])
            elif line["event"] in {"completed", "failed"}:
                pids.pop((line["run"], line["replicate"]), None)
        return list(pids.values())

    def processes(self) -> Iterator[psutil.Process]:
        """What the study has brought about, Ray's own processes aside, which end by themselves a little later."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.pid != self.driver.pid and process.environ().get(MARK) == str(self.folder):
                    yield from [process] if not _rays(process) else []
        if self.address:  # what runs on a node was started by others; trials and fork servers are ours
            for pid in self.under_way():
                with suppress(psutil.Error):
                    trial = psutil.Process(pid)
                    yield from [each for each in (trial, trial.parent()) if each and not _rays(each)]


def outlive(processes: list[psutil.Process]) -> int:
    """How many of these live on for five seconds."""
    _, left = psutil.wait_procs(processes, timeout=LEFT)
    return sum(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in left)


def _rays(process: psutil.Process) -> bool:
    return "ray/" in " ".join(process.cmdline())
