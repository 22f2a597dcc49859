"""A trainer whose readings hang on all that it is told, to the last digit; it breaks off where it is asked to.

Where a file of the name ``mark`` stands, the first trial to see it takes it away, and does to itself what stands in it.
"""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal


def train(
    dataset: object = None,
    epochs: int = 6,
    seed: int = 0,
    *,
    a: Literal["x", "y", "z"] = "x",
    c: int = 1,
    seconds: float = 0.05,
    mark: str = "",
) -> Iterator[dict[str, float]]:
    """A walk at random, drawn from the setting and the seed alone."""
    draw = random.Random(f"{a} {c} {seed}")
    value = 0.0
    for _ in range(epochs):
        time.sleep(seconds)
        match _taken(mark):
            case "exit":
                os._exit(3)
            case "memory":
                _exhaust()
        value += draw.gauss(0, 1)
        yield {"val_accuracy": value, "train_loss": draw.random()}


def _taken(mark: str) -> str:
    """What stands in the file; nothing where there is none, or another trial was first."""
    mine = f"{mark}.{os.getpid()}"
    try:
        Path(mark).rename(mine)
    except OSError:
        return ""
    way = Path(mine).read_text()
    Path(mine).unlink()
    return way


def _exhaust() -> None:
    """Ask for more than this process may have."""
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    bytearray(2**34)
