"""A trainer that breaks in whatever way it is told to."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path


def train(
    dataset: None, epochs: int, seed: int, *, way: str = "well", seconds: float = 0.0, note: str = ""
) -> Iterator[dict[str, float]]:
    """Report the seed, and break after the first epoch."""
    for epoch in range(1, epochs + 1):
        time.sleep(seconds)
        yield {"y": float(seed), "epoch": float(epoch)}
        if epoch == 1 and way == "offspring":
            Path(note).write_text(str(subprocess.Popen(["sleep", "1000"]).pid))
        elif epoch == 1:
            WAYS[way]()


def _raise() -> None:
    raise ValueError("the cat sat on it\nand would not move")


def _print() -> None:
    sys.stdout.write("printed by Python\n")
    sys.stderr.write("complained by Python\n")


def _allocate() -> None:
    raise MemoryError


WAYS: Mapping[str, Callable[[], object]] = {
    "well": lambda: None,
    "raise": _raise,
    "print": _print,
    "memory": _allocate,
    "shout": lambda: os.write(1, b"written past Python\n"),
    "exit": lambda: os._exit(3),
    "sys.exit": lambda: sys.exit(4),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "fault": lambda: ctypes.string_at(0),
    "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "hang": lambda: time.sleep(1000),
}


def diverge(dataset: None, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    """Become NaN at the second epoch."""
    yield {"y": 1.0}
    yield {"y": float("nan")}


def other(dataset: None, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    """Report something else, NaN among it."""
    for _ in range(epochs):
        yield {"z": float("nan")}


def draw(dataset: None, epochs: int, seed: int) -> Iterator[dict[str, float]]:
    """Draw from every common source of random numbers, and seed none."""
    import random

    import numpy as np
    import torch

    for _ in range(epochs):
        yield {"y": random.random(), "numpy": float(np.random.random()), "torch": torch.rand(()).item()}  # noqa: NPY002


def device(dataset: None, epochs: int, seed: int, *, note: str) -> Iterator[dict[str, float]]:
    """Report the GPU that this process may see, once there is a file of that name."""
    while not Path(note).exists():
        time.sleep(0.05)
    yield {"y": float(os.environ["CUDA_VISIBLE_DEVICES"])}


def parent(dataset: None, epochs: int, seed: int, *, note: str) -> Iterator[dict[str, float]]:
    """Report which process has forked this one, once there is a file of that name."""
    while not Path(note).exists():
        time.sleep(0.02)
    yield {"y": float(os.getppid())}
