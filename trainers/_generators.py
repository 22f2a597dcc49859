"""A generator of images for each class, all trained abreast, and how near what they make comes to the real ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from trainers import _checkpoint, _dcgan, _device, _kernel_distance, _metrics, _networks, _pictures, _random

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor

    from trainers._dcgan import Pair, Settings
    from trainers.datasets._dataset import Dataset

JUDGED = 64
"""Generated images of each class that are compared with its validation images."""


@dataclass(frozen=True, slots=True)
class Own:
    """One class."""

    both: Pair
    learning: tuple[torch.optim.Adam, torch.optim.Adam]
    seed: int
    real: Tensor
    """Its training images, on the device."""
    wanted: Tensor
    """The features of its validation images."""

    def made(self, settings: Settings) -> Tensor:
        """The images by which its generator is judged."""
        return _dcgan.draw(self.both.generator, JUDGED, settings.noise_size, self.seed)


def train(
    dataset: Dataset,
    epochs: int,
    seed: int,
    settings: Settings,
    *,
    checkpoint: Path | None = None,
    every: float = _checkpoint.EVERY,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train the pair of every class; yield each epoch's losses, and the distances of what they make.

    Both networks and both optimizers of every class are kept in one checkpoint, with the readings so far: what is
    random depends on the seed and the epoch alone.
    """
    device = _device.best_device()
    judge = _kernel_distance.features(torch.from_numpy(np.array(dataset.train.images)).to(device))
    classes = [_own(dataset, label, seed, settings, judge, device) for label in range(len(dataset.classes))]
    kept = _checkpoint.Checkpoint(checkpoint, every, _about(classes, epochs, seed, settings) if checkpoint else {})
    for label, own in enumerate(classes):
        for name, network, fitted in zip(("draws", "tells"), _parts(own), own.learning, strict=True):
            kept.join(f"{name} {label}", _checkpoint.Training(network, fitted, None))
    readings = kept.readings
    yield from map(dict, readings)
    courses = [
        _dcgan.fit(own.both, own.real, epochs, own.seed, settings, learning=own.learning, after=len(readings))
        for own in classes
    ]
    names = [f"kernel_distance/{name}" for name in _metrics.in_metrics(dataset.classes)]
    shares = [len(own.real) / len(dataset.train) for own in classes]
    for losses in zip(*courses, strict=True):
        made = [own.made(settings) for own in classes]
        found = [
            _kernel_distance.kernel_distance(judge.of(m), own.wanted) for m, own in zip(made, classes, strict=True)
        ]
        mean = {name: sum(s * own[name] for s, own in zip(shares, losses, strict=True)) for name in losses[0]}
        distances = {"kernel_distance": sum(found) / len(found), **dict(zip(names, found, strict=True))}
        readings.append({**mean, **distances})
        if len(readings) < epochs:
            kept.keep(readings)
        elif pictures is not None:
            _pictures.samples(pictures, dataset.classes, [own.real for own in classes], made)
        yield dict(readings[-1])


def _own(
    dataset: Dataset,
    label: int,
    seed: int,
    settings: Settings,
    judge: _kernel_distance.Features,
    device: torch.device,
) -> Own:
    seed = _random.stream(seed, label, "class")
    real, val = (
        torch.from_numpy(split.images[split.labels == label]).to(device) for split in (dataset.train, dataset.val)
    )
    both = _dcgan.pair(dataset.shape, seed, settings)
    return Own(both, _dcgan.optimizers(both, settings), seed, real, judge.of(val))


def _parts(own: Own) -> list[_networks.Network]:
    """Both networks of a class, as a checkpoint takes them."""
    return [_networks.of_shades(layers) for layers in (own.both.generator, own.both.discriminator)]


def _about(classes: list[Own], epochs: int, seed: int, settings: Settings) -> dict[str, object]:
    """On what their numbers hang; see `_checkpoint.about`."""
    told = {"seed": seed, "number of epochs": epochs, "settings": asdict(settings)}
    whole = _parts(classes[0])[1]
    whole = replace(whole, mean=whole.mean.to(classes[0].real.device))
    return _checkpoint.about(whole, told, [tensor for own in classes for tensor in (own.real, own.wanted)])
