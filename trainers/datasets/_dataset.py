"""Labelled images in three splits, held in memory or mapped from the cache."""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Images: TypeAlias = NDArray[np.uint8]
    Labels: TypeAlias = NDArray[np.int64]
    Rows: TypeAlias = NDArray[np.float32]
    Reduced: TypeAlias = tuple[
        Callable[..., "Split"], tuple[str | Images | Rows, str | Labels, Mapping[str, str | Labels]]
    ]

Array = TypeVar("Array", bound="NDArray[Any]")

NAMES = ("train", "val", "test")
SUBJECT = "subject"
"""The attribute that says who is to be seen."""
IMAGES_DIMENSIONS = 4
UNEVEN = 1.5
"""From how many times the least frequent class on the most frequent one is worth a word."""
NAMED = 12
"""Classes that are counted one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Images and what is known of each."""

    images: Images | Rows
    """Bytes of shape (images, channels, height, width); or rows of a table: floats of shape (rows, features, 1, 1)."""
    labels: Labels
    """The index of each image's class."""
    attributes: Mapping[str, Labels] = field(default_factory=dict)
    """Further labels of each image by name: a second task, a subject to split by."""

    def __post_init__(self) -> None:
        """Refuse what a trainer could not read."""
        if self.images.ndim != IMAGES_DIMENSIONS or not (self.images.dtype == "uint8" or self.tabular):
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

    @property
    def tabular(self) -> bool:
        """Whether they are no images but rows of a table, a feature a channel."""
        return self.images.dtype == "float32" and self.images.shape[2:] == (1, 1)

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

    def check_size(self, least: int) -> None:
        """Refuse images that are too small for a network.

        Raises:
            ValueError: One side or both have fewer pixels than `least`.
        """
        _, height, across = self.shape
        if min(height, across) < least:
            raise ValueError(f"images of at least {least}x{least} are wanted, and {self.name} has {across}x{height}")

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
        if self.train.tabular:
            return f"{self.about} ({len(self.classes)} classes, {sizes} rows of {channels} features{self._spread})"
        color = {1: "gray", 3: "color"}.get(channels, f"{channels}-channel")
        return f"{self.about} ({len(self.classes)} classes, {sizes} {color} images of {width}x{height}{self._spread})"

    @property
    def _spread(self) -> str:
        """How many of train each class has, where they are far apart; of very many classes the least and the most."""
        counts = self.counts["train"]
        least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
        if counts[most] < UNEVEN * counts[least]:
            return ""
        if len(counts) <= NAMED:
            return f"; of train {', '.join(f'{count} {name}' for name, count in counts.items())}"
        return f"; of train {counts[least]} {least} to {counts[most]} {most}"


def reopened(images: str | Images | Rows, labels: str | Labels, attributes: Mapping[str, str | Labels]) -> Split:
    """Build a split from arrays, or from the names of the files to map them from."""
    columns = {name: _mapped(column) if isinstance(column, str) else column for name, column in attributes.items()}
    pixels = _mapped(images) if isinstance(images, str) else images
    return Split(pixels, _mapped(labels) if isinstance(labels, str) else labels, columns)


def _address(array: Array) -> str | Array:
    """Give the file that holds exactly this array, or the array itself where there is none."""
    pages, name = getattr(array, "base", None), getattr(array, "filename", None)
    return name if isinstance(pages, mmap.mmap) and isinstance(name, str) else array  # a part has an array as its base


def _mapped(address: str) -> NDArray[Any]:
    import numpy as np

    mapped: NDArray[Any] = np.load(address, mmap_mode="r", allow_pickle=False)
    return mapped
