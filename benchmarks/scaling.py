"""Whether a trial costs more where there are more of them: no-op trials by number, and by slots on logical GPUs.

    PYTHONPATH=. python benchmarks/scaling.py [--trials 9,81,729,6561] [--executors local,ray] [--slots 1,2,3,4]

Each line is a whole ``doe run`` in a process of its own, journaled and in MLflow. *all* is its wall time, *first* what
passed before the first trial began, *a trial* the time from the first one's start to the last one's end, shared out;
*core ms* all the time on a core of the driver and its trials, start-up included (Ray's own processes not all); *memory*
the most that the driver had. Logical GPUs are names in CUDA_VISIBLE_DEVICES: doe and Ray hand them out and
keep trials to them as they would real ones, and no trial looks whether there is a GPU behind one.
"""

from __future__ import annotations

import argparse

from benchmarks._no_op_study import LEVELS, Took, doe_run, machine

GPUS = 4
BY_SLOTS = 256
"""Trials for each number of slots."""


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--trials", default="9,81,729,6561", help=f"some of {', '.join(map(str, LEVELS))}")
    parser.add_argument("--executors", default="local,ray")
    parser.add_argument("--slots", default="1,2,3,4")
    parser.add_argument("--gpus", type=int, default=GPUS, help="how many logical GPUs there are")
    arguments = parser.parse_args()
    executors = arguments.executors.split(",")
    print(machine("ray", "mlflow"))
    doe_run(9, "--executor", "local")  # the very first study of a machine makes MLflow's template database
    print("\nby the number of trials, a slot a core")
    print(HEAD)
    for executor in executors:
        for trials in map(int, filter(None, arguments.trials.split(","))):
            _print(executor, trials, None, doe_run(trials, "--executor", executor, CUDA_VISIBLE_DEVICES=""))
    print(f"\nby slots on {arguments.gpus} logical GPUs, a whole one each")
    print(HEAD)
    logical = ",".join(map(str, range(arguments.gpus)))
    for executor in executors:
        for slots in map(int, filter(None, arguments.slots.split(","))):
            words = ("--executor", executor, "--slots", str(slots), "--gpus-per-trial", "1")
            _print(executor, BY_SLOTS, slots, doe_run(BY_SLOTS, *words, CUDA_VISIBLE_DEVICES=logical))
    print(f"\nload at the end: {machine().rpartition('load ')[2]}")


HEAD = "  executor  trials  slots   all s   first s   ms a trial   core ms a trial   memory MiB"


def _print(executor: str, trials: int, slots: int | None, took: Took) -> None:
    each = 1000 * took.trials / trials
    numbers = (
        f"{took.seconds:8.1f}{took.first:10.2f}{each:13.1f}{1000 * took.cores / trials:18.1f}{took.peak / 2**20:13.0f}"
    )
    print(f"  {executor:<8}{trials:8d}{slots or '':>7}{numbers}", flush=True)


if __name__ == "__main__":
    main()
