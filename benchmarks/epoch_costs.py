"""What an epoch of each trainer costs on generated faces: ``PYTHONPATH=. python benchmarks/epoch_costs.py``.

At the trainer's own defaults but for what is told, one training after the other. Without a GPU each has one thread,
and what counts is the time for which a core worked for it, which other work on the machine changes little; with one,
the time on the clock. The seconds are the median from one reading to the next, validation included; the first epoch,
which warms up, is left out where there are others. What is named on the command line is measured anew, the rest stays.
Written to ``epoch_costs.json``, which ``docs/make_trainers.py`` reads.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import torch
from threadpoolctl import threadpool_limits

from doe.loading.trainers import load_trainer
from trainers.datasets import faces, store_video

RESULT = Path(__file__).with_suffix(".json")
TRAIN, VAL, SIZE = 100, 50, 48
BUILT = ("torch", "scikit-learn", "timm")
NEW: dict[str, Any] = {"weights": "none", "base": "trained"}
CASES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("classical", 1, {"model": "logistic_regression"}),
    ("classical", 1, {"model": "forest"}),
    ("cnn", 3, {"network": "final"}),
    ("cnn", 3, {"network": "final", "adversarial_multiplier": 0.3}),
    ("dcgan", 3, {}),
    ("divide_and_conquer", 6, {**NEW, "flat_epochs": 3}),
    ("multi_task", 3, NEW),
    ("people_counting", 3, {"segment_frames": 50}),
    ("resnet18", 3, {"base": "frozen"}),
    ("resnet18", 3, {"base": "partly"}),
    ("resnet18", 3, NEW),
    ("synthetic", 3, {}),
    ("vgg16", 3, {"base": "frozen"}),
    ("vgg16", 3, {"base": "partly"}),
    ("vgg16", 3, NEW),
    ("zoo", 3, {"model": "resnet18"}),
    ("zoo", 3, {"model": "mobilenet_v3"}),
    ("zoo", 3, {"model": "efficientnet_b0"}),
)
"""Trainer, epochs and what it is told; what frozen layers make of images is not taken from a cache."""


def main() -> None:
    """Measure all, or those that are named."""
    chosen = set(sys.argv[1:]) or {name for name, _, _ in CASES}
    rows = [row for row in _known() if row["trainer"] not in chosen]
    torch.set_num_threads(1)
    with threadpool_limits(1), tempfile.TemporaryDirectory() as folder:
        for name, epochs, told in CASES:
            if name in chosen:
                rows.append(_measured(name, epochs, told, Path(folder)))
                print(json.dumps(rows[-1]), flush=True)
    rows.sort(key=lambda row: row["trainer"])
    RESULT.write_text(json.dumps({**_machine(), "rows": rows}, indent=1) + "\n")


def _known() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(RESULT.read_text())["rows"] if RESULT.is_file() else []
    return rows


def _measured(name: str, epochs: int, told: dict[str, Any], folder: Path) -> dict[str, Any]:
    trainer = load_trainer(name)
    given = {**told, **({"share": False} if "share" in trainer.hyperparameters else {})}
    if told.get("base") in {"frozen", "partly"}:
        given["weights"] = str(_weights(name, folder))
    dataset: Any = faces.load(train_images=TRAIN, val_images=VAL, test_images=5, size=SIZE)
    images = TRAIN
    if name == "people_counting":
        images = given["segment_frames"]
        dataset = store_video.load(frames=images * epochs)
    clock = time.perf_counter if torch.cuda.is_available() else time.process_time
    times = [clock()]
    times.extend(clock() for _ in trainer.begin(dataset, epochs, 0, given))
    seconds = [later - earlier for earlier, later in pairwise(times)]
    own = median(seconds[1:] or seconds)
    return {"trainer": name, "told": told, "seconds": round(own, 4), "images_per_second": round(images / own, 1)}


def _weights(name: str, folder: Path) -> Path:
    """A file of random weights in the form of torchvision's: they cost what real ones do."""
    from safetensors.torch import save_file

    from trainers import resnet18, vgg16

    path = folder / f"{name}.safetensors"
    if name == "vgg16":
        tensors = {f"features.{k}": v for k, v in vgg16.convolutions(1.0, batch_norm=False).state_dict().items()}
    else:
        tensors = dict(resnet18.blocks(1.0).state_dict())
    save_file(tensors, path)
    return path


def _machine() -> dict[str, Any]:
    unit = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    known = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    special = " with AMX" if known.get("amx_bf16") else ""
    return {
        "unit": "seconds" if torch.cuda.is_available() else "core-seconds",
        "machine": f"{os.cpu_count()} cores ({platform.machine()}{special}, {unit})",
        "load": round(os.getloadavg()[0], 1),
        "versions": ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in BUILT)]),
        "date": datetime.now(UTC).strftime("%-d %B %Y"),
        "data": f"`faces` of {SIZE}x{SIZE}, {TRAIN} to train on and {VAL} to judge by",
    }


if __name__ == "__main__":
    main()
