"""Two who have become one box, parted by where their tracks are expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]

INSIDE = 0.6
"""The share of an expected box that lies in a box it is a part of."""
LARGER = 1.15
"""How many times the largest of its parts a box is, at the least."""


def parted(boxes: Numbers, expected: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """Put in the place of each box that holds several expected ones those, moved to its edges.

    Who is expected farthest to the left stands at its left edge, and so on all four ways: of two both places are known
    but for the speed of who is hidden. One box for two who stand quite behind one another stays one. Beside them, which
    boxes are whole: a part is for whom it was cut out, and nobody new begins with it, or parts would beget parts.

    Args:
        boxes: Left, top, width, height of each, of shape (boxes, 4).
        expected: Where those who are followed should be, of shape (tracks, 4).
    """
    found: list[Numbers] = []
    whole: list[bool] = []
    for box in boxes:
        own = expected[_share_inside(expected, box) >= INSIDE]
        if len(own) > 1 and np.prod(box[2:]) >= LARGER * np.prod(own[:, 2:], axis=1).max():
            found.extend(_to_edges(own, box))
        else:
            found.append(box)
        whole += [len(found) - len(whole) == 1] * (len(found) - len(whole))
    return np.array(found).reshape(-1, 4), np.array(whole, dtype=bool)


def _share_inside(expected: Numbers, box: Numbers) -> Numbers:
    low = np.maximum(expected[:, :2], box[:2])
    high = np.minimum(expected[:, :2] + expected[:, 2:], box[:2] + box[2:])
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=1) / np.prod(expected[:, 2:], axis=1))


def _to_edges(own: Numbers, box: Numbers) -> Numbers:
    """Those expected in a box, none larger than it, moved so that all lie in it and the outermost at its edges."""
    moved = own.copy()
    moved[:, 2:] = np.minimum(own[:, 2:], box[2:])
    for axis in (0, 1):
        low, size = box[axis], moved[:, 2 + axis]
        room = low + box[2 + axis] - size
        moved[:, axis] = np.clip(moved[:, axis], low, room)
        first, last = np.argmin(moved[:, axis]), np.argmax(moved[:, axis] + size)
        moved[first, axis] = low
        if last != first:
            moved[last, axis] = room[last]
    return moved
