"""What the face of somebody who is followed shows: expression and age, by the mean opinion over the crops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shades: TypeAlias = NDArray[np.float64]
    Bytes: TypeAlias = NDArray[np.uint8]

TAUGHT = 1500
"""Generated faces that are learnt from."""
FLOOR_SHADES = (60, 200)
SLIP = 0.07
"""How far a crop may miss the face, a share of its side."""
SHRINKAGE = 0.2
"""Of the covariance towards a ball: there are hardly more faces than points."""
TRUSTED = 6
"""Crops whose opinions count fully; those of a face that stands still are hardly more than one."""


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Linear discriminants over the points of a crop."""

    side: int
    expression: tuple[Shades, Shades]
    """Weights and offsets: a column a class."""
    old: tuple[Shades, Shades]


def learn(side: int, seed: int) -> Reader:
    """Learn from generated faces of so many points a side, cut out as carelessly as a track cuts them.

    Fisher's linear discriminant with a shrunken covariance (Friedman, JASA 84, 1989).
    """
    from trainers.datasets import _scene, faces

    source = faces.load(size=_scene.FACE, train_images=TAUGHT, val_images=5, test_images=5, difficulty=0.5).train
    random = np.random.default_rng(seed)
    mask = _scene.head_mask(_scene.FACE)
    crops = np.empty((TAUGHT, side * side))
    for index, face in enumerate(source.images[:, 0]):
        around = random.uniform(*FLOOR_SHADES)
        picture = around + mask * (face.astype(float) - around) + 4 * random.standard_normal(face.shape)
        slip = random.uniform(-SLIP, SLIP, 3) * _scene.FACE
        canvas = np.pad(picture, 4, constant_values=around)
        crops[index] = crop(canvas, (4 + slip[0], 4 + slip[1], _scene.FACE + slip[2]), side)
    return Reader(side, _fit(crops, source.labels), _fit(crops, source.attributes["old"]))


def opinions(reader: Reader, crops: Shades) -> tuple[Shades, Shades]:
    """The logarithms of the probabilities of each expression, and of young and old, from all crops of one person.

    Args:
        reader: What was learnt.
        crops: Of shape (crops, points).
    """
    weight = min(len(crops), TRUSTED) / len(crops) if len(crops) else 0.0
    found = []
    for weights, offsets in (reader.expression, reader.old):
        scores = weight * (crops @ weights + offsets).sum(axis=0) / max(1, min(len(crops), TRUSTED))
        found.append(scores - _logsumexp(scores))
    return found[0], found[1]


def face_of(frame: Bytes, box: tuple[float, float, float, float], side: int) -> Shades:
    """The upper square of somebody's box, of so many points a side, as a row; where the face is."""
    left, top, width, _ = box
    return crop(frame, (left, top, width), side)


def crop(picture: Bytes | Shades, square: tuple[float, float, float], side: int) -> Shades:
    """Means of a square (left, top, length) on a grid of so many points a side, standardised, as a row."""
    from scipy import ndimage

    left, top, length = square
    step = length / side
    ticks = (np.arange(side) + 0.5) * step - 0.5
    smooth = ndimage.uniform_filter1d
    source = np.asarray(picture, dtype=np.float64)
    low_x, low_y = max(0, int(left) - 2), max(0, int(top) - 2)
    part = source[low_y : int(top + length) + 3, low_x : int(left + length) + 3]
    if part.size == 0:
        return np.zeros(side * side)
    wide = max(1, round(step))
    part = smooth(smooth(part, wide, axis=0, mode="nearest"), wide, axis=1, mode="nearest")
    grid = np.meshgrid(top - low_y + ticks, left - low_x + ticks, indexing="ij")
    points = ndimage.map_coordinates(part, grid, order=1, mode="nearest").ravel()
    return np.asarray((points - points.mean()) / (points.std() + 1.0))


def _fit(rows: Shades, labels: NDArray[np.int64]) -> tuple[Shades, Shades]:
    means = np.stack([rows[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    apart = rows - means[labels]
    spread = apart.T @ apart / len(rows)
    size = len(spread)
    shrunk = (1 - SHRINKAGE) * spread + SHRINKAGE * np.trace(spread) / size * np.eye(size)
    weights = np.linalg.solve(shrunk, means.T)
    shares = np.bincount(labels) / len(labels)
    return weights, np.log(shares) - 0.5 * (means * weights.T).sum(axis=1)


def _logsumexp(scores: Shades) -> float:
    highest = scores.max()
    return float(highest + np.log(np.exp(scores - highest).sum()))
