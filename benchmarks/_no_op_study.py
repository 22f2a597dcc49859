"""A study of no-op trials as a process of its own, and what that process took."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

TRAINER = Path(__file__).parent / "no_op.py"
LEVELS = {
    9: (3, 3, 1, 1),
    81: (3, 3, 3, 3),
    200: (5, 4, 10, 1),
    256: (4, 4, 4, 4),
    729: (9, 9, 9, 1),
    1000: (10, 10, 10, 1),
    5000: (10, 10, 50, 1),
    6561: (9, 9, 9, 9),
    10000: (10, 10, 10, 10),
    100000: (10, 10, 10, 100),
}
"""How many levels each of the four factors has, by the number of trials."""


@dataclass(frozen=True)
class Took:
    """What a whole ``doe run`` took."""

    seconds: float
    """Wall time, start-up and analysis included."""
    first: float
    """Seconds from the start of the process to the first trial's."""
    trials: float
    """Seconds from the first trial's start to the last one's end."""
    peak: int
    """The most resident memory of the driver, in bytes."""
    cores: float
    """Core seconds of the driver and all that it waited for; of a Ray of its own, not all."""


def factors(trials: int, **more: str) -> list[str]:
    """The factors of so many trials, as they are typed."""
    some = zip("abcd", LEVELS[trials], strict=True)
    typed = {name: ",".join(map(str, range(count))) for name, count in some if count > 1}
    return [f"{name}={levels}" for name, levels in {**typed, **more}.items()]


def doe_run(trials: int, *words: str, **environment: str) -> Took:
    """Run a study of so many no-op trials, told these words, and measure it from outside.

    Raises:
        SystemExit: It did not complete.
    """
    told = ["run", "full_factorial", "--trainer", str(TRAINER), "--json", *words]
    told += [f"--factor={each}" for each in factors(trials)]
    with tempfile.TemporaryDirectory() as folder:
        begin, clock, before = time.perf_counter(), time.time(), _core_seconds()
        with (Path(folder) / "out").open("wb") as out:
            driver = subprocess.Popen(
                [sys.executable, "-m", "doe", *told],
                cwd=folder,
                stdout=out,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **environment},
            )
        peak = _peak(driver)
        seconds, cores = time.perf_counter() - begin, _core_seconds() - before
        page = json.loads((Path(folder) / "out").read_text() or "{}")
        if page.get("status") != "complete" or len(page["trials"]) != trials:
            raise SystemExit(f"the benchmark's study is {page.get('status', 'broken')}")
        lines = [json.loads(line) for file in Path(folder).rglob("journal.jsonl") for line in file.open()]
        times = {name: [line["time"] for line in lines if line["event"] == name] for name in ("started", "completed")}
        return Took(
            seconds, min(times["started"]) - clock, max(times["completed"]) - min(times["started"]), peak, cores
        )


def machine(*packages: str) -> str:
    """This machine and the versions of these packages, in a line."""
    versions = "".join(f", {name} {version(name)}" for name in packages)
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}{versions}; load {load}"


def _core_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak(driver: subprocess.Popen[bytes]) -> int:
    process, peak = psutil.Process(driver.pid), 0
    while driver.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.02)
    driver.wait()
    return peak
