"""What a trial costs besides its training: no-op trials in processes of their own, journaled and in MLflow.

    python benchmarks/overhead.py [--trials 81] [--growth 81,729,5000] [--skip-tune]

Side by side in one run: doe's local executor, doe's ray executor, and Ray Tune as it comes (a fresh actor a trial, its
own result files) on the same list of settings. Every figure is the wall time of a whole process, start-up included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from math import prod
from pathlib import Path

import psutil

TRAINER = Path(__file__).parent / "no_op.py"
LEVELS = {81: (3, 3, 3, 3), 729: (9, 9, 9, 1), 5000: (10, 10, 50, 1), 6561: (9, 9, 9, 9), 9: (3, 3, 1, 1)}

TUNE = """
import json, os, sys, time
os.environ.update(RAY_USAGE_STATS_ENABLED="0")
import ray
from ray import tune
from itertools import product
counts, out = json.loads(sys.argv[1]), sys.argv[2]
rows = [dict(zip("abcd", levels)) for levels in product(*map(range, counts))]
def train(config):
    row = config["row"]
    tune.report({"val_accuracy": (row["a"] + 2 * row["b"] + 3 * row["c"] + 4 * row["d"]) / 1000})
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
grid = tune.Tuner(train, param_space={"row": tune.grid_search(rows)},
                  tune_config=tune.TuneConfig(metric="val_accuracy", mode="max"),
                  run_config=tune.RunConfig(storage_path=out, verbose=0)).fit()
assert len(grid) == len(rows) and not grid.errors
"""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=81, choices=sorted(LEVELS))
    parser.add_argument("--growth", default="81,729,5000", help="numbers of trials for memory and time a trial")
    parser.add_argument("--skip-tune", action="store_true")
    arguments = parser.parse_args()
    print(_machine())
    # the very first study of a machine makes MLflow's template database; that is no part of a trial
    _doe(9, "local")
    counts = LEVELS[arguments.trials]
    print(f"\n{prod(counts)} no-op trials, each in a process of its own, journaled and in MLflow")
    local, _ = _doe(arguments.trials, "local")
    print(f"  doe, local executor   {local:7.1f} s", flush=True)
    ray, _ = _doe(arguments.trials, "ray")
    print(f"  doe, ray executor     {ray:7.1f} s", flush=True)
    if not arguments.skip_tune:
        tune = _tune(arguments.trials)
        print(f"  Ray Tune, default     {tune:7.1f} s   {tune / local:.1f} x local, {tune / ray:.1f} x ray", flush=True)
    print("\ngrowth with the number of trials (local executor)\n  trials   seconds   ms a trial   driver's peak memory")
    for trials in map(int, arguments.growth.split(",")):
        seconds, peak = _doe(trials, "local")
        print(f"  {trials:6d}  {seconds:8.1f}  {1000 * seconds / trials:11.1f}  {peak / 2**20:10.0f} MiB", flush=True)


def _doe(trials: int, executor: str) -> tuple[float, int]:
    """Wall seconds of a whole ``doe run``, and the peak resident memory of its driver in bytes."""
    factors = [
        f"--factor={name}={','.join(map(str, range(count)))}"
        for name, count in zip("abcd", LEVELS[trials], strict=True)
        if count > 1
    ]
    words = ["run", "full_factorial", "--trainer", str(TRAINER), *factors, "--executor", executor, "--json"]
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        with (Path(folder) / "out").open("wb") as out:
            driver = subprocess.Popen(
                [sys.executable, "-m", "doe", *words], cwd=folder, stdout=out, stderr=subprocess.DEVNULL
            )
        peak = _peak(driver)
        seconds = time.perf_counter() - begin
        page = json.loads((Path(folder) / "out").read_text())
        if page["status"] != "complete" or len(page["trials"]) != trials:
            raise SystemExit(f"the benchmark's study is {page['status']}")
        return seconds, peak


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


def _tune(trials: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", TUNE, json.dumps(LEVELS[trials]), folder]
        begin = time.perf_counter()
        subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - begin


def _machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("ray", "mlflow", "torch"))
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


if __name__ == "__main__":
    main()
