"""Seconds of each part of the founding L9 alone, in one thread, and what the machine allows: for l9_vgg16.py."""

from __future__ import annotations

import json
import time
from typing import Any

OPTIMIZERS = ("adam", "adagrad", "adadelta")
SIZES = (32, 64, 128)


def measure() -> dict[str, Any]:
    """Seconds of each part alone, in one thread: an image's data and base, a step's head and optimizer; the machine."""
    import torch
    from torch import nn

    from trainers import _augment, _device, _networks, _optimizers, vgg16
    from trainers._recipe import Recipe

    torch.set_num_threads(1)
    _device.keep_memory()  # as the trainer does
    cpu = torch.device("cpu")
    base = vgg16.convolutions(1.0, batch_norm=False)
    network = _networks.network(base, nn.Flatten(), freeze=True, pretrained=True).on(
        cpu, _device.computes_in(cpu, "auto")
    )
    moves, images = _augment.NAMED["geometric"], torch.randint(0, 256, (64, 3, 48, 48), dtype=torch.uint8)
    maps = _augment.draw(moves, 64, 48, 48, torch.Generator())
    head = nn.Sequential(nn.Linear(512, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 5))
    seen = {size: torch.randn(size, 512).to(network.numbers) for size in SIZES}

    def step(size: int) -> None:
        with torch.autocast("cpu", network.numbers, enabled=network.numbers is not torch.float32):
            scores = head(seen[size])
        head.zero_grad()
        nn.functional.cross_entropy(scores.float(), torch.zeros(size, dtype=torch.long)).backward()  # type: ignore[no-untyped-call]

    square, many, more = torch.randn(2048, 2048), torch.zeros(2**26), torch.ones(2**26)
    small = square.bfloat16()
    steps = {}
    for name in OPTIMIZERS:
        step(32)
        fitted = _optimizers.optimizer(Recipe(optimizer=name), head.parameters())  # type: ignore[arg-type]
        steps[name] = _best(fitted.step)
    return {
        "data": _best(lambda: _augment.warp(images.float(), maps)) / 64,
        "base": _best(lambda: network.see(images.float())) / 64,
        "head": {size: _best(lambda size=size: step(size)) for size in SIZES},
        "optimizer": steps,
        "float32": 2 * 2048**3 / _best(lambda: square @ square),
        "bfloat16": 2 * 2048**3 / _best(lambda: small @ small),
        "bytes": 2 * 4 * 2**26 / _best(lambda: many.copy_(more)),
    }


def _best(work: Any, times: int = 7) -> float:
    """The least processor seconds of some attempts, after one that does not count; others at work do less harm so."""
    work()
    found = []
    for _ in range(times):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return min(found)


if __name__ == "__main__":
    print(json.dumps(measure()))
