"""A video watched to the end of a segment, and what of it is right."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from trainers import _counting, _detection, _looks, _mot, _reader, _tracking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trainers.datasets._footage import Clip, Footage
    from trainers.people_counting import Pipeline

    Numbers: TypeAlias = NDArray[np.float64]
    Boxes: TypeAlias = Mapping[int, tuple[float, float, float, float]]

READ_EVERY = 4
"""A face is read in each so-many-th watched frame of its track: faces change slowly, and reading costs."""
WHOLE = 0.75
"""Width by height from which a box is more than one person, or less: no face is cut out of it."""
TOUCHING = 0.02
"""Intersection over union from which one may hide another's face."""
MERGED = 1.5
"""How many times its usual area a box is when two have become one: whose feet those are is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """One track, and what is thought of its face."""

    who: int
    boxes: Boxes
    """By frame."""
    looks: Mapping[str, _looks.Opinion]
    """By what is told; empty where no face was seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """All that was seen up to a frame."""

    clip: Clip
    """What was watched."""
    frames: range
    """Those that were watched."""
    until: int
    """The frame after the last of the segment."""
    seconds: float
    followed: tuple[Followed, ...]


def watch(
    footage: Footage, name: str, pipeline: Pipeline, reader: _reader.Reader, segment: int, seed: int = 0
) -> Iterator[Watched]:
    """Watch the clip of a name; give what was seen so far at each segment's end."""
    clip, rules = footage.clips[name], _tracking.Rules(pipeline.overlap_threshold, pipeline.max_age, pipeline.min_hits)
    tracks = _tracking.Tracks()
    told: dict[int, list[list[Numbers]]] = defaultdict(list)
    begin, spent = time.perf_counter(), 0.0
    stride = pipeline.frame_stride
    found = _detection.finder(pipeline, footage)(clip.frames[frame] for frame in range(0, len(clip), stride))
    for start in range(0, len(clip), segment):
        until = min(start + segment, len(clip))
        crops: list[tuple[int, NDArray[np.uint8]]] = []
        for frame in range(start + -start % stride, until, stride):
            tracks = _tracking.step(tracks, frame, next(found), rules)
            crops += _crops(tracks, frame, clip.frames[frame], reader.side, seed)
        if crops:
            read = _reader.read(reader, np.stack([crop for _, crop in crops]))
            for (who, _), probabilities in zip(crops, read, strict=True):
                told[who].append(probabilities)
        followed = tuple(_followed(track, told[track.number]) for track in tracks.confirmed(rules))
        spent += time.perf_counter() - begin
        yield Watched(clip, range(0, until, stride), until, spent, followed)
        begin = time.perf_counter()


def metrics(footage: Footage, watched: Watched) -> dict[str, float]:
    """Say how much of what was seen is right, as far as the truth is known."""
    found: dict[str, float] = {"frames_per_second": watched.until / watched.seconds}
    ways = _counting.counts(crossings(footage, watched.followed), watched.until)
    found |= {f"count_{way}": float(count) for way, count in ways.items()}
    truth = known(watched)
    if not truth:
        return found
    real = _counting.counts(crossings(footage, truth), watched.until)
    wrong = {way: abs(ways[way] - real[way]) for way in ways}
    found |= {f"counting_error_{way}": float(count) for way, count in wrong.items()}
    found["counting_error"] = sum(wrong.values()) / max(1, sum(real.values()))
    seen, own = (_by_frame(side, watched.frames) for side in (truth, watched.followed))
    found |= _mot.scores(seen, own)
    found |= _section_error(footage, watched, truth)
    return found | _faces_right(watched, seen, own)


def known(watched: Watched) -> tuple[Followed, ...]:
    """The truth in the form of tracks, up to a frame."""
    boxes = defaultdict[int, dict[int, tuple[float, float, float, float]]](dict)
    for frame, who, left, top, width, height in watched.clip.boxes.tolist():
        if frame < watched.until:
            boxes[int(who)][int(frame)] = (left, top, width, height)
    return tuple(Followed(who, boxes[who], {}) for who in sorted(boxes))


def crossings(footage: Footage, followed: Sequence[Followed]) -> list[_counting.Crossing]:
    """Every crossing of the door line, in the order of time."""
    found = list[_counting.Crossing]()
    for one in followed:
        boxes = np.array(list(one.boxes.values()))
        areas = boxes[:, 2] * boxes[:, 3]
        alone = areas <= MERGED * np.median(areas)
        frames = np.array(list(one.boxes))[alone].tolist()
        found += _counting.crossings(one.who, frames, _counting.feet(boxes[alone]), footage.floor)
    return sorted(found, key=lambda crossing: (crossing.frame, crossing.who))


def section_times(footage: Footage, one: Followed, stride: int) -> dict[str, int]:
    """For how many frames of the video one is in each section."""
    places = _counting.feet(np.array([one.boxes[frame] for frame in sorted(one.boxes)]))
    return {name: stride * count for name, count in _counting.dwell(places, footage.floor.sections).items()}


def _crops(
    tracks: _tracking.Tracks, frame: int, shades: NDArray[np.uint8], side: int, seed: int
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Cut out the faces that are to be seen, each with whose it is."""
    here = [track for track in tracks.alive if track.frames[-1] == frame]
    boxes = np.array([track.boxes[-1] for track in here]).reshape(-1, 4)
    touched = (_tracking.overlaps(boxes, boxes) > TOUCHING).sum(axis=1) > 1
    for track, beside in zip(here, touched, strict=True):
        _, top, width, height = track.boxes[-1]
        whole = width <= WHOLE * height and top + height < len(shades) and not beside
        turn = np.random.default_rng([seed, track.number]).integers(READ_EVERY)
        if whole and len(track.frames) % READ_EVERY == turn:
            yield track.number, _looks.face_of(shades, track.boxes[-1], side)


def _followed(track: _tracking.Track, told: Sequence[Sequence[Numbers]]) -> Followed:
    boxes = dict(zip(track.frames, track.boxes, strict=True))
    return Followed(track.number, boxes, _looks.opinions(told) if told else {})


def _by_frame(followed: Sequence[Followed], frames: range) -> list[_mot.Seen]:
    here = defaultdict[int, list[tuple[int, tuple[float, float, float, float]]]](list)
    for one in followed:
        for frame, box in one.boxes.items():
            here[frame].append((one.who, box))
    return [
        _mot.Seen(tuple(who for who, _ in here[frame]), np.array([box for _, box in here[frame]]).reshape(-1, 4))
        for frame in frames
    ]


def _section_error(footage: Footage, watched: Watched, truth: Sequence[Followed]) -> dict[str, float]:
    """How far the time in each section is off, summed: a share of the true time."""
    times = []
    for side, stride in ((truth, 1), (watched.followed, watched.frames.step)):
        each = [section_times(footage, one, stride) for one in side]
        times.append({name: sum(time[name] for time in each) for name in footage.floor.sections})
    real, own = times
    total = sum(real.values())
    return {"section_time_error": sum(abs(real[name] - own[name]) for name in real) / total} if total else {}


def _faces_right(watched: Watched, seen: Sequence[_mot.Seen], own: Sequence[_mot.Seen]) -> dict[str, float]:
    """Whose expression, age and gender are told, by the track that is each one's own."""
    similarity = [_tracking.overlaps(real.boxes, mine.boxes) for real, mine in zip(seen, own, strict=True)]
    _, tracks = _mot.identities(seen, own, similarity)
    by_number = {one.who: one for one in watched.followed}
    here = {person for each in seen for person in each.who}
    right, losses = defaultdict[str, list[bool]](list), list[float]()
    for person, *labels in watched.clip.people.tolist():
        if person not in here:
            continue
        one = by_number.get(tracks.get(person, -1))
        looks = one.looks if one is not None else {}
        for name, label in zip(_looks.TOLD, labels, strict=True):
            if label >= 0:
                right[name].append(name in looks and looks[name].told == label)
        if labels[0] >= 0 and looks:
            losses.append(-float(np.log(looks["expression"].likely[labels[0]] + np.finfo(float).tiny)))
    found = {f"{name}_accuracy": sum(those) / len(those) for name, those in right.items()}
    return found | ({"expression_loss": sum(losses) / len(losses)} if losses else {})
