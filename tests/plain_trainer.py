"""A trainer of a few lines, as a user would write it: its response is known, and it breaks on request."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Interval

Manner = Literal[
    "well", "raise", "nan", "infinite", "silent", "nothing", "exit", "kill", "hang", "once", "leave", "words"
]


def train(
    dataset: object = None,
    epochs: int = 2,
    seed: int = 0,
    *,
    a: Literal["x", "y", "z"] = "x",
    b: Annotated[float, Interval(ge=0, lt=10)] = 1.0,
    c: int = 1,
    seconds: float = 0.0,
    manner: Manner = "well",
    mark: str = "",
) -> Iterator[dict[str, float]]:
    """Accuracy is additive in a, b and c, and grows with the epochs."""
    print(f"run of a={a} b={b} c={c}")  # noqa: T201 - as users' trainers do
    base = {"x": 0.1, "y": 0.2, "z": 0.3}[a] + 0.01 * b + 0.001 * c + 1e-6 * seed
    for epoch in range(1, epochs + 1):
        time.sleep(seconds)
        metrics = {"val_accuracy": base + epoch / 1000, "train_loss": 1.0 / epoch}
        if epoch == 2 or epochs == 1:
            metrics = _break(manner, mark, metrics)
        if manner == "nothing":
            return
        yield metrics


def _break(manner: Manner, mark: str, metrics: dict[str, float]) -> dict[str, float]:  # noqa: C901 - one case a way
    match manner:
        case "raise":
            raise RuntimeError("the weights are gone\nand more")
        case "nan":
            return metrics | {"train_loss": float("nan")}
        case "infinite":
            return metrics | {"val_accuracy": float("inf")}
        case "silent":
            return {"train_loss": 1.0}
        case "exit":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(600)
        case "leave":
            raise SystemExit(1)
        case "words":
            return {"val_accuracy": "good"}  # type: ignore[dict-item]
        case "once" if not Path(mark).exists():
            Path(mark).touch()
            raise OSError("the disk was away for a moment")
    return metrics
