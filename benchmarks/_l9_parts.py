"""Seconds of each part of the founding L9 alone, in one thread, and what the machine allows: for l9_vgg16.py."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainers._networks import Network

OPTIMIZERS = ("adam", "adagrad", "adadelta")
SIZES = (32, 64, 128)


def measure() -> dict[str, Any]:
    """Seconds of each part alone, in one thread: an image's data and base, a step's head and optimizer; the machine."""
    import torch
    from torch import nn

    from trainers import _augment, _device, _networks, vgg16

    torch.set_num_threads(1)
    _device.keep_memory()  # as the trainer does
    cpu = torch.device("cpu")
    base = vgg16.convolutions(1.0, batch_norm=False)
    network = _networks.network(base, nn.Flatten(), freeze=True, pretrained=True).on(
        cpu, _device.computes_in(cpu, "auto")
    )
    moves, images = _augment.NAMED["geometric"], torch.randint(0, 256, (64, 3, 48, 48), dtype=torch.uint8)
    maps = _augment.draw(moves, 64, 48, 48, torch.Generator())
    square, many, more = torch.randn(2048, 2048), torch.zeros(2**26), torch.ones(2**26)
    small = square.bfloat16()
    steps = {name: _step(network, name) for name in OPTIMIZERS}
    return {
        "data": _best(lambda: _augment.warp(images.float(), maps)) / 64,
        "base": _best(lambda: network.see(images.float())) / 64,
        "head": {name: heads for name, (heads, _) in steps.items()},
        "optimizer": {name: optimizer for name, (_, optimizer) in steps.items()},
        "float32": 2 * 2048**3 / _best(lambda: square @ square),
        "bfloat16": 2 * 2048**3 / _best(lambda: small @ small),
        "bytes": 2 * 4 * 2**26 / _best(lambda: many.copy_(more)),
    }


def _step(network: Network, name: Any) -> tuple[dict[int, float], float]:
    """Seconds of a step's head forward and back, by the size of its batch, and of an optimizer, as the trainer has it.

    Where weights are kept rounded beside their own, the optimizer's part is longer and the head's shorter by more.
    """
    import torch
    from torch import nn

    from trainers import _optimizers, _rounded
    from trainers._recipe import Recipe

    head = nn.Sequential(nn.Linear(512, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 5))
    fitted = _optimizers.optimizer(Recipe(optimizer=name), head.parameters())
    learner, steps = _rounded.beside(replace(network, trained=head, seen=True), fitted)
    seen = {size: torch.randn(size, 512).to(network.numbers) for size in SIZES}

    def learn(size: int) -> None:
        scores = learner.answer(seen[size])
        steps.zero_grad(set_to_none=True)
        torch.autograd.backward(nn.functional.cross_entropy(scores, torch.zeros(size, dtype=torch.long)))

    return {size: _best(lambda size=size: learn(size)) for size in SIZES}, _best(steps.step)


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
