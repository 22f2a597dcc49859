"""What a trial costs besides its training: no-op trials in processes of their own, journaled and in MLflow.

    PYTHONPATH=. python benchmarks/overhead.py [--trials 81] [--growth 81,729,5000] [--skip-tune]

Side by side in one run: doe's local executor, doe's ray executor, and Ray Tune as it comes (a fresh actor a trial, its
own result files) on the same list of settings. Every figure is the wall time of a whole process, start-up included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from math import prod

from benchmarks._no_op_study import LEVELS, doe_run, machine

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
    print(machine("ray", "mlflow", "torch"))
    # the very first study of a machine makes MLflow's template database; that is no part of a trial
    doe_run(9, "--executor", "local")
    counts = LEVELS[arguments.trials]
    print(f"\n{prod(counts)} no-op trials, each in a process of its own, journaled and in MLflow")
    local = doe_run(arguments.trials, "--executor", "local").seconds
    print(f"  doe, local executor   {local:7.1f} s", flush=True)
    ray = doe_run(arguments.trials, "--executor", "ray").seconds
    print(f"  doe, ray executor     {ray:7.1f} s", flush=True)
    if not arguments.skip_tune:
        tune = _tune(arguments.trials)
        print(f"  Ray Tune, default     {tune:7.1f} s   {tune / local:.1f} x local, {tune / ray:.1f} x ray", flush=True)
    print("\ngrowth with the number of trials (local executor)\n  trials   seconds   ms a trial   driver's peak memory")
    for trials in map(int, arguments.growth.split(",")):
        took = doe_run(trials, "--executor", "local")
        each, peak = 1000 * took.seconds / trials, took.peak / 2**20
        print(f"  {trials:6d}  {took.seconds:8.1f}  {each:11.1f}  {peak:10.0f} MiB", flush=True)


def _tune(trials: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", TUNE, json.dumps(LEVELS[trials]), folder]
        begin = time.perf_counter()
        subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - begin


if __name__ == "__main__":
    main()
