"""Who is in each frame: by a background model, for which what differs from the empty floor is somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trainers.datasets._footage import Footage
    from trainers.people_counting import Pipeline

    Shades: TypeAlias = NDArray[np.float32]
    Boxes: TypeAlias = NDArray[np.float64]
    Frames: TypeAlias = Iterable[NDArray[np.uint8]]

Finder: TypeAlias = "Callable[[Frames], Iterator[Boxes]]"
"""Successive frames in, the boxes of who is in each out."""

EMPTY_RATE, FOREGROUND_RATE = 0.05, 0.002
"""How fast the floor follows the frame where nobody is, and where somebody seems to be: slowly, or who stops fades."""
LEAST = 1 / 160
"""A person covers at least this share of the frame."""
NARROWEST = 5
"""Less across or down, in points, is a line and nobody."""
GAP = 3
"""Parts of one person lie no farther than this apart, in points."""


def finder(pipeline: Pipeline, footage: Footage) -> Finder:
    """Give what finds people in a video's frames, as the pipeline names it."""
    if pipeline.detector == "background":
        return partial(found, background=empty_floor(footage.train.frames), threshold=pipeline.detection_threshold)
    from trainers import _pedestrians

    network = _pedestrians.build(pipeline.detector, pipeline.weights)
    return partial(_pedestrians.found, network, least=pipeline.detection_threshold / 100)


def found(frames: Frames, background: Shades, threshold: float) -> Iterator[Boxes]:
    """Find who is in each frame, the background following them."""
    for frame in frames:
        boxes, background = detect(frame, background, threshold)
        yield boxes


def empty_floor(frames: NDArray[np.uint8]) -> Shades:
    """The median of each point over up to 50 frames, which people who pass do not move."""
    chosen = frames[:: max(1, len(frames) // 50)]
    return np.asarray(np.median(chosen, axis=0), dtype=np.float32)


def detect(frame: NDArray[np.uint8], background: Shades, threshold: float) -> tuple[Boxes, Shades]:
    """Find who is in a frame; give their boxes, of shape (people, 4), and the background as it has become.

    A box is left, top, width, height. Two who overlap are one box: the model knows no persons, only the floor.

    Args:
        frame: Shades of shape (height, width).
        background: The empty floor, of the same shape.
        threshold: By how many shades, on the mean of 3x3 points, somebody differs from the floor.
    """
    from scipy import ndimage

    shades = frame.astype(np.float32)
    # the mean light of all is taken out, so that a cloud is nobody
    ratio = np.median(shades[::4, ::4] / np.maximum(background[::4, ::4], 1))
    difference = shades - background * ratio
    differs = np.abs(ndimage.uniform_filter(difference, 3, mode="nearest")) > threshold
    padded = np.pad(differs, GAP)
    joined = _closed(padded.astype(np.uint8))[GAP:-GAP, GAP:-GAP]
    labels, _ = ndimage.label(joined)
    people = []
    for rows, columns in ndimage.find_objects(labels):
        wide, high = columns.stop - columns.start, rows.stop - rows.start
        if wide * high >= LEAST * frame.size and min(wide, high) >= NARROWEST:
            # the mean over 3x3 points makes everybody a point wider on each side
            people.append((columns.start + 1, rows.start + 1, wide - 2, high - 2))
    rate = np.where(joined, np.float32(FOREGROUND_RATE), np.float32(EMPTY_RATE))
    return np.array(people, dtype=np.float64).reshape(-1, 4), background + rate * (shades - background)


def _closed(differs: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Close gaps: a binary closing by a rectangle, as running maxima and minima, which are several times quicker."""
    from scipy import ndimage

    sides = (2 * GAP + 1, 3)
    for running in (ndimage.maximum_filter1d, ndimage.minimum_filter1d):
        for axis, side in enumerate(sides):
            differs = running(differs, side, axis=axis, mode="constant")
    return np.asarray(differs, dtype=bool)
