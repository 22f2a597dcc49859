"""How far generated images are from real ones: a kernel's distance between what one fixed network sees in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from trainers import _random

if TYPE_CHECKING:
    from torch import Tensor

FILTERS = (32, 64, 128)
"""Of convolutions that each halve the image."""
POOLED = 2
"""Pixels a side that the last one's answers are averaged to."""
DEGREE = 3
SEEN_AT_ONCE = 256
DEAD = 1e-6
"""A feature that varies less over the training images says nothing."""


@dataclass(frozen=True, slots=True)
class Features:
    """A network that is never trained, the same for every seed and trial, and the scale of what it sees."""

    layers: nn.Module
    mean: Tensor
    """Of each feature over the training images."""
    deviation: Tensor
    """Of each feature over the training images."""

    def of(self, images: Tensor) -> Tensor:
        """Give the features of images, bytes of shape (images, channels, height, width): (images, features).

        Each row has one length, so that no single odd image decides over a distance.
        """
        scaled = (_seen(self.layers, images) - self.mean) / self.deviation
        alike: Tensor = functional.normalize(scaled) * scaled.shape[1] ** 0.5
        return alike


def features(images: Tensor) -> Features:
    """Build the network for images like these, all of the training split, on their device.

    Three convolutions of random weights with rectifiers, pooled to 2x2: 512 features, each brought to mean 0 and
    deviation 1 over the training images, and then each image's to one length. Random weights tell images apart where no
    network trained on their like is at hand (Naeem and others, arXiv 2002.09797). Distances on different data are not
    comparable.
    """
    weights = _random.generator(0, 0, "features")  # never a trial's own seed: trials are compared by them
    channels = images.shape[1]
    layers: list[nn.Module] = []
    for filters in FILTERS:
        convolution = nn.Conv2d(channels, filters, 3, stride=2, padding=1, bias=False)
        nn.init.kaiming_normal_(convolution.weight, generator=weights)
        layers += [convolution, nn.ReLU()]
        channels = filters
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(POOLED), nn.Flatten()).to(images.device)
    seen = _seen(network, images)
    deviation = seen.std(dim=0, correction=0)
    return Features(network, seen.mean(dim=0), torch.where(deviation < DEAD, torch.inf, deviation))


@torch.no_grad()
def _seen(layers: nn.Module, images: Tensor) -> Tensor:
    parts = [layers(part.float() / 127.5 - 1) for part in torch.split(images, SEEN_AT_ONCE)]
    return torch.cat(parts).double()


def kernel_distance(one: Tensor, other: Tensor) -> float:
    """Estimate the squared maximum mean discrepancy of two samples of features, without bias.

    The kernel is (x·y / d + 1)³ of d features: the kernel inception distance of Binkowski and others (arXiv 1801.01401)
    on other features than theirs; the estimate is that of Gretton and others (2012, lemma 6). It is zero on average
    where both samples come from one distribution, and so may be below zero. Each sample wants two rows at least.
    """

    def kernel(left: Tensor, right: Tensor) -> Tensor:
        return (left @ right.T / left.shape[1] + 1) ** DEGREE

    def within(sample: Tensor) -> Tensor:
        values, count = kernel(sample, sample), len(sample)
        return (values.sum() - values.diagonal().sum()) / (count * (count - 1))

    return float(within(one) + within(other) - 2 * kernel(one, other).mean())
