"""A trainer that tells whether it was asked to share work between trials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def train(
    dataset: object = None, epochs: int = 1, seed: int = 0, *, a: int = 1, share: bool = True
) -> Iterator[dict[str, float]]:
    """What it was told stands in a file of the working folder, as no reading may tell it."""
    with Path("told.txt").open("a") as file:
        file.write(f"{share}\n")
    yield {"val_accuracy": float(a)}
