"""Whether trials of one shape are quicker trained as one: the founding head K times, one after another and stacked.

    PYTHONPATH=. python benchmarks/stacked.py [--trials 1,2,4,8] [--steps 20] [--batch 64] [--device cpu]

A head of 4,096 and 4,096 on given features, with dropout and Adam, as trainers/vgg16.py has it. *One after another* is
what processes of their own do, each with its core. *Stacked* is one process: weights of shape (K, in, out), batched
products, one optimizer over all. Both begin from the same weights and see the same features, labels and dropout; the
losses may differ by what a product in another order is rounded to. On a CPU it is processor seconds of one thread that
are compared, on a GPU wall seconds.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainers import _device

FEATURES, HIDDEN, CLASSES = 512, 4096, 5
DROPOUT = 0.5
WARM_UP = 3
"""Steps that are not timed."""

Answer: TypeAlias = "Callable[[Tensor, Tensor], Tensor]"
"""Features of shape (images, features) and each trial's dropout in, logits of shape (trials, images, classes) out."""
Losses: TypeAlias = "list[list[float]]"
"""A row a step, a number a trial."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--trials", default="1,2,4,8", help="how many at once")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--device", default=_device.best_device().type)
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    torch.set_num_threads(1)
    _device.keep_memory()
    numbers = _device.computes_in(device, "auto")
    unit = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    print(f"{os.cpu_count()} cores, {unit}, Python {platform.python_version()}, torch {torch.__version__}")
    print(f"batches of {arguments.batch}, {arguments.steps} steps, {numbers}; load {os.getloadavg()[0]:.1f}")
    print(
        "ms a step of a trial   one after another   stacked   ratio   largest difference of losses, in the first step"
    )
    for count in map(int, arguments.trials.split(",")):
        alone, own = _in_turn(count, arguments.steps, arguments.batch, device, numbers)
        together, stacked = _trained(_starts(count, device), arguments.steps, arguments.batch, numbers)
        apart = [max(abs(a - b) for a, b in zip(*rows, strict=True)) for rows in zip(own, stacked, strict=True)]
        scale = 1000 / (arguments.steps * count)
        print(
            f"  {count:>3} trials {scale * alone:22.1f}{scale * together:16.1f}{alone / together:8.2f}"
            f"{max(apart):17.2g}, {apart[0]:.2g}",
            flush=True,
        )


def _starts(count: int, device: torch.device, first: int = 0) -> list[nn.Parameter]:
    """Weights and biases of so many trials, each of shape (trials, ...), drawn by the number of the trial.

    Of several the inputs come before the outputs: a batched product gives gradients in that order, and to turn them
    would take longer than the product.
    """
    sizes = ((FEATURES, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, CLASSES))
    found = []
    for layer, (taken, given) in enumerate(sizes):
        weights = []
        for trial in range(first, first + count):
            draws = torch.Generator().manual_seed(100 * trial + layer)
            weights.append(nn.init.xavier_uniform_(torch.empty(given, taken), generator=draws))
        stacked = torch.stack(weights) if count == 1 else torch.stack(weights).transpose(1, 2).contiguous()
        found += [nn.Parameter(stacked.to(device)), nn.Parameter(torch.zeros(count, given, device=device))]
    return found


def _answer(weights: list[nn.Parameter]) -> Answer:
    """The head with weights of its own for each trial; of one alone with plain products, as a process has it."""

    def stacked(seen: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.baddbmm(bias.unsqueeze(1), seen, weight)

    def single(seen: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return functional.linear(seen.squeeze(0), weight.squeeze(0), bias.squeeze(0)).unsqueeze(0)

    count = len(weights[0])
    layer = stacked if count > 1 else single

    def answer(seen: Tensor, masks: Tensor) -> Tensor:
        hidden = layer(seen.expand(count, -1, -1), weights[0], weights[1]).relu()
        hidden = layer(hidden, weights[2], weights[3]).relu() * masks
        return layer(hidden, weights[4], weights[5])

    return answer


def _in_turn(count: int, steps: int, batch: int, device: torch.device, numbers: torch.dtype) -> tuple[float, Losses]:
    """Train trials one after another; give the seconds of all, and their losses."""
    each = [_trained(_starts(1, device, trial), steps, batch, numbers, trial) for trial in range(count)]
    losses = [[row[0] for row in rows] for rows in zip(*(losses for _, losses in each), strict=True)]
    return sum(seconds for seconds, _ in each), losses


def _trained(
    weights: list[nn.Parameter], steps: int, batch: int, numbers: torch.dtype, first: int = 0
) -> tuple[float, Losses]:
    """Train all trials of these weights at once; give the seconds without the first steps, and the losses."""
    device, count = weights[0].device, len(weights[0])
    answer, fitted = _answer(weights), torch.optim.Adam(weights, fused=True)
    draws = torch.Generator().manual_seed(0)
    masks = [torch.Generator().manual_seed(1000 + trial) for trial in range(first, first + count)]
    found, begin = [], 0.0
    for step in range(WARM_UP + steps):
        if step == WARM_UP:
            begin = _now(device)
        seen = torch.randn(batch, FEATURES, generator=draws).to(device, numbers)
        labels = torch.randint(CLASSES, (batch,), generator=draws).to(device)
        kept = torch.stack([torch.rand(batch, HIDDEN, generator=mask) >= DROPOUT for mask in masks])
        with torch.autocast(device.type, numbers, enabled=numbers is not torch.float32):
            logits = answer(seen, (kept / (1 - DROPOUT)).to(device, numbers)).float()
        losses = functional.cross_entropy(logits.flatten(0, 1), labels.repeat(count), reduction="none")
        each = losses.view(count, batch).mean(dim=1)
        fitted.zero_grad(set_to_none=True)
        torch.autograd.backward(each.sum())
        fitted.step()
        found.append(each.detach())
    return _now(device) - begin, [row.tolist() for row in found]


def _now(device: torch.device) -> float:
    """Seconds: of the processor, or of the wall once a GPU has done what it was given."""
    if device.type != "cuda":
        return time.process_time()
    torch.cuda.synchronize(device)
    return time.perf_counter()


if __name__ == "__main__":
    main()
