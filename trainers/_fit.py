"""The one loop that fits every image network, with the images on the device and no waiting for it inside an epoch."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from trainers import _augment, _device, _metrics, _optimizers, _random

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor
    from torch.optim import Optimizer as TorchOptimizer

    from trainers import _domains
    from trainers._networks import Network
    from trainers.datasets._dataset import Dataset, Split

JUDGED_AT_ONCE = 256
"""Validation images in a batch; the answers do not depend on it beyond rounding."""


@dataclass(frozen=True, slots=True)
class Data:
    """A split's images and labels on the device."""

    images: Tensor
    """Bytes of shape (images, channels, height, width)."""
    labels: Tensor
    """Class indices."""


def fit(
    dataset: Dataset,
    network: Network,
    epochs: int,
    seed: int,
    *,
    augmentation: _augment.Augmentation,
    optimizer: _domains.Optimizer,
    learning_rate: float | None,
    relative_learning_rate: float,
    weight_decay: float | None,
    label_smoothing: float,
    batch_size: int,
    schedule: _domains.Schedule,
    patience: int,
    precision: _domains.Precision,
    metrics: _domains.Metrics = "usual",
) -> Iterator[dict[str, float]]:
    """Train `network.trained` on what `network.frozen` makes of the images; yield the metrics of each epoch.

    Everything random depends on the seed and the epoch alone, so that any epoch can be trained again from the weights,
    the optimizer's and the schedule's state before it. Seeds torch's global generator each epoch, for dropout.
    """
    device = _device.best_device()
    train, val = (_resident(split, device) for split in (dataset.train, dataset.val))
    network = network.on(device, _device.computes_in(device, precision))
    fitted = _optimizers.optimizer(
        optimizer, network.trained.parameters(), learning_rate, relative_learning_rate, weight_decay
    )
    plateau = _optimizers.plateau(fitted, patience) if schedule == "plateau" else None
    for epoch in range(1, epochs + 1):
        rate = float(fitted.param_groups[0]["lr"])
        total = _train(network, fitted, _epoch(train, augmentation, batch_size, seed, epoch), label_smoothing)
        answers = _answers(network, val)
        measured = _metrics.classification(answers, val.labels)
        if plateau is not None:
            plateau.step(measured["loss"])
        more = _metrics.more(answers, val.labels, dataset.classes) if metrics == "full" else {}
        yield {
            "train_loss": float(total) / len(train.labels),
            **{f"val_{name}": value for name, value in measured.items()},
            **more,
            "learning_rate": rate,
        }


def _resident(split: Split, device: torch.device) -> Data:
    with warnings.catch_warnings():  # images mapped from the cache are read-only, and nothing here writes to them
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable", category=UserWarning)
        return Data(torch.from_numpy(split.images).to(device), torch.from_numpy(split.labels).to(device))


def _epoch(
    data: Data, augmentation: _augment.Augmentation, batch_size: int, seed: int, epoch: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Give the batches of an epoch, as float images from 0 to 255 with their labels."""
    count, _, height, width = data.images.shape
    device = data.images.device
    order = torch.randperm(count, generator=_random.generator(seed, epoch, "order")).to(device)
    maps = None
    if augmentation.moves:
        draws = _random.generator(seed, epoch, "augmentation")
        maps = _augment.draw(augmentation, count, height, width, draws).to(device)
    torch.manual_seed(_random.stream(seed, epoch, "dropout"))
    for chosen in batches(order, batch_size):
        images = data.images[chosen].float()
        yield images if maps is None else _augment.warp(images, maps[chosen]), data.labels[chosen]


def batches(order: Tensor, batch_size: int) -> list[Tensor]:
    """Cut an order into batches; a single image left over joins the last one, for batch norm cannot learn from one."""
    parts = list(torch.split(order, batch_size))
    if batch_size > 1 and len(parts) > 1 and len(parts[-1]) == 1:
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


def _train(
    network: Network, fitted: TorchOptimizer, batches: Iterator[tuple[Tensor, Tensor]], label_smoothing: float
) -> Tensor:
    """Fit to each batch once; give the sum of the losses, still on the device."""
    network.trained.train()
    total = torch.zeros((), dtype=torch.float64, device=next(network.trained.parameters()).device)
    for images, labels in batches:
        answers = network.answer(network.see(images))
        loss = functional.cross_entropy(answers, labels, label_smoothing=label_smoothing)
        fitted.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        fitted.step()
        total += loss.detach() * len(labels)
    return total


@torch.inference_mode()
def _answers(network: Network, data: Data) -> Tensor:
    """Give the logits of all images, as they are."""
    network.trained.eval()
    parts = torch.split(data.images, JUDGED_AT_ONCE)
    return torch.cat([network.answer(network.see(images.float())) for images in parts])
