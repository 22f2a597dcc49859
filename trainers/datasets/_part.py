"""One heap of labelled things parted in three: as its files say, else drawn class by class, no subject in two parts."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets import _disturb
from trainers.datasets._dataset import NAMES, SUBJECT, Dataset, Split
from trainers.datasets._stratify import stratify

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trainers.datasets._dataset import Images, Labels, Rows
    from trainers.datasets._options import Drawing

    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Heap:
    """Images before they are split, and what is known of each."""

    images: Images | Rows
    labels: Labels
    classes: tuple[str, ...]
    places: Sequence[str]
    """train, val or test as the files say of each; nothing where they say nothing, which is as train."""
    attributes: Mapping[str, Labels] = field(default_factory=dict)
    """An attribute `subject` is who is to be seen: images of one subject are drawn together."""
    distinct: bool = True
    """Whether the same bytes in two splits are one thing twice, as with pictures, and not two that are alike."""


def part(name: str, about: str, heap: Heap, drawing: Drawing) -> Dataset:
    """Split a heap: what the files give stays, what they do not is drawn, and `drawing` may deal train and val anew.

    Of images with the same bytes in two splits the one in test stays before the one in val, and that before the one in
    train; the others are left out, and `about` counts them.

    Raises:
        ValueError: With one line about a fold that is none, or a class that a split lacks.
    """
    check(name, drawing)
    where = _first(heap, drawing)
    if drawing.folds or (drawing.split and SUBJECT in heap.attributes):
        where = _redealt(heap, where, drawing)
    found = _dataset(name, about, heap, where)
    if drawing.split and not drawing.folds and SUBJECT not in heap.attributes:
        found = _disturb.disturbed(found, drawing.split, 0.0)
    if heap.distinct:
        found = _without_copies(found)
    return _disturb.mislabelled(found, drawing.split, drawing.label_noise)


def check(name: str, drawing: Drawing) -> None:
    """Refuse folds that are none, before anything is read."""
    if drawing.folds == 1:
        raise ValueError(f"{name}: folds=1 leaves nothing to train on; take 2 or more, or 0 for none")
    if drawing.fold >= max(drawing.folds, 1):
        there = f"there is fold=0 to fold={drawing.folds - 1}" if drawing.folds else "folds=0 makes none"
        raise ValueError(f"{name}: there is no fold={drawing.fold}; {there}")


def _first(heap: Heap, drawing: Drawing) -> Labels:
    """Which split each thing stands in, by its number in NAMES, before anything is dealt anew."""
    where = np.array([NAMES.index(place or "train") for place in heap.places], dtype=np.int64)
    given = set(heap.places)
    val = 0.0 if "val" in given else drawing.val_fraction
    test = 0.0 if "test" in given else drawing.test_fraction
    pool = np.flatnonzero(where == 0)
    if val or test:
        where[pool] = _drawn(heap, pool, (1 - val - test, val, test), str(drawing.split_seed))
    return where


def _drawn(heap: Heap, pool: Labels, weights: tuple[float, float, float], seed: str) -> Labels:
    """Deal a pool to train, val and test by weight."""
    labels = heap.labels[pool]
    if SUBJECT in heap.attributes:
        return _apportioned(labels, heap.attributes[SUBJECT][pool], weights, seed)
    parts = stratify(labels.tolist(), weights[1], weights[2], int(seed))
    found = np.zeros(len(pool), dtype=np.int64)
    for number, members in enumerate(parts):
        found[members] = number
    return found


def _redealt(heap: Heap, where: Labels, drawing: Drawing) -> Labels:
    """Deal train and val anew: in folds, or by subject in the shares they had."""
    pool = np.flatnonzero(where < NAMES.index("test"))
    labels, subjects = heap.labels[pool], heap.attributes.get(SUBJECT)
    seed = f"{drawing.split_seed} {drawing.split}"
    if not drawing.folds:
        share = float((where[pool] == 1).mean())
        held = _apportioned(labels, heap.attributes[SUBJECT][pool], (1 - share, share), seed) == 1
    elif subjects is None:
        held = _dealt(labels, drawing.folds, seed) == drawing.fold
    else:
        equal = [1 / drawing.folds] * drawing.folds
        held = _apportioned(labels, subjects[pool], equal, seed) == drawing.fold
    found = where.copy()
    found[pool] = held
    return found


def _dealt(labels: Labels, folds: int, seed: str) -> Labels:
    """Deal the shuffled things of each class in turn, each class beginning where the one before it ended."""
    found, dealt = np.zeros(len(labels), dtype=np.int64), 0
    for label in np.unique(labels).tolist():
        members = np.flatnonzero(labels == label).tolist()
        Random(f"{seed} {label}").shuffle(members)  # noqa: S311
        found[members] = (np.arange(len(members)) + dealt) % folds
        dealt += len(members)
    return found


def _apportioned(labels: Labels, subjects: Labels, weights: Sequence[float], seed: str) -> Labels:
    """Give whole subjects to parts so that each part has its weight's share of every class, as nearly as may be.

    Subjects come in an order drawn from the seed; each goes where, over all classes, the squared distance of the
    shares from the weights, divided by the weights, grows least.
    """
    names, who = np.unique(subjects, return_inverse=True)
    counts = np.zeros((len(names), int(labels.max()) + 1))
    np.add.at(counts, (who, labels), 1)
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    order = list(range(len(names)))
    Random(seed).shuffle(order)  # noqa: S311
    filled, wanted = np.zeros((len(weights), shares.shape[1])), np.array(weights)
    given = np.zeros(len(names), dtype=np.int64)
    open_to = np.flatnonzero(wanted)
    for subject in order:
        grows = (2 * filled[open_to] * shares[subject] + shares[subject] ** 2).sum(axis=1) / wanted[open_to]
        given[subject] = open_to[int(grows.argmin())]
        filled[given[subject]] += shares[subject]
    return np.asarray(given[who], dtype=np.int64)


def _dataset(name: str, about: str, heap: Heap, where: Labels) -> Dataset:
    def split(number: int) -> Split:
        chosen = where == number
        columns = {attribute: column[chosen] for attribute, column in heap.attributes.items()}
        return Split(heap.images[chosen], heap.labels[chosen], columns)

    train, val, test = (split(number) for number in range(len(NAMES)))
    return Dataset(name, about, heap.classes, train, val, test)


def _without_copies(dataset: Dataset) -> Dataset:
    """Leave out of val what stands in test, and of train what stands in either; refuse a class that this empties."""
    seen, left, kept = set[bytes](), defaultdict[str, int](int), dict[str, Split]()
    for name, split in reversed(dataset.splits.items()):
        prints = [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in split.images]
        fresh = np.array([found not in seen for found in prints], dtype=bool)
        seen.update(prints)
        left[name] = int((~fresh).sum())
        kept[name] = split if fresh.all() else _chosen(split, fresh)
        for label in np.setdiff1d(split.labels, kept[name].labels).tolist():
            raise ValueError(
                f"{dataset.name}: every image of class {dataset.classes[label]} in {name} stands in another split too,"
                " and is left out there as a copy"
            )
    if not any(left.values()):
        return dataset
    notes = {"train": "of val or test images left out of train", "val": "of test images left out of val"}
    said = [f"{left[name]} {'copy' if left[name] == 1 else 'copies'} {note}" for name, note in notes.items()]
    about = ", ".join([dataset.about, *(text for text, name in zip(said, notes, strict=True) if left[name])])
    return Dataset(dataset.name, about, dataset.classes, kept["train"], kept["val"], kept["test"])


def _chosen(split: Split, rows: Mask) -> Split:
    return Split(
        split.images[rows], split.labels[rows], {name: column[rows] for name, column in split.attributes.items()}
    )
