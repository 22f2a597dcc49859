"""A trainer that breaks on some of the GPUs as torch does on a lost one; they exist on paper only."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

LAUNCH = (
    "CUDA error: unspecified launch failure\nCUDA kernel errors might be asynchronously reported at some other call"
)
NO_DEVICE = "CUDA error: no CUDA-capable device is detected\nSearch for `cudaErrorNoDevice'"


def train(
    dataset: object = None,
    epochs: int = 2,
    seed: int = 0,
    *,
    a: int = 1,
    lost: str = "",
    bad: int = 0,
    mark: str = "",
    met: str = "",
) -> Iterator[dict[str, float]]:
    """Tell the GPU, unless it is lost.

    Args:
        dataset: None is wanted.
        epochs: How many readings there are.
        seed: Which trial it is.
        a: Any number.
        lost: The GPUs that are lost, as in ``gpu0 gpu3``.
        bad: The ``a`` that breaks on any GPU, as a kernel does that writes where it may not.
        mark: A file; where it is there, no GPU is lost any more.
        met: A file that is made where a lost GPU is met; until then, no trial begins on another.
    """
    gpu = os.environ["CUDA_VISIBLE_DEVICES"]
    while met and not Path(met).exists() and f"gpu{gpu}" not in lost:
        time.sleep(0.05)
    for epoch in range(1, epochs + 1):
        time.sleep(0.1)
        if epoch == 2 and a == bad:
            raise RuntimeError(LAUNCH)
        if f"gpu{gpu}" in lost and not (mark and Path(mark).exists()):
            for made in filter(None, (mark, met)):
                Path(made).touch()
            raise RuntimeError(NO_DEVICE if a % 2 else LAUNCH)
        yield {"y": a / 10 + epoch, "gpu": float(gpu)}
