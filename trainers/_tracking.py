"""SORT: boxes of successive frames become tracks by a Kalman filter and the Hungarian method.

After Bewley, Ge, Ott, Ramos and Upcroft, Simple online and realtime tracking (ICIP 2016, arXiv 1602.00763); beyond it,
a box in which two confirmed tracks are expected is parted between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from trainers._parting import parted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]

STATES, SEEN = 7, 4
"""Middle across and down, area and aspect are seen; the first three have a speed."""
LEAST_AREA = 1.0
_MOVE = np.eye(STATES) + np.eye(STATES, k=SEEN)
_SEE = np.eye(SEEN, STATES)
_MOVE_NOISE = np.diag([1, 1, 1, 1, 0.01, 0.01, 0.0001])
_SEE_NOISE = np.diag([1.0, 1, 10, 10])
_FIRST = np.diag([10.0, 10, 10, 10, 1e4, 1e4, 1e4])


@dataclass(frozen=True, slots=True)
class Rules:
    """When a box belongs to a track, and when a track begins and ends."""

    overlap_threshold: float
    """The least intersection over union of a box with where its track is expected."""
    max_age: int
    """How many frames in a row a track lives without a box."""
    min_hits: int
    """How many boxes make a track; those before count once there are so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One who is followed."""

    number: int
    state: Numbers
    spread: Numbers
    missed: int
    """How many frames in a row it had no box."""
    frames: tuple[int, ...]
    """In which frames it had one."""
    boxes: tuple[tuple[float, float, float, float], ...]
    """Left, top, width, height in each of these frames."""


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """All tracks up to a frame."""

    alive: tuple[Track, ...] = ()
    ended: tuple[Track, ...] = ()
    begun: int = 0

    def confirmed(self, rules: Rules) -> list[Track]:
        """Those of enough boxes, in the order in which they began."""
        found = [track for track in (*self.ended, *self.alive) if len(track.frames) >= rules.min_hits]
        return sorted(found, key=lambda track: track.number)


def step(tracks: Tracks, frame: int, boxes: Numbers, rules: Rules) -> Tracks:
    """Take the boxes of the next frame, of shape (boxes, 4); give all tracks as they have become."""
    moved = [_moved(track) for track in tracks.alive]
    expected = np.array([_box(track.state) for track in moved]).reshape(-1, 4)
    sure = np.array([len(track.frames) >= rules.min_hits for track in moved], dtype=bool)
    boxes, whole = parted(boxes, expected[sure])
    pairs = matched(overlaps(expected, boxes), rules.overlap_threshold)
    alive, ended = [], list(tracks.ended)
    for index, track in enumerate(moved):
        if index in pairs:
            alive.append(_seen(track, frame, boxes[pairs[index]]))
        elif track.missed < rules.max_age:
            alive.append(replace(track, missed=track.missed + 1))
        elif len(track.frames) >= rules.min_hits:
            ended.append(track)
    taken, begun = set(pairs.values()), tracks.begun
    for index in range(len(boxes)):
        if index not in taken and whole[index]:
            begun += 1
            alive.append(_begun(begun, frame, boxes[index]))
    return Tracks(tuple(alive), tuple(ended), begun)


def overlaps(ours: Numbers, theirs: Numbers) -> Numbers:
    """Intersection over union of each of our boxes with each of theirs, of shape (ours, theirs)."""
    ours, theirs = ours[:, None, :], theirs[None, :, :]
    low = np.maximum(ours[..., :2], theirs[..., :2])
    high = np.minimum(ours[..., :2] + ours[..., 2:], theirs[..., :2] + theirs[..., 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=-1)
    union = np.prod(ours[..., 2:], axis=-1) + np.prod(theirs[..., 2:], axis=-1) - shared
    return np.asarray(shared / np.maximum(union, np.finfo(float).tiny))


def matched(similarity: Numbers, least: float) -> dict[int, int]:
    """Pair rows with columns so that the sum is largest; pairs of less than the least are none."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(similarity, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {row: column for row, column in pairs if similarity[row, column] >= max(least, np.finfo(float).tiny)}


def _begun(number: int, frame: int, box: Numbers) -> Track:
    state = np.concatenate([_measured(box), np.zeros(STATES - SEEN)])
    return Track(number, state, _FIRST, 0, (frame,), (_corners(box),))


def _moved(track: Track) -> Track:
    """Where it is expected in the next frame."""
    state = track.state
    if state[2] + state[6] < LEAST_AREA:
        state = state.copy()
        state[6] = 0
    return replace(track, state=_MOVE @ state, spread=_MOVE @ track.spread @ _MOVE.T + _MOVE_NOISE)


def _seen(track: Track, frame: int, box: Numbers) -> Track:
    """Correct where it was expected by where it is."""
    wrong = _measured(box) - _SEE @ track.state
    gain = np.linalg.solve(_SEE @ track.spread @ _SEE.T + _SEE_NOISE, _SEE @ track.spread).T
    state, spread = track.state + gain @ wrong, track.spread - gain @ _SEE @ track.spread
    return Track(track.number, state, spread, 0, (*track.frames, frame), (*track.boxes, _corners(box)))


def _measured(box: Numbers) -> Numbers:
    left, top, width, height = box
    return np.array([left + width / 2, top + height / 2, width * height, width / height])


def _box(state: Numbers) -> tuple[float, float, float, float]:
    across, down, area, aspect = state[:SEEN]
    width = float(np.sqrt(max(area, LEAST_AREA) * max(aspect, 0.01)))
    height = max(float(area), LEAST_AREA) / width
    return float(across) - width / 2, float(down) - height / 2, width, height


def _corners(box: Numbers) -> tuple[float, float, float, float]:
    left, top, width, height = (float(number) for number in box)
    return left, top, width, height
