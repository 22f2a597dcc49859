"""What the face of somebody who is followed shows: expression, age and gender, by majority over the crops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Shades: TypeAlias = NDArray[np.float64]
    Bytes: TypeAlias = NDArray[np.uint8]

TOLD = ("expression", "age", "gender")
"""In the order in which a clip knows them of people."""
AGES, GENDERS = ("young", "old"), ("man", "woman")
POINTS = 32
"""A side of what the network is shown, whatever the crop has."""
MIDDLE, SPREAD = 128, 48
"""The mean and the deviation of its shades, so that the light does not matter."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What the crops of one face say of one thing."""

    votes: NDArray[np.int64]
    """How many crops say each value."""
    likely: Shades
    """The mean probability of each."""

    @property
    def told(self) -> int:
        """What most crops say; of equals the likelier."""
        return int(np.lexsort((self.likely, self.votes))[-1])


def opinions(probabilities: Sequence[Sequence[Shades]]) -> dict[str, Opinion]:
    """Put together what was read in each crop of one face: for each thing told a probability of each value."""
    found = {}
    for name, rows in zip(TOLD, zip(*probabilities, strict=True), strict=False):
        said = np.stack(rows)
        votes = np.bincount(said.argmax(axis=1), minlength=said.shape[1])
        found[name] = Opinion(votes, said.mean(axis=0))
    return found


def face_of(frame: Bytes, box: tuple[float, float, float, float], side: int) -> Bytes:
    """The upper square of somebody's box, seen in so many points a side; where the face is."""
    left, top, width, _ = box
    return crop(frame, (left, top, width), side)


def crop(picture: Bytes | Shades, square: tuple[float, float, float], side: int) -> Bytes:
    """Means of a square (left, top, length) on a grid of so many points a side, as POINTS x POINTS even shades."""
    from PIL import Image
    from scipy import ndimage

    left, top, length = square
    step = length / side
    ticks = (np.arange(side) + 0.5) * step - 0.5
    source = np.asarray(picture, dtype=np.float64)
    low_x, low_y = max(0, int(left) - 2), max(0, int(top) - 2)
    part = source[low_y : int(top + length) + 3, low_x : int(left + length) + 3]
    if part.size == 0:
        return np.full((POINTS, POINTS), MIDDLE, dtype=np.uint8)
    wide = max(1, round(step))
    for axis in (0, 1):
        part = ndimage.uniform_filter1d(part, wide, axis=axis, mode="nearest")
    grid = np.meshgrid(top - low_y + ticks, left - low_x + ticks, indexing="ij")
    points = ndimage.map_coordinates(part, grid, order=1, mode="nearest")
    even = MIDDLE + SPREAD * (points - points.mean()) / (points.std() + 1)
    small = Image.fromarray(np.clip(even, 0, 255).astype(np.uint8))
    return np.asarray(small.resize((POINTS, POINTS), Image.Resampling.BILINEAR))
