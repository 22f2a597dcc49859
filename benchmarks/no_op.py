"""A trainer that does nothing, so that all that is measured is what happens around it."""

from __future__ import annotations

from collections.abc import Iterator


def train(
    dataset: object = None, epochs: int = 1, seed: int = 0, *, a: int = 0, b: int = 0, c: int = 0, d: int = 0
) -> Iterator[dict[str, float]]:
    """One reading, at once."""
    yield {"val_accuracy": (a + 2 * b + 3 * c + 4 * d) / 1000}
