"""How well tracks follow people: MOTA, IDF1 and HOTA, over frames in which both are known.

MOTA: Bernardin and Stiefelhagen, EURASIP J. Image and Video Processing 2008. IDF1: Ristani and others, ECCV workshops
2016. HOTA: Luiten and others, IJCV 129, 2021.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from trainers._tracking import matched, overlaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.float64]

LEAST = 0.5
"""The intersection over union from which a box is a person's."""
LEVELS = tuple(level / 20 for level in range(1, 20))
"""Those over which HOTA is a mean."""
KEPT = 1000.0
"""What a pair of the frame before counts more than a better overlap: identities are kept as long as they can be."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Who is where in one frame."""

    who: tuple[int, ...]
    boxes: Numbers
    """Left, top, width, height of each, of shape (people, 4)."""


def scores(truth: Sequence[Seen], found: Sequence[Seen]) -> dict[str, float]:
    """Give mota, idf1 and hota of what was found against the truth, frame by frame; nothing where nobody is there."""
    similarity = [overlaps(real.boxes, own.boxes) for real, own in zip(truth, found, strict=True)]
    people, tracks = sum(len(real.who) for real in truth), sum(len(own.who) for own in found)
    if not people:
        return {}
    correct, switches = _clear(truth, found, similarity)
    same = identities(truth, found, similarity)
    together = sum(same[0].values())
    return {
        "mota": (correct - (tracks - correct) - switches) / people,
        "idf1": 2 * together / (people + tracks),
        "hota": _hota(truth, found, similarity),
    }


def _clear(truth: Sequence[Seen], found: Sequence[Seen], similarity: Sequence[Numbers]) -> tuple[int, int]:
    """How many boxes are right, and how often a person's track became another one."""
    correct = switches = 0
    last = dict[int, int]()
    before = dict[int, int]()
    for real, own, overlap in zip(truth, found, similarity, strict=True):
        kept = np.array([[before.get(person) == track for track in own.who] for person in real.who], dtype=float)
        possible = overlap >= LEAST - ROUNDING
        worth = np.where(possible, overlap + KEPT * kept.reshape(overlap.shape), 0)
        pairs = {real.who[row]: own.who[column] for row, column in matched(worth, LEAST - ROUNDING).items()}
        correct += len(pairs)
        switches += sum(person in last and last[person] != track for person, track in pairs.items())
        last |= pairs
        before = pairs
    return correct, switches


def identities(
    truth: Sequence[Seen], found: Sequence[Seen], similarity: Sequence[Numbers]
) -> tuple[dict[int, int], dict[int, int]]:
    """For each person in how many frames its own track is on it, and which track that is: the best for all at once."""
    people = sorted({person for real in truth for person in real.who})
    tracks = sorted({track for own in found for track in own.who})
    often = np.zeros((len(people), len(tracks)))
    place, column = ({name: i for i, name in enumerate(names)} for names in (people, tracks))
    for real, own, overlap in zip(truth, found, similarity, strict=True):
        for i, j in np.argwhere(overlap >= LEAST - ROUNDING):
            often[place[real.who[i]], column[own.who[j]]] += 1
    pairs = matched(often, 1.0)
    return (
        {people[i]: int(often[i, j]) for i, j in pairs.items()},
        {people[i]: tracks[j] for i, j in pairs.items()},
    )


def _hota(truth: Sequence[Seen], found: Sequence[Seen], similarity: Sequence[Numbers]) -> float:
    """The mean over levels of overlap of the root of how well is detected times how well is associated."""
    alignment = _alignment(truth, found, similarity)
    people, tracks = (Counter(name for each in side for name in each.who) for side in (truth, found))
    matches = [Counter[tuple[int, int]]() for _ in LEVELS]
    for real, own, overlap in zip(truth, found, similarity, strict=True):
        aligned = np.array([[alignment.get((i, j), 0.0) for j in own.who] for i in real.who]).reshape(overlap.shape)
        for row, column in matched(aligned * overlap, 0.0).items():
            for level, counted in zip(LEVELS, matches, strict=True):
                if overlap[row, column] >= level - ROUNDING:
                    counted[real.who[row], own.who[column]] += 1
    every = people.total(), tracks.total()
    return sum(_at_level(counted, people, tracks, sum(every)) for counted in matches) / len(LEVELS)


def _alignment(
    truth: Sequence[Seen], found: Sequence[Seen], similarity: Sequence[Numbers]
) -> dict[tuple[int, int], float]:
    """How much of a person's and a track's frames they overlap in: what matching is steered by."""
    people, tracks = (Counter(name for each in side for name in each.who) for side in (truth, found))
    weights = dict[tuple[int, int], float]()
    for real, own, overlap in zip(truth, found, similarity, strict=True):
        total = overlap.sum(axis=0, keepdims=True) + overlap.sum(axis=1, keepdims=True) - overlap
        share = np.divide(overlap, total, out=np.zeros_like(overlap), where=total > ROUNDING)
        for i, j in np.argwhere(share > 0):
            pair = real.who[i], own.who[j]
            weights[pair] = weights.get(pair, 0.0) + float(share[i, j])
    return {(i, j): weight / (people[i] + tracks[j] - weight) for (i, j), weight in weights.items()}


def _at_level(matches: Counter[tuple[int, int]], people: Counter[int], tracks: Counter[int], boxes: int) -> float:
    right = matches.total()
    if not right:
        return 0.0
    associated = sum(often * often / (people[i] + tracks[j] - often) for (i, j), often in matches.items()) / right
    return float(np.sqrt(right / (boxes - right) * associated))
