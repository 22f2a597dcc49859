"""The memory of a study in all its processes: an L9 over 35,887 images of 48x48, 28,709 of them to train on.

    PYTHONPATH=. python benchmarks/memory.py [--executor local] [--trainer cnn] [--set NAME=VALUE ...] [--images 35887]

The images lie in a table as FER2013's do and are random, so nothing is learned; each of the nine trains for one epoch.
Measured from outside, four times a second: the proportional set size (PSS) of the driver and all its descendants, where
a page that several share counts once, from /proc/*/smaps_rollup. It counts files of the cache that are mapped as well.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psutil

from benchmarks._l9_images import write_base
from benchmarks._no_op_study import machine

LIMIT = 4.0
"""GiB that all processes may have together."""

SPLITS = {"Training": 28_709, "PublicTest": 3_589, "PrivateTest": 3_589}
"""The rows of FER2013's table."""

FACTORS = (
    "optimizer=adam,adagrad,adadelta",
    "dropout=0.4,0.5,0.6",
    "batch_size=32,64,128",
    "learning_rate=1e-4,3e-4,1e-3",
)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--executor", default="local")
    parser.add_argument("--trainer", default="cnn")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--images", type=int, default=sum(SPLITS.values()))
    parser.add_argument("--minutes", type=float, default=1e9, help="end the study after so long, finished or not")
    arguments = parser.parse_args()
    print(machine("torch", "ray", "mlflow"))
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "fer2013.csv"
        _write(table, arguments.images / sum(SPLITS.values()))
        if arguments.trainer == "vgg16":  # its base is frozen, so that it wants weights
            base = Path(folder) / "base.pth"
            write_base(base)
            arguments.set.append(f"weights={base}")
        told = [f"--set={each}" for each in ("epochs=1", *arguments.set)] + [f"--factor={each}" for each in FACTORS]
        words = [
            "run",
            "full_factorial",
            "--design",
            "l9",
            "--trainer",
            arguments.trainer,
            "--data",
            f"fer2013:{table}",
        ]
        words += ["--executor", arguments.executor, *told]
        begin = time.perf_counter()
        with (Path(folder) / "out").open("wb") as out:
            driver = subprocess.Popen(
                [sys.executable, "-m", "doe", *words],
                cwd=folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                # what earlier runs have left in the cache would be mapped, not made
                env={**os.environ, "XDG_CACHE_HOME": f"{folder}/cache"},
            )
        peak, parts = _peak(driver, begin + 60 * arguments.minutes)
        if driver.returncode > 0 and time.perf_counter() < begin + 60 * arguments.minutes:
            raise SystemExit((Path(folder) / "out").read_text()[-2000:])
        seconds = time.perf_counter() - begin
        print(f"\n{_begun(Path(folder))} of 9 trainings begun within {seconds:.0f} s, {arguments.executor} executor")
        _print(peak, parts)


def _write(table: Path, share: float) -> None:
    """A table of as many rows as FER2013's, or of a share of them, no two alike: twins are left out on reading."""
    random, shades = Random(0), [str(shade) for shade in range(256)]
    with table.open("w") as file:
        file.write("emotion,Usage,pixels\n")
        for split, rows in SPLITS.items():
            for row in range(round(rows * share)):
                pixels = " ".join(shades[byte] for byte in random.randbytes(48 * 48))
                file.write(f"{row % 7},{split},{pixels}\n")


def _begun(folder: Path) -> int:
    """How many trainings the journal below a folder has seen begin."""
    lines = (line for file in folder.rglob("journal.jsonl") for line in file.read_text().splitlines())
    return sum('"event": "started"' in line for line in lines)


def _peak(driver: subprocess.Popen[bytes], end: float) -> tuple[float, dict[str, float]]:
    """The most that all processes had together, in GiB, and how it was made up."""
    peak, parts = 0.0, {}
    while driver.poll() is None:
        found = dict(_sizes(driver.pid))
        if sum(found.values()) > peak:
            peak, parts = sum(found.values()), found
        if time.perf_counter() > end:
            driver.terminate()
        time.sleep(0.25)
    return peak, parts


def _sizes(pid: int) -> Iterator[tuple[str, float]]:
    """Each process's name, and its proportional set size in GiB."""
    seen: Counter[str] = Counter()
    try:
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in processes:
        try:
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
            name = "driver" if process.pid == pid else process.name()
        except (OSError, psutil.NoSuchProcess):
            continue
        size = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
        seen[name] += 1
        yield f"{name} {seen[name]}", size / 2**20


def _print(peak: float, parts: dict[str, float]) -> None:
    for name, size in sorted(parts.items(), key=lambda part: -part[1]):
        if size >= 0.005:  # noqa: PLR2004 - what would be printed as 0.00
            print(f"  {name:<24}{size:8.2f} GiB")
    print(f"  {'together, at their most':<24}{peak:8.2f} GiB   {'within' if peak <= LIMIT else 'ABOVE'} {LIMIT:g} GiB")


if __name__ == "__main__":
    main()
