"""Pictures that a list or their own names tell of: read, split and kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets import _cache, _dataset, _decode, _disturb, _part, _stratify
from trainers.datasets._folders import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trainers.datasets._dataset import Dataset
    from trainers.datasets._options import Drawing, Look


@dataclass(frozen=True, slots=True)
class Listed:
    """A picture, and what is known of it before it is opened."""

    path: Path
    """Where it is said to be."""
    label: int
    """The index of its class."""
    place: str = ""
    """train, val, test, or nothing where that is to be drawn."""
    subject: str = ""
    """Who is to be seen; nothing where that is not known of any."""
    attributes: Mapping[str, int] = field(default_factory=dict)
    """What else is known, of every picture the same."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a loader says of itself."""

    name: str
    """Its own."""
    about: str
    """What the pictures are, in a few words."""
    classes: tuple[str, ...]
    source: str
    """Its file: other code may make other data."""


SOURCES = tuple(str(module.__file__) for module in (_dataset, _decode, _disturb, _part, _stratify))


def kept(origin: Origin, listed: Sequence[Listed], look: Look, drawing: Drawing) -> Dataset:
    """Open the dataset of listed pictures from the cache, or read and split them first.

    Raises:
        ValueError: With one line about what is missing or cannot be read.
    """
    _part.check(origin.name, drawing)
    there = [one for one in listed if one.path.is_file()]
    _refuse_missing(origin, listed, there, look)
    states = [(str(one.path), one.label, one.place, one.subject, one.attributes, *state(one.path)) for one in there]
    options = {
        "about": origin.about,
        "classes": origin.classes,
        "files": states,
        "listed": len(listed),
        "look": dataclasses.asdict(look),
        "drawing": dataclasses.asdict(drawing),
    }

    known = there[0].attributes

    def make() -> Dataset:
        paths = [one.path for one in there]
        images, unreadable = _decode.decode(paths, look.shape, look.color, skip=look.skip_unreadable)
        read = [one for one in there if one.path not in unreadable]
        left = len(listed) - len(read)
        about = origin.about + (f", {left} missing or unreadable left out" if left else "")
        labels = np.array([one.label for one in read], dtype=np.int64)
        attributes = {name: np.array([one.attributes[name] for one in read], dtype=np.int64) for name in known}
        if any(one.subject for one in read):
            _, numbers = np.unique([one.subject for one in read], return_inverse=True)
            attributes[_dataset.SUBJECT] = np.asarray(numbers, dtype=np.int64)
        heap = _part.Heap(images, labels, origin.classes, [one.place for one in read], attributes)
        return _part.part(origin.name, about, heap, drawing)

    return _cache.kept(origin.name, (origin.source, __file__, *SOURCES), options, make)


def pictures(folder: Path) -> list[Path]:
    """List the picture files below a folder in the order of their names, passing over hidden ones."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in ENDINGS
        and not any(piece.startswith(".") for piece in path.relative_to(folder).parts)
        and path.is_file()
    ]


def folder_of(name: str, path: str) -> Path:
    """Give the folder that the user named.

    Raises:
        ValueError: It is missing, or no folder.
    """
    folder = Path(path).expanduser().resolve()
    if not folder.is_dir():
        raise ValueError(f"{name}:{folder} is {'a file' if folder.exists() else 'missing'}; a folder is wanted")
    return folder


def state(path: Path) -> tuple[int, int]:
    """What tells whether a file has changed: its bytes, and when it was written in nanoseconds."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _refuse_missing(origin: Origin, listed: Sequence[Listed], there: Sequence[Listed], look: Look) -> None:
    if not there:
        wanted = f"; the first would be {listed[0].path}" if listed else ""
        raise ValueError(f"{origin.name}: there is no picture{wanted}")
    if len(there) < len(listed) and not look.skip_unreadable:
        first = next(one for one in listed if not one.path.is_file())
        raise ValueError(
            f"{origin.name}: {len(listed) - len(there)} of {len(listed)} listed pictures are missing, the first is"
            f" {first.path}; skip_unreadable=true leaves them out"
        )
