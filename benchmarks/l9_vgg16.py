"""The founding L9 over a frozen VGG16, as doe runs it and as one would write it today, on the same folder of images.

    PYTHONPATH=. python benchmarks/l9_vgg16.py [--images 3698] [--epochs-scale 1] [--rounds 1] [--alone] [--no-cache]

Both are whole processes, start-up included and every cache cold, two trials side by side with a thread each, in turn.
Weights are made ones from a file, the same for both: speed does not hang on their values. So that there is something to
learn for a head on such a base, each class is lit a bit brighter than the last. The yardstick is naive_l9.py.
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

from benchmarks import _l9_parts

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
    arguments = parser.parse_args()
    epochs = tuple(max(round(arguments.epochs_scale * number), least) for least, number in ((1, 30), (2, 40), (3, 50)))
    scale = Scale(arguments.images, max(arguments.images // 10, 100), epochs)
    print(_machine())
    load = os.getloadavg()[0]
    print(f"{scale.images} training images of 48x48, {scale.val} to judge by; {epochs} epochs; load {load:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _prepare(folder, scale)
        print("\n                       seconds              val_accuracy of nine runs: mean, least, most")
        spent = [_round(folder, scale, arguments) for _ in range(arguments.rounds)]
        words = [sys.executable, str(HERE / "_l9_parts.py")]
        parts = subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE)
    _parts_table(json.loads(parts.stdout), scale, statistics.median(spent))


def _prepare(folder: Path, scale: Scale) -> None:
    """Write the images, and weights under torchvision's names that let through what they are given."""
    import numpy as np
    import torch
    from PIL import Image

    from trainers import vgg16
    from trainers.datasets import faces

    os.environ["XDG_CACHE_HOME"] = str(folder / "making")
    dataset = faces.load(size=48, train_images=scale.images, val_images=scale.val, test_images=10)
    for split, part in dataset.splits.items():
        shades = 25 * part.labels + np.random.default_rng(0).normal(0, 8, len(part))
        lit = np.clip(part.images / 2 + shades[:, None, None, None], 0, 255).astype(np.uint8)
        for number, (image, label) in enumerate(zip(lit, part.labels, strict=True)):
            file = folder / "images" / split / dataset.classes[label] / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[0]).save(file)
    torch.manual_seed(0)
    tensors = _mirrored(vgg16.convolutions(1.0, batch_norm=False)).state_dict()
    torch.save({f"features.{name}": tensor for name, tensor in tensors.items()}, folder / "base.pth")


def _mirrored(layers: Any) -> Any:
    """Fill convolutions so that each shade of their input goes on, as it is or mirrored (Balduzzi et al., 2017)."""
    import torch

    weights = [layer.weight for layer in layers if isinstance(layer, torch.nn.Conv2d)]
    for place, weight in enumerate(weights):
        filters, channels = weight.shape[0] // 2, weight.shape[1] // (2 if place else 1)
        half = torch.nn.init.orthogonal_(torch.empty(filters, channels, 3, 3))
        whole = torch.cat([half, -half])
        weight.data.copy_(torch.cat([whole, -whole], dim=1) if place else whole)
    return layers


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a whole process."""

    seconds: float
    core_seconds: float
    """Of it and those of its children that it waited for; Ray's are not among them."""
    accuracies: dict[str, float]


def _doe(folder: Path, scale: Scale, *more: str) -> Measured:
    """Wall seconds of a whole ``doe run``, and the accuracy of each run."""
    settings = [f"--factor=epochs={','.join(map(str, scale.epochs))}", f"--set=weights={folder / 'base.pth'}"]
    words = ["run", "l9", "--data", str(folder / "images"), *settings, *more]
    said, seconds, core = _timed(
        [sys.executable, "-m", "doe", *words, "--executor=local", "--slots=2", "--json"], folder
    )
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
    first = _doe(folder, scale)
    _show("doe", first, first)
    if not arguments.alone:
        _show("yardstick", _naive(folder, scale), first)
    if arguments.no_cache:
        _show("doe --no-cache", _doe(folder, scale, "--no-cache"), first)
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
    head = sum(parts["head"][str(size)] * count for _, size, count in steps)
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
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


if __name__ == "__main__":
    main()
