"""A small network that goes on where it was killed, keeps a tally of what it really trained, and dies on request."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Annotated

from annotated_types import Interval


def train(
    dataset: object = None,
    epochs: int = 8,
    seed: int = 0,
    *,
    learning_rate: float = 0.01,
    patience: int = 2,
    tally: str = "tally",
    danger: Annotated[float, Interval(ge=0, le=1)] = 0.0,
    seconds: float = 0.0,
    checkpoint: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Tell bright above from bright below; an epoch is put down in the tally before its trial may die of it."""
    import numpy as np
    import torch
    from torch import nn

    from trainers import _fit, _networks
    from trainers._recipe import Recipe
    from trainers.datasets._dataset import Dataset, Split

    def split(count: int) -> Split:
        labels = np.arange(count) % 2
        images = np.random.default_rng(count).integers(0, 120, (count, 1, 16, 16))
        images[labels == 0, :, :8] += 60
        return Split(images.astype(np.uint8), labels.astype(np.int64))

    data = Dataset("squares", "bright squares", ("above", "below"), split(48), split(32), split(2))
    recipe = Recipe(learning_rate=learning_rate, patience=patience, batch_size=16)
    plain = _fit.classification(data, recipe)
    place = Path(tally) / f"{seed}.txt"
    place.parent.mkdir(exist_ok=True)

    def judge(logits: torch.Tensor, labels: torch.Tensor) -> dict[str, float]:
        with place.open("a") as file:
            file.write("trained\n")
        time.sleep(seconds)
        if Random(f"{seed} {len(place.read_text())}").random() < danger:
            os.kill(os.getpid(), signal.SIGKILL)
        return plain.judge(logits, labels)

    torch.manual_seed(seed)
    layers = nn.Sequential(nn.Flatten(), nn.Linear(256, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3))
    network = _networks.of_shades(nn.Sequential(layers, nn.Linear(8, 2)))
    lesson = _fit.Lesson(plain.objective, judge)
    yield from _fit.fit(data, network, epochs, seed, recipe, lesson, checkpoint=checkpoint, every=0)
