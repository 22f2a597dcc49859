"""Who crosses the door line, which way, and how long each is in which section: all of it from where the feet are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trainers.datasets._footage import Floor, Point

    Numbers: TypeAlias = NDArray[np.float64]

Way: TypeAlias = Literal["in", "out"]
MARGIN = 3.0
"""In points: whose feet are nearer to the line is on neither side, so that one who wavers on it is counted once."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody passes the door."""

    frame: int
    who: int
    way: Way


def feet(boxes: Numbers) -> Numbers:
    """The middle of the lower edge of boxes (left, top, width, height), of shape (boxes, 2)."""
    return np.stack([boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]], axis=1)


def crossings(who: int, frames: Sequence[int], places: Numbers, floor: Floor) -> list[Crossing]:
    """When one who was at `places`, of shape (frames, 2), came from one side of the line surely to the other."""
    sides, beside = _sides(places, floor)
    found, last = list[Crossing](), 0
    for frame, side, near in zip(frames, sides, beside, strict=True):
        if abs(side) < MARGIN or not near:
            continue
        now = 1 if side > 0 else -1
        if last and now != last:
            found.append(Crossing(frame, who, "in" if now > 0 else "out"))
        last = now
    return found


def counts(found: Sequence[Crossing], until: int) -> dict[Way, int]:
    """How many went each way before a frame."""
    early = [crossing.way for crossing in found if crossing.frame < until]
    return {"in": early.count("in"), "out": early.count("out")}


def dwell(places: Numbers, sections: Mapping[str, Sequence[Point]]) -> dict[str, int]:
    """In how many frames feet stand in each section."""
    return {name: int(within(places, corners).sum()) for name, corners in sections.items()}


def within(places: Numbers, corners: Sequence[Point]) -> NDArray[np.bool_]:
    """Whether points lie in a polygon: a ray to the right meets its edges an odd number of times."""
    x, y = places[:, 0], places[:, 1]
    odd = np.zeros(len(places), dtype=bool)
    for (from_x, from_y), (to_x, to_y) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if from_y == to_y:
            continue
        level = (from_y > y) != (to_y > y)
        odd ^= level & (x < from_x + (y - from_y) * (to_x - from_x) / (to_y - from_y))
    return odd


def _sides(places: Numbers, floor: Floor) -> tuple[Numbers, NDArray[np.bool_]]:
    """How far inside each point is, in points of the frame, and whether it is beside the line or past its ends."""
    start, end, inside = np.array(floor.line[0]), np.array(floor.line[1]), np.array(floor.inside)
    along = (end - start) / np.hypot(*(end - start))
    across = np.array([-along[1], along[0]])
    across = across * np.sign((inside - start) @ across)
    share = (places - start) @ along
    return (places - start) @ across, (share >= 0) & (share <= np.hypot(*(end - start)))
