"""FER2013: 35,887 gray faces of 48x48 in seven expressions, as a table of pixels or as folders; FER+ votes instead."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Interval

from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing, Look

if TYPE_CHECKING:
    from trainers.datasets._dataset import Images
    from trainers.datasets._part import Heap

CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""In the order of the table's numbers; folders are in that of the alphabet, which is another."""
TABLES = ("fer2013.csv", "icml_face_data.csv", "train.csv")
VOTES = "fer2013new.csv"
DRAWING = Drawing()


def load(
    path: str,
    *,
    labels: Literal["original", "ferplus"] = "original",
    size: Annotated[int, Interval(ge=8, le=1024)] = 48,
    drawing: Drawing = DRAWING,
) -> Dataset:
    """Load FER2013 (Goodfellow and others, 2013, arXiv 1307.0414) from a file, or from the folder that holds it.

    `fer2013.csv` before `icml_face_data.csv`: Training is train, PublicTest val and PrivateTest test. `train.csv` has
    labels and no Usage, so val and test are drawn from it; its `test.csv` has none, and is not read. Else folders
    `train/<expression>` and `test/<expression>`, where test is both tests and val is drawn from train. Whose faces they
    are is not known.

    `labels` ferplus reads `fer2013new.csv` beside the table, the ten votes of Barsoum and others (arXiv 1608.01041) on
    each row, and takes their rule: single votes do not count, and the one of eight classes with more than half of the
    others is the label; rows without one are left out, and counted.

    Raises:
        ValueError: With one line about a file, a line of it or a folder.
    """
    from trainers.datasets import _cache, _fer_rows, _listed, _part

    _part.check("fer2013", drawing)
    table, folder = _found(Path(path).expanduser().resolve())
    if folder is not None:
        if labels == "ferplus":
            raise ValueError(f"fer2013:{folder}: labels=ferplus want the table fer2013.csv, whose rows they go by")
        return _in_folders(folder, size, drawing)
    votes = table.parent / VOTES if labels == "ferplus" else None
    if votes is not None and not votes.is_file():
        raise ValueError(f"fer2013: labels=ferplus want {votes}, and there is none")
    files = {str(file): _listed.state(file) for file in (table, votes) if file is not None}
    options = {"files": files, "size": size, "drawing": dataclasses.asdict(drawing)}

    def make() -> Dataset:
        heap, about = _heap(table, votes, size)
        return _part.part("fer2013", about, heap, drawing)

    return _cache.kept("fer2013", (__file__, _fer_rows.__file__, *_listed.SOURCES), options, make)


def _found(place: Path) -> tuple[Path, Path | None]:
    """Give the table, or else the folder of folders."""
    if place.is_file():
        return place, None
    for folder in (place, place / "fer2013"):
        for name in TABLES:
            if (folder / name).is_file():
                return folder / name, None
        if (folder / "train").is_dir() and (folder / "test").is_dir():
            return folder, folder
    there = "holds none of them" if place.is_dir() else "is missing"
    raise ValueError(f"fer2013:{place} {there}; wanted {', '.join(TABLES)}, or the folders train and test")


def _in_folders(folder: Path, size: int, drawing: Drawing) -> Dataset:
    from trainers.datasets import _listed, _spelling

    listed = []
    for place in ("train", "test"):
        for found in _listed.pictures(folder / place):
            label = _spelling.class_of(found.parent.name, CLASSES, f"the folder of fer2013:{found}")
            listed.append(_listed.Listed(found, label, place))
    return _listed.kept(_listed.Origin("fer2013", "FER2013", CLASSES, __file__), listed, Look(size=size), drawing)


def _heap(table: Path, votes: Path | None, size: int) -> tuple["Heap", str]:
    from trainers.datasets import _fer_rows, _part

    read = _fer_rows.read(table, len(CLASSES))
    if votes is None:
        return _part.Heap(_resized(read.images, size), read.labels, CLASSES, read.places), "FER2013"
    voted = _fer_rows.votes(votes, read.places)
    clear = voted >= 0
    places = [place for place, is_clear in zip(read.places, clear, strict=True) if is_clear]
    heap = _part.Heap(_resized(read.images[clear], size), voted[clear], _fer_rows.VOTED, places)
    return heap, f"FER2013 by the votes of FER+, {int((~clear).sum())} without a majority left out"


def _resized(images: "Images", size: int) -> "Images":
    """Resize bilinearly."""
    if images.shape[-1] == size:
        return images
    import numpy as np
    from PIL import Image

    shape = (size, size)
    resized = [np.asarray(Image.fromarray(image[0]).resize(shape, Image.Resampling.BILINEAR)) for image in images]
    return np.stack(resized)[:, None]
