"""Small random turns, zooms, shifts and flips of images, drawn for a whole epoch and applied a batch at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

    from trainers._recipe import Recipe


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far each image may be moved, evenly either way."""

    rotation: float = 0.0
    """Degrees."""
    zoom: float = 0.0
    """Share of the size, for width and height apart, as in Keras."""
    shift: float = 0.0
    """Share of the width and of the height."""
    horizontal_flip: bool = False
    """Whether every second image is mirrored left to right."""
    vertical_flip: bool = False
    """Whether every second image is turned upside down."""

    @property
    def moves(self) -> bool:
        """Whether it does anything at all."""
        return any((self.rotation, self.zoom, self.shift, self.horizontal_flip, self.vertical_flip))


NAMED: Mapping[str, Augmentation] = {
    "none": Augmentation(),
    "mirror": Augmentation(horizontal_flip=True),
    "turn": Augmentation(rotation=10, horizontal_flip=True),
    "geometric": Augmentation(rotation=5, zoom=0.1, shift=0.1, horizontal_flip=True),
}
"""Sets of moves, each a level of a factor."""


def chosen(recipe: Recipe) -> Augmentation:
    """The named set of a recipe, or the one its ranges make."""
    if recipe.augmentation != "ranges":
        return NAMED[recipe.augmentation]
    return Augmentation(recipe.rotation, recipe.zoom, recipe.shift, recipe.horizontal_flip, recipe.vertical_flip)


def draw(augmentation: Augmentation, count: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """Draw where each of `count` images takes its points from: affine maps of shape (count, 2, 3).

    The draws of image i do not depend on batches, so that whoever trains on the same images sees the same ones.
    """
    turns, zooms_x, zooms_y, shifts_x, shifts_y = 2 * torch.rand(5, count, generator=generator) - 1
    mirrored, inverted = torch.rand(2, count, generator=generator) < 0.5  # noqa: PLR2004
    angle = turns * augmentation.rotation * math.pi / 180
    scale_x, scale_y = 1 + zooms_x * augmentation.zoom, 1 + zooms_y * augmentation.zoom
    if augmentation.horizontal_flip:
        scale_x = torch.where(mirrored, -scale_x, scale_x)
    if augmentation.vertical_flip:
        scale_y = torch.where(inverted, -scale_y, scale_y)
    # Coordinates run from -1 to 1 along both sides, so a turn of an oblong image carries the ratio of its sides.
    ratio = height / width
    across = torch.stack(
        [angle.cos() * scale_x, -angle.sin() * scale_y * ratio, 2 * augmentation.shift * shifts_x], dim=1
    )
    down = torch.stack([angle.sin() * scale_x / ratio, angle.cos() * scale_y, 2 * augmentation.shift * shifts_y], dim=1)
    return torch.stack([across, down], dim=1)


def warp(images: Tensor, maps: Tensor) -> Tensor:
    """Move float images by their maps, bilinearly; points from outside take the nearest border's color."""
    grid = functional.affine_grid(maps, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
