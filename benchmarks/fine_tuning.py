"""Images a second of fine-tuning ResNet-18 and VGG16 whole: doe's trainer, a bare loop and a DataLoader loop.

    PYTHONPATH=. python benchmarks/fine_tuning.py [--batch 64] [--steps 20] [--rounds 3] [--sizes 48x48 130x160]

The bare loop has all images on the device as bytes, in one order and not moved, and does nothing but train: doe's own
without moves is to come to 0.95 of it. The other loop is the usual one: torchvision's transforms on each image, and a
DataLoader with a worker for each core. Networks, numbers, layout and optimizer are the same. The epochs of all four are
measured in turn, one of each before the first that counts. On a CPU few steps do; a GPU is taken where there is one.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from torch.utils.flop_counter import FlopCounterMode

from trainers import _device, _networks, _optimizers, resnet18, vgg16
from trainers import _fit as fitting
from trainers._recipe import Recipe
from trainers.datasets import _dataset

CLASSES = 5
JUDGED = 8
"""Validation images: few, for training is what is measured."""
NAMES = ("resnet18", "vgg16")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=20, help="batches in an epoch")
    parser.add_argument("--rounds", type=int, default=3, help="epochs of each that count")
    parser.add_argument("--sizes", nargs="+", default=["48x48", "130x160"])
    parser.add_argument("--networks", nargs="+", default=list(NAMES), choices=NAMES)
    arguments = parser.parse_args()
    device = _device.best_device()
    _device.keep_memory()
    unit = torch.cuda.get_device_name(device) if device.type == "cuda" else "no GPU was at hand"
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    print(f"{torch.get_num_threads()} threads, {platform.machine()}, {unit}, {versions}")
    print(f"batches of {arguments.batch}, {arguments.steps} an epoch, {arguments.rounds} epochs that count;", end=" ")
    print(f"load {os.getloadavg()[0]:.1f}")
    peak = _peak(device)
    print(f"bfloat16 products of matrices: {peak / 1e12:.2f} TFLOP/s\n")
    print("images a second              bare     doe  of bare   doe, moved  DataLoader   doe / it   share of peak")
    for name in arguments.networks:
        for size in arguments.sizes:
            height, width = map(int, size.split("x"))
            _row(name, (height, width), arguments, peak)


def _row(name: str, size: tuple[int, int], arguments: argparse.Namespace, peak: float) -> None:
    count = arguments.batch * arguments.steps
    data = _images(count, size)
    still, moved = Recipe(batch_size=arguments.batch, augmentation="none"), Recipe(batch_size=arguments.batch)
    ways: dict[str, Iterator[Any]] = {
        "bare": _bare(name, data, still),
        "doe": _doe(name, data, still, arguments.rounds + 1),
        "moved": _doe(name, data, moved, arguments.rounds + 1),
        "loader": _loader(name, data, moved),
    }
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(arguments.rounds + 1):
        for way, epochs in ways.items():
            begin = time.perf_counter()
            next(epochs)
            if turn:
                speeds[way].append(count / (time.perf_counter() - begin))
    bare, doe, turned, loader = (statistics.median(found) for found in speeds.values())
    share = 3 * _flops(name, data) * doe / peak
    place = f"{name} {size[0]}x{size[1]}"
    told = f"{bare:9.1f}{doe:8.1f}{doe / bare:9.2f}{turned:13.1f}{loader:12.1f}{turned / loader:11.2f}{share:16.2f}"
    print(f"  {place:<22}{told}", flush=True)


def _images(count: int, size: tuple[int, int]) -> _dataset.Dataset:
    """Give noise, and classes by chance: speed does not hang on what is seen."""
    draws = np.random.default_rng(0)
    train, val, test = (
        _dataset.Split(
            draws.integers(0, 256, (number, 3, *size), dtype=np.uint8),
            np.arange(number, dtype=np.int64) % CLASSES,
        )
        for number in (count, JUDGED, JUDGED)
    )
    return _dataset.Dataset("noise", "noise", tuple("abcde"), train, val, test)


def _network(name: str, data: _dataset.Dataset) -> _networks.Network:
    if name == "resnet18":
        return resnet18.build(data, base="trained", weights="none", width=1.0)
    return vgg16.build(data, base="trained", weights="none", batch_norm=True, width=1.0)


def _doe(name: str, data: _dataset.Dataset, recipe: Recipe, epochs: int) -> Iterator[dict[str, float]]:
    return fitting.fit(data, _network(name, data), epochs, 0, recipe)


def _bare(name: str, data: _dataset.Dataset, recipe: Recipe) -> Iterator[None]:
    """Train on images that lie on the device, in their order."""
    device = _device.best_device()
    images, labels = (torch.from_numpy(part).to(device) for part in (data.train.images, data.train.labels))
    step = _steps(name, data, recipe)
    parts = list(zip(torch.split(images, recipe.batch_size), torch.split(labels, recipe.batch_size), strict=True))
    while True:
        losses = [step(some.float(), wanted) for some, wanted in parts]
        float(losses[-1])  # waits for the device
        yield


class Pictures(Dataset[tuple[torch.Tensor, int]]):
    """Images one by one, each moved by torchvision."""

    def __init__(self, split: _dataset.Split) -> None:
        """Take a split's images."""
        from torchvision.transforms import v2

        self._split = split
        self._moves = v2.Compose(
            [
                v2.RandomAffine(5, translate=(0.1, 0.1), scale=(0.9, 1.1)),
                v2.RandomHorizontalFlip(),
                v2.RandomVerticalFlip(),
                v2.ToDtype(torch.float32),
            ]
        )

    def __len__(self) -> int:
        """Count them."""
        return len(self._split)

    def __getitem__(self, place: int) -> tuple[torch.Tensor, int]:
        """Move one."""
        return self._moves(torch.from_numpy(self._split.images[place])), int(self._split.labels[place])


def _loader(name: str, data: _dataset.Dataset, recipe: Recipe) -> Iterator[None]:
    """Train on what a DataLoader brings."""
    device = _device.best_device()
    step = _steps(name, data, recipe)
    parts = DataLoader(
        Pictures(data.train),
        recipe.batch_size,
        shuffle=True,
        num_workers=os.cpu_count() or 1,
        persistent_workers=True,
        pin_memory=device.type == "cuda",
    )
    while True:
        loss = torch.zeros(())
        for images, labels in parts:
            loss = step(images.to(device, non_blocking=True), labels.to(device, non_blocking=True))
        float(loss)
        yield


def _steps(name: str, data: _dataset.Dataset, recipe: Recipe) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Give what trains the network on a batch."""
    device = _device.best_device()
    network = _network(name, data).on(device, _device.computes_in(device, recipe.precision))
    network.trained.train()
    fitted = _optimizers.optimizer(recipe, network.trained.parameters())

    def step(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        loss = functional.cross_entropy(network.answer(network.see(images)), labels)
        fitted.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        fitted.step()
        return loss.detach()

    return step


def _flops(name: str, data: _dataset.Dataset) -> float:
    """Count the floating-point operations of an image's way forward."""
    network = _network(name, data)
    network.trained.eval()
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network.answer(network.see(torch.from_numpy(data.val.images[:1]).float()))
    return float(counter.get_total_flops())


def _peak(device: torch.device) -> float:
    """Measure the floating-point operations a second of large products in bfloat16."""
    side = 8192 if device.type == "cuda" else 2048
    square = torch.randn(side, side, device=device).bfloat16()
    found = []
    for _ in range(8):
        begin = time.perf_counter()
        product = square @ square
        float(product[0, 0])
        found.append(2 * side**3 / (time.perf_counter() - begin))
    return max(found)


if __name__ == "__main__":
    main()
