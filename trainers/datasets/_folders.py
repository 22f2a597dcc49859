"""Folders of images: which files there are, and which class and split each belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainers.datasets._dataset import NAMES

if TYPE_CHECKING:
    from pathlib import Path

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
ALIASES = {"valid": "val", "validation": "val", "testing": "test", "training": "train"}
"""Other names under which splits are found."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A file, and what its folders say of it."""

    path: Path
    """Where it is."""
    label: str
    """The name of its class."""
    split: str
    """train, val or test, or nothing where the folders do not say."""


def find(folder: Path) -> list[ImageFile]:
    """List the image files of a folder in the order of their names, passing over hidden ones.

    Raises:
        ValueError: Where there is no such folder, or it holds no classes, or one of them holds no image.
    """
    if not folder.is_dir():
        raise ValueError(f"image_folder:{folder} is {'a file' if folder.exists() else 'missing'}; a folder is wanted")
    within = _subfolders(folder)
    named = {split: place for place in within if (split := _split_name(place)) in NAMES}
    places = named if "train" in named else {"": folder}
    files = [file for split, place in places.items() for file in _class_files(folder, place, split)]
    found = sorted({file.label for file in files})
    if not found:
        raise ValueError(f"image_folder:{folder} wants one folder for each class, and there is none with images")
    if len(found) == 1:
        raise ValueError(f"image_folder:{folder} wants at least two classes, and there is only {found[0]!r}")
    for split in places:
        missing = set(found) - {file.label for file in files if file.split == split}
        if missing:
            raise ValueError(f"image_folder:{folder / split} has no image of class {', '.join(sorted(missing))}")
    return files


def _class_files(folder: Path, place: Path, split: str) -> list[ImageFile]:
    files = list[ImageFile]()
    for label in _subfolders(place):
        paths = [path for path in sorted(label.rglob("*")) if _is_image(path.relative_to(folder), path)]
        if not paths:
            raise ValueError(f"image_folder:{folder}: class folder {label.relative_to(folder)} holds no image")
        files += [ImageFile(path, label.name, split) for path in paths]
    return files


def _subfolders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _is_image(below: Path, path: Path) -> bool:
    hidden = any(part.startswith(".") for part in below.parts)
    return not hidden and path.suffix.lower() in ENDINGS and path.is_file()


def _split_name(folder: Path) -> str:
    return ALIASES.get(folder.name.lower(), folder.name.lower())
