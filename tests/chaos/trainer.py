"""A trainer whose readings hang on all that it is told, to the last digit; it breaks off where it is asked to.

Where a file named by the environment variable ``DOE_CHAOS_EXIT`` stands, the first trial to see it takes it away and
ends its process.
"""

from __future__ import annotations

import os
import random
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
) -> Iterator[dict[str, float]]:
    """A walk at random, drawn from the setting and the seed alone."""
    draw = random.Random(f"{a} {c} {seed}")
    value = 0.0
    for _ in range(epochs):
        time.sleep(seconds)
        if _taken(os.environ.get("DOE_CHAOS_EXIT")):
            os._exit(3)
        value += draw.gauss(0, 1)
        yield {"val_accuracy": value, "train_loss": draw.random()}


def _taken(mark: str | None) -> bool:
    try:
        Path(mark or "").unlink()
    except OSError:
        return False
    return True
