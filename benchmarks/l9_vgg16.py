"""The founding L9 over a frozen VGG16, as doe runs it and as one would write it today, on the same folder of images.

    PYTHONPATH=. python benchmarks/l9_vgg16.py [--images 3698] [--epochs-scale 1] [--rounds 1] [--alone] [--no-cache]
    PYTHONPATH=. python benchmarks/l9_vgg16.py --alone --slots 4 --side-by-side 1,2,4,8 --full

Both are whole processes, start-up included and every cache cold, two trials side by side with a thread each, in turn.
Weights are made ones from a file, the same for both: speed does not hang on their values. So that there is something to
learn for a head on such a base, each class is lit a bit brighter than the last. The yardstick is naive_l9.py, which
knows no GPU. The second line is for a machine with one, whose trials share it alike: the L9 again for each number of
trials side by side, and the full 3^4, of whose 81 runs 27 are trained with epochs read within.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import _l9_images, _l9_parts

HERE = Path(__file__).parent
NAIVE = HERE / "naive_l9.py"
ROWS = ((0, 0, 0), (0, 1, 1), (0, 2, 2), (1, 0, 2), (1, 1, 0), (1, 2, 1), (2, 0, 1), (2, 1, 2), (2, 2, 0))
"""Levels of optimizer, epochs and batch size in the nine runs."""
PASSES = {"adam": 10, "adagrad": 8, "adadelta": 10}
"""Times that a step reads or writes all weights at least: forward, backward, gradient, and the optimizer's own."""
HEAD = 512 * 4096 + 4096 * 4096 + 4096 * 5
BASE_FLOPS = 2 * 704.69e6
"""An image of 48x48 through VGG16's convolutions."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is trained."""

    images: int
    val: int
    epochs: tuple[int, int, int]


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=int, default=3698, help="training images; a tenth as many to judge by")
    parser.add_argument("--epochs-scale", type=float, default=1.0, help="times 30, 40 and 50 epochs")
    parser.add_argument("--rounds", type=int, default=1, help="how often both are measured, in turn")
    parser.add_argument("--alone", action="store_true", help="without the yardstick")
    parser.add_argument("--no-cache", action="store_true", help="measure doe without shared features as well")
    parser.add_argument("--slots", type=int, default=2, help="trials side by side")
    parser.add_argument("--side-by-side", default="", help="measure doe with so many as well: 1,2,4,8")
    parser.add_argument("--full", action="store_true", help="measure the full 3^4 as well, with epochs read within")
    arguments = parser.parse_args()
    epochs = tuple(max(round(arguments.epochs_scale * number), least) for least, number in ((1, 30), (2, 40), (3, 50)))
    scale = Scale(arguments.images, max(arguments.images // 10, 100), epochs)
    print(_machine())
    load = os.getloadavg()[0]
    print(f"{scale.images} training images of 48x48, {scale.val} to judge by; {epochs} epochs; load {load:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _l9_images.prepare(folder, scale.images, scale.val)
        print("\n                       seconds              val_accuracy of the runs: mean, least, most")
        spent = [_round(folder, scale, arguments) for _ in range(arguments.rounds)]
        if _gpu():
            return  # the parts are a processor's
        words = [sys.executable, str(HERE / "_l9_parts.py")]
        parts = subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE)
    _parts_table(json.loads(parts.stdout), scale, statistics.median(spent))


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a whole process."""

    seconds: float
    core_seconds: float
    """Of it and those of its children that it waited for; Ray's are not among them."""
    accuracies: dict[str, float]


def _doe(folder: Path, scale: Scale, slots: int, *more: str, role: str = "") -> Measured:
    """Wall seconds of a whole ``doe run``, and the accuracy of each run; epochs may be given a role."""
    settings = [f"--factor=epochs{role}={','.join(map(str, scale.epochs))}", f"--set=weights={folder / 'base.pth'}"]
    room = ["--executor=local", f"--slots={slots}", *([f"--gpus-per-trial={1 / slots}"] if _gpu() else [])]
    words = ["run", "l9", "--data", str(folder / "images"), *settings, *room, *more, "--yes", "--json"]
    said, seconds, core = _timed([sys.executable, "-m", "doe", *words], folder)
    page = json.loads(said)
    if page["status"] != "complete":
        raise SystemExit(f"the benchmark's study is {page['status']}")
    found = {str(trial["run"]): trial["responses"]["val_accuracy"] for trial in page["trials"]}
    return Measured(seconds, core, found)


def _naive(folder: Path, scale: Scale) -> Measured:
    words = [str(folder / "images"), f"--weights={folder / 'base.pth'}", f"--epochs={','.join(map(str, scale.epochs))}"]
    said, seconds, core = _timed([sys.executable, str(NAIVE.resolve()), *words], folder)
    page = json.loads(said.splitlines()[-1])
    if page["errors"]:
        raise SystemExit("a trial of the yardstick broke")
    return Measured(seconds, core, page["val_accuracy"])


def _timed(words: list[str], folder: Path) -> tuple[str, float, float]:
    """Run a process in a folder and with a cache of its own."""
    place = folder / "place"
    place.mkdir()
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        words,
        cwd=place,
        env=os.environ | {"XDG_CACHE_HOME": str(place / "cache")},
        text=True,
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    shutil.rmtree(place)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, seconds, now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime


def _round(folder: Path, scale: Scale, arguments: argparse.Namespace) -> float:
    """Measure each once; give the core seconds of doe."""
    slots = arguments.slots
    first = _doe(folder, scale, slots)
    _show("doe", first, first)
    if not arguments.alone:
        _show("yardstick", _naive(folder, scale), first)
    if arguments.no_cache:
        _show("doe --no-cache", _doe(folder, scale, slots, "--no-cache"), first)
    for number in map(int, filter(None, arguments.side_by_side.split(","))):
        _show(f"doe, {number} at a time", _doe(folder, scale, number), first)
    if arguments.full:
        _show("doe, the full 3^4", _doe(folder, scale, slots, "--design=full_factorial", role=":within"), first)
    return first.core_seconds


def _show(name: str, measured: Measured, doe: Measured) -> None:
    seconds, values = measured.seconds, list(measured.accuracies.values())
    spread = f"{statistics.mean(values):.3f}  {min(values):.3f}  {max(values):.3f}"
    print(f"  {name:<18}{seconds:10.1f}  {seconds / doe.seconds:5.1f} x doe   {spread}", flush=True)


def _parts_table(parts: dict[str, Any], scale: Scale, spent: float) -> None:
    """Where doe's core seconds go, from each part measured alone, beside what the machine allows."""
    views = scale.images * scale.epochs[2] + scale.val
    base = parts["base"] * views
    sizes, names = _l9_parts.SIZES, _l9_parts.OPTIMIZERS
    steps = [(names[o], sizes[b], scale.epochs[e] * -(-scale.images // sizes[b])) for o, e, b in ROWS]
    head = sum(parts["head"][name][str(size)] * count for name, size, count in steps)
    optimizer = sum(parts["optimizer"][name] * count for name, _, count in steps)
    data = parts["data"] * views
    trained = sum(scale.images * scale.epochs[e] for _, e, _ in ROWS)
    floor_flops = views * BASE_FLOPS / parts["bfloat16"] + trained * 6 * HEAD / parts["float32"]
    floor_bytes = sum(PASSES[name] * 4 * HEAD * count for name, _, count in steps) / parts["bytes"]
    print("\nwhere doe's core seconds go (each part measured alone in one thread, times how often it is done)")
    for name, seconds in (
        ("data and augmentation", data),
        ("base, each view once", base),
        ("head", head),
        ("optimizer", optimizer),
    ):
        print(f"  {name:<28}{seconds:9.1f}")
    print(f"  {'start-up, MLflow, the rest':<28}{spent - data - base - head - optimizer:9.1f}")
    print(f"  {'in all, measured':<28}{spent:9.1f}")
    print(
        f"floors: floating point {floor_flops:.1f} (base {parts['bfloat16'] / 1e9:.0f} GFLOP/s in bfloat16, head"
        f" {parts['float32'] / 1e9:.0f} in float32), memory of the head's steps {floor_bytes:.1f}"
        f" ({parts['bytes'] / 1e9:.1f} GB/s)"
    )


def _machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "torchvision", "ray", "mlflow"))
    unit = _gpu() or "no GPU was at hand: on one this has not been run"
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}\n{unit}"


def _gpu() -> str:
    """The name of the GPU that trials share, or nothing."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else ""


if __name__ == "__main__":
    main()
