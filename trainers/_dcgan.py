"""A generator of images and the discriminator that it is trained against, at a size that fits the images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from trainers import _device, _fit, _optimizers, _random
from trainers._synthesis import INNERMOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

FILTERS = 64
"""Of the layer next to the image; they double with every halving of the image."""
DEEPEST = 4
"""Halvings at most, as for the founding 128x128 pixels."""
KERNEL, LEAK, SPREAD = 5, 0.2, 0.02
"""Side of every convolution, slope below zero, and standard deviation of the first weights."""
NORM_EPSILON = 5e-5
DRAWN_AT_ONCE = 64
"""Images that are generated together."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be told of the pair, with the founding study's values."""

    width: float = 1.0
    """Times the filters of every layer."""
    noise_size: int = 100
    """Numbers that an image is made of."""
    generator_rate: float = 4e-4
    discriminator_rate: float = 1e-5
    beta1: float = 0.5
    """Of Adam, for both."""
    batch_size: int = 64


@dataclass(frozen=True, slots=True)
class Pair:
    """Two networks that learn against each other."""

    generator: nn.Module
    """Noise of shape (images, noise_size) in, shades from -1 to 1 out."""
    discriminator: nn.Module
    """Shades from -1 to 1 in, one logit an image out: above zero where it is taken for a real one."""


def pair(shape: tuple[int, int, int], seed: int, settings: Settings) -> Pair:
    """Build both for images of `shape`: channels, height, width; on the best device, from the seed alone."""
    built = Pair(generator(shape, settings), discriminator(shape, settings))
    first = _random.generator(seed, 0, "weights")
    for network in (built.generator, built.discriminator):
        for layer in network.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d) and layer.bias is not None:
                nn.init.trunc_normal_(layer.weight, std=SPREAD, a=-2 * SPREAD, b=2 * SPREAD, generator=first)
                nn.init.zeros_(layer.bias)
        network.to(_device.best_device())
    return built


def generator(shape: tuple[int, int, int], settings: Settings) -> nn.Sequential:
    """Build the generator: a dense layer, deconvolutions that each double the sides, and one more to the channels.

    Of 128x128 pixels in three channels it has 24,034,819 parameters. Where the halvings leave a fraction of a pixel,
    the last rows and columns of what it makes are cut off.
    """
    channels, height, across = shape
    halvings = _halvings(height, across)
    down, right = math.ceil(height / 2**halvings), math.ceil(across / 2**halvings)
    filters = [_filters(number, settings.width) for number in range(halvings, -1, -1)]
    dense = nn.Linear(settings.noise_size, filters[0] * down * right)
    layers: list[nn.Module] = [dense, nn.Unflatten(1, (filters[0], down, right)), nn.LeakyReLU(LEAK)]
    for before, after in pairwise(filters):
        layers += [
            nn.ConvTranspose2d(before, after, KERNEL, stride=2, padding=KERNEL // 2, output_padding=1),
            _norm(after),
            nn.LeakyReLU(LEAK),
        ]
    layers += [nn.ConvTranspose2d(filters[-1], channels, KERNEL, padding=KERNEL // 2), nn.Tanh()]
    return nn.Sequential(*layers, nn.ZeroPad2d((0, across - right * 2**halvings, 0, height - down * 2**halvings)))


def discriminator(shape: tuple[int, int, int], settings: Settings) -> nn.Sequential:
    """Build the discriminator: convolutions that each halve the sides, but for the last but one, and a dense layer.

    Of 128x128 pixels in three channels it has 17,484,289 parameters.
    """
    channels, height, across = shape
    halvings = _halvings(height, across)
    layers: list[nn.Module] = []
    for number in range(halvings + 1):
        filters, stride = _filters(number, settings.width), 1 if number == halvings - 1 else 2
        convolution = nn.Conv2d(channels, filters, KERNEL, stride=stride, padding=KERNEL // 2)
        layers += [convolution, _norm(filters), nn.LeakyReLU(LEAK)]
        channels, height, across = filters, math.ceil(height / stride), math.ceil(across / stride)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * height * across, 1))


def _halvings(height: int, across: int) -> int:
    smallest = min(height, across)
    return max((number for number in range(1, DEEPEST + 1) if smallest >> number >= INNERMOST), default=1)


def _filters(number: int, width: float) -> int:
    return max(round((FILTERS << number) * width), 1)


def _norm(filters: int) -> nn.BatchNorm2d:
    """Normalise by the batch at hand, and remember its statistics alone."""
    return nn.BatchNorm2d(filters, eps=NORM_EPSILON, momentum=1.0)


def optimizers(both: Pair, settings: Settings) -> tuple[torch.optim.Adam, torch.optim.Adam]:
    """What the generator and the discriminator learn by."""
    adam = _optimizers.without_compiler(torch.optim.Adam)
    rates = {both.generator: settings.generator_rate, both.discriminator: settings.discriminator_rate}
    draws, tells = (
        adam(network.parameters(), lr=rate, betas=(settings.beta1, 0.999), fused=True)
        for network, rate in rates.items()
    )
    return draws, tells


def fit(
    both: Pair,
    images: Tensor,
    epochs: int,
    seed: int,
    settings: Settings,
    *,
    learning: tuple[torch.optim.Adam, torch.optim.Adam] | None = None,
    after: int = 0,
) -> Iterator[dict[str, float]]:
    """Train both on images, bytes on their device; yield their mean losses over each epoch, those after `after` alone.

    With the optimizers of such a training it goes on where that one was. Noise is drawn from the normal distribution.
    In each step the discriminator learns first, from one batch of real and one of generated images apart, and the
    generator then learns to be taken for real. What is random depends on the seed and the epoch alone.
    """
    draws, tells = learning or optimizers(both, settings)
    for epoch in range(after + 1, epochs + 1):
        order = torch.randperm(len(images), generator=_random.generator(seed, epoch, "order")).to(images.device)
        noises = _random.generator(seed, epoch, "noise")
        lost = torch.zeros(2, dtype=torch.float64, device=images.device)
        for part in _fit.batches(order, settings.batch_size):
            noise = torch.randn(len(part), settings.noise_size, generator=noises).to(images.device)
            made = both.generator(noise)
            told = _discriminate(both.discriminator, tells, images[part].float() / 127.5 - 1, made.detach())
            lost += torch.stack([_deceive(both.discriminator, draws, made), told]) * len(part)
        drawing, telling = (lost / len(images)).tolist()
        yield {"generator_loss": drawing, "discriminator_loss": telling}


def _discriminate(
    discriminator: nn.Module, optimizer: torch.optim.Optimizer, real: Tensor, generated: Tensor
) -> Tensor:
    loss = _taken_for(discriminator(real), 1.0) + _taken_for(discriminator(generated), 0.0)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.detach()


def _deceive(discriminator: nn.Module, optimizer: torch.optim.Optimizer, generated: Tensor) -> Tensor:
    discriminator.requires_grad_(requires_grad=False)  # its own gradients are not wanted here
    loss = _taken_for(discriminator(generated), 1.0)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    discriminator.requires_grad_(requires_grad=True)
    return loss.detach()


def _taken_for(logits: Tensor, real: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, real))


@torch.no_grad()
def draw(generator: nn.Module, count: int, noise_size: int, seed: int) -> Tensor:
    """Generate images, bytes of shape (count, channels, height, width); more of them begin with the same ones.

    All are normalised by one batch that is made first, not by each other: images that are would lean away from each
    other, and no distance between samples could be estimated without bias.
    """
    device = next(generator.parameters()).device
    noises = _random.generator(seed, 0, "images")

    def noise() -> Tensor:
        return torch.randn(DRAWN_AT_ONCE, noise_size, generator=noises).to(device)

    generator.train()
    generator(noise())
    generator.eval()
    parts = [((generator(noise()) + 1) * 127.5).round().to(torch.uint8) for _ in range(0, count, DRAWN_AT_ONCE)]
    generator.train()
    return torch.cat(parts)[:count]
