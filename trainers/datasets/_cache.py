"""Datasets kept in the user's cache, so that they are made once and mapped by every process that wants them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import platformdirs

from trainers.datasets._dataset import NAMES, Dataset, reopened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Thing = TypeVar("Thing")

ABANDONED_AFTER = 86_400
"""Seconds after which a half-made folder can only be what a killed maker left."""


def kept(loader: str, sources: tuple[str, ...], options: Mapping[str, object], make: Callable[[], Dataset]) -> Dataset:
    """Open the dataset that `make` would give from the cache, making it first where it is not there.

    It is addressed by the loader's name, the bytes of its `sources` (other code may make other data) and `options`,
    which must name everything else it depends on. Two makers may work at once, and one may be killed midway: a folder
    gets its name only when it is whole.
    """
    return kept_as(loader, sources, options, make, _write, _read)


def kept_as(
    loader: str,
    sources: tuple[str, ...],
    options: Mapping[str, object],
    make: Callable[[], Thing],
    write: Callable[[Thing, Path], None],
    read: Callable[[Path], Thing],
) -> Thing:
    """Open what `make` would give, of any kind that can be written into a folder and read from it."""
    address = hashlib.sha256(json.dumps([loader, options], sort_keys=True, default=str).encode())
    for source in sources:
        address.update(Path(source).read_bytes())
    folder = cache_folder() / f"{loader}-{address.hexdigest()[:24]}"
    if not folder.exists():
        _make(make(), folder, write)
    try:
        return read(folder)
    except (OSError, ValueError, KeyError):  # cut short by a crash of the machine: made again
        shutil.rmtree(folder, ignore_errors=True)
        _make(make(), folder, write)
        return read(folder)


def cache_folder() -> Path:
    """The folder of kept datasets; XDG_CACHE_HOME moves it."""
    return platformdirs.user_cache_path("doe") / "datasets"


def _make(thing: Thing, folder: Path, write: Callable[[Thing, Path], None]) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
    except OSError as error:
        raise OSError(
            f"the cache {folder.parent} cannot be written ({error.strerror}); XDG_CACHE_HOME moves it"
        ) from error
    try:
        write(thing, unfinished)
        with contextlib.suppress(OSError):  # another maker was quicker: its folder holds the same bytes
            unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove what killed makers left."""
    for folder in parent.glob(".unfinished-*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(folder, ignore_errors=True)


def _write(dataset: Dataset, folder: Path) -> None:
    for name, split in dataset.splits.items():
        np.save(folder / f"{name}.images.npy", split.images)
        np.save(folder / f"{name}.labels.npy", split.labels)
        for attribute, column in split.attributes.items():
            np.save(folder / f"{name}.attribute.{attribute}.npy", column)
    about = {
        "name": dataset.name,
        "about": dataset.about,
        "classes": dataset.classes,
        "attributes": {name: list(split.attributes) for name, split in dataset.splits.items()},
    }
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _read(folder: Path) -> Dataset:
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    train, val, test = (
        reopened(
            str(folder / f"{name}.images.npy"),
            str(folder / f"{name}.labels.npy"),
            {attribute: str(folder / f"{name}.attribute.{attribute}.npy") for attribute in about["attributes"][name]},
        )
        for name in NAMES
    )
    return Dataset(about["name"], about["about"], tuple(about["classes"]), train, val, test)
