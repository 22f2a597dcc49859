"""Labelled images in three splits, held in memory or mapped from the cache."""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Images: TypeAlias = NDArray[np.uint8]
    Labels: TypeAlias = NDArray[np.int64]
    Reduced: TypeAlias = tuple[Callable[..., "Split"], tuple[str | Images, str | Labels, Mapping[str, str | Labels]]]

Array = TypeVar("Array", "Images", "Labels")

NAMES = ("train", "val", "test")
IMAGES_DIMENSIONS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Images and what is known of each."""

    images: Images
    """Bytes of shape (images, channels, height, width)."""
    labels: Labels
    """The index of each image's class."""
    attributes: Mapping[str, Labels] = field(default_factory=dict)
    """Further labels of each image by name: a second task, a subject to split by."""

    def __post_init__(self) -> None:
        """Refuse what a trainer could not read."""
        if self.images.ndim != IMAGES_DIMENSIONS or self.images.dtype != "uint8":
            raise ValueError(
                f"images want uint8 (images, channels, height, width), not {self.images.dtype} {self.images.shape}"
            )
        for name, column in {"labels": self.labels, **self.attributes}.items():
            if column.dtype != "int64" or column.shape != (len(self.images),):
                raise ValueError(
                    f"{name} want {len(self.images)} int64 numbers, not {column.dtype} of shape {column.shape}"
                )

    def __len__(self) -> int:
        """Count the images."""
        return len(self.images)

    def __reduce__(self) -> Reduced:
        """Travel to another process as file names where the arrays are mapped, so that all map the same pages."""
        columns = {name: _address(column) for name, column in self.attributes.items()}
        return reopened, (_address(self.images), _address(self.labels), columns)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Labelled images split three ways. Trainers learn from `train`, are judged on `val` and never read `test`."""

    name: str
    """The name of its loader."""
    about: str
    """What the images are, in a few words."""
    classes: tuple[str, ...]
    """The name of each label, in the order of the labels."""
    train: Split
    """What a network is fitted to."""
    val: Split
    """What an epoch's metrics are read on; the choice between settings uses it up."""
    test: Split
    """Kept for confirming what was chosen: no trainer reads it."""

    def __post_init__(self) -> None:
        """Refuse labels without a class, classes without an image and splits of unequal shape."""
        if len(self.classes) < 2:  # noqa: PLR2004
            raise ValueError(f"{self.name} wants at least two classes, and there is only {', '.join(self.classes)!r}")
        for name, split in self.splits.items():
            if split.images.shape[1:] != self.shape:
                raise ValueError(f"{self.name}: {name} images are {split.images.shape[1:]}, train images {self.shape}")
            if len(split) and not 0 <= int(split.labels.min()) <= int(split.labels.max()) < len(self.classes):
                raise ValueError(f"{self.name}: {name} has labels outside 0 to {len(self.classes) - 1}")
            empty = [label for label, count in self.counts[name].items() if count == 0]
            if empty:
                raise ValueError(f"{self.name}: {name} has no image of class {', '.join(empty)}")

    @property
    def splits(self) -> dict[str, Split]:
        """The three splits by name."""
        return {"train": self.train, "val": self.val, "test": self.test}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of every image."""
        _, channels, height, width = self.train.images.shape
        return channels, height, width

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many images of each class stand in each split."""
        tallies = {name: Counter(split.labels.tolist()) for name, split in self.splits.items()}
        return {name: {label: tallies[name][i] for i, label in enumerate(self.classes)} for name in tallies}

    @property
    def description(self) -> str:
        """One line: what it is, how many classes and images, of what size."""
        channels, height, width = self.shape
        sizes = " / ".join(str(len(split)) for split in self.splits.values())
        color = {1: "gray", 3: "color"}.get(channels, f"{channels}-channel")
        return f"{self.about} ({len(self.classes)} classes, {sizes} {color} images of {width}x{height})"


def reopened(images: str | Images, labels: str | Labels, attributes: Mapping[str, str | Labels]) -> Split:
    """Build a split from arrays, or from the names of the files to map them from."""
    return Split(_opened(images), _opened(labels), {name: _opened(column) for name, column in attributes.items()})


def _address(array: Array) -> str | Array:
    """Give the file that holds exactly this array, or the array itself where there is none."""
    pages, name = getattr(array, "base", None), getattr(array, "filename", None)
    return name if isinstance(pages, mmap.mmap) and isinstance(name, str) else array  # a part has an array as its base


def _opened(address: str | Array) -> Array:
    import numpy as np

    if not isinstance(address, str):
        return address
    mapped: Array = np.load(address, mmap_mode="r", allow_pickle=False)
    return mapped
