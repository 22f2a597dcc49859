"""The same images, disturbed on purpose: another draw of train and val, or training labels that are wrong.

What is chosen should hold under both; neither touches `test`, so that it is confirmed on images nothing was drawn from.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets._dataset import Dataset, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trainers.datasets._dataset import Labels


def disturbed(dataset: Dataset, split: int, label_noise: float) -> Dataset:
    """Draw train and val anew as `split` says, and give a share of the training labels another class.

    Where `split` is 0 and `label_noise` is 0, it is the dataset as it came. Each class keeps its numbers of images.
    Which labels are wrong depends on `split` alone, and a larger share has the wrong labels of a smaller one.
    """
    if split:
        train, val = _redrawn(dataset.train, dataset.val, split)
        dataset = replace(dataset, train=train, val=val)
    return mislabelled(dataset, split, label_noise)


def mislabelled(dataset: Dataset, split: int, label_noise: float) -> Dataset:
    """Give a share of the training labels another class, and draw nothing anew: `split` has been seen to."""
    if not label_noise:
        return dataset
    labels = _wrong(dataset.train.labels, len(dataset.classes), label_noise, _generator(f"{split} labels"))
    return replace(dataset, train=replace(dataset.train, labels=labels))


def _redrawn(train: Split, val: Split, split: int) -> tuple[Split, Split]:
    labels = np.concatenate([train.labels, val.labels])
    judged = list[int]()
    for label in np.unique(labels).tolist():
        members = _generator(f"{split} split {label}").permutation(np.flatnonzero(labels == label))
        judged += members[: int((val.labels == label).sum())].tolist()
    in_val = np.zeros(len(labels), dtype=bool)
    in_val[judged] = True
    return _taken(train, val, ~in_val), _taken(train, val, in_val)


def _taken(train: Split, val: Split, wanted: NDArray[np.bool_]) -> Split:
    columns = {
        name: np.concatenate([column, val.attributes[name]])[wanted] for name, column in train.attributes.items()
    }
    images = np.concatenate([train.images[wanted[: len(train)]], val.images[wanted[len(train) :]]])
    return Split(images, np.concatenate([train.labels, val.labels])[wanted], columns)


def _wrong(labels: Labels, classes: int, share: float, random: np.random.Generator) -> Labels:
    order = random.permutation(len(labels))
    # what is added is never 0, so that a wrong label is wrong
    steps = random.integers(1, classes, len(labels), dtype=np.int64)
    wrong = order[: round(share * len(labels))]
    found = np.array(labels)
    found[wrong] = (found[wrong] + steps[wrong]) % classes
    return found


def _generator(stream: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256(stream.encode()).digest()[:16]))
