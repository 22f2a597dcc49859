"""A network in two parts, and what happens to an image before it enters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.func import functional_call

if TYPE_CHECKING:
    from torch import Tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
EVEN = (0.5, 0.5, 0.5)
"""Mean and deviation that bring shades from -1 to 1."""


@dataclass(frozen=True, slots=True)
class Network:
    """A part that stays as it is and a part that is trained on what the first one makes of the images."""

    frozen: nn.Module
    """The identity where all is trained."""
    trained: nn.Module
    """From there to the logits."""
    mean: Tensor
    """The mean shade of each channel, from 0 to 1, where the network's weights come from."""
    deviation: Tensor
    """The standard deviation of each channel there."""
    numbers: torch.dtype = torch.float32
    """What its layers compute in; weights stay float32."""
    seen: bool = False
    """Whether it is given what its frozen part made of the images, instead of the images."""
    rounded: dict[str, Tensor] = field(default_factory=dict, hash=False)
    """Trained weights in these numbers by name, where they are kept beside their own; see `_rounded`."""

    @property
    def whole(self) -> bool:
        """Whether all of it is trained, from the images on."""
        return isinstance(self.frozen, nn.Identity)

    def on(self, device: torch.device, numbers: torch.dtype) -> Network:
        """Bring it to a device, its convolutions in the layout they are quickest in."""
        layout = torch.channels_last
        frozen = self.frozen.to(device).to(memory_format=layout).eval()
        for layer in frozen.modules():
            if numbers is torch.bfloat16 and isinstance(layer, nn.Conv2d | nn.Linear):
                layer.to(numbers)  # once, where autocast would do it for each batch, to the same bits
        return replace(
            self,
            frozen=frozen,
            trained=self.trained.to(device).to(memory_format=layout),
            mean=self.mean.to(device),
            deviation=self.deviation.to(device),
            numbers=numbers,
        )

    def shaded(self, mean: Sequence[float], deviation: Sequence[float]) -> Network:
        """The same with other shades: as the images were that the weights come from."""
        return replace(
            self, mean=torch.tensor(mean).view(1, -1, 1, 1), deviation=torch.tensor(deviation).view(1, -1, 1, 1)
        )

    def see(self, images: Tensor) -> Tensor:
        """Normalise images from 0 to 255, gray ones in three channels alike, and pass them through the frozen part."""
        if self.seen:
            return images
        shades = (images / 255 - self.mean) / self.deviation
        # an image's own gradient is asked for by those who change it
        with torch.set_grad_enabled(images.requires_grad), self._autocast(images.device):
            seen: Tensor = self.frozen(shades.contiguous(memory_format=torch.channels_last))
        return seen

    def answer(self, seen: Tensor) -> Tensor:
        """Give the logits for what `see` gave."""
        with self._autocast(seen.device):
            logits: Tensor = functional_call(self.trained, self.rounded, seen) if self.rounded else self.trained(seen)
        return logits.float()

    def _autocast(self, device: torch.device) -> torch.autocast:
        return torch.autocast(device.type, self.numbers, enabled=self.numbers is not torch.float32)


def network(base: nn.Module, head: nn.Module, *, freeze: bool, pretrained: bool, kept: int = 0) -> Network:
    """Join a base and a head; images are normalised as the weights' own images were.

    To `freeze` is to keep the base as it is; else so many of its first layers are `kept`, where it is a row of layers.
    """
    mean, deviation = (IMAGENET_MEAN, IMAGENET_DEVIATION) if pretrained else (EVEN, EVEN)
    frozen, trained = (base, head) if freeze else (nn.Identity(), nn.Sequential(base, head))
    if kept and not freeze and isinstance(base, nn.Sequential):
        frozen, trained = base[:kept], nn.Sequential(base[kept:], head)
    return Network(
        frozen.requires_grad_(requires_grad=False),
        trained,
        torch.tensor(mean).view(1, 3, 1, 1),
        torch.tensor(deviation).view(1, 3, 1, 1),
    )


def of_shades(layers: nn.Module) -> Network:
    """Train all layers, on shades from 0 to 1 in as many channels as the images have."""
    return Network(nn.Identity(), layers, torch.zeros(1, 1, 1, 1), torch.ones(1, 1, 1, 1))
