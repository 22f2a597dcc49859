"""Faces cut out of photographs, folder by folder, and which photographs had none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image

from trainers.datasets import _decode, _folders, _yunet

if TYPE_CHECKING:
    from trainers.datasets._dataset import Images

Face: TypeAlias = tuple[float, float, float]
"""Its top, its left and its side, in pixels of the picture."""

LONGEST = 640
"""Pixels of the longer side in which a face is sought; larger photographs are made smaller for it."""
WINDOW = 24
"""Pixels a side of the smallest face that the cascade knows."""
SMALLEST = 0.1
"""Of the shorter side, a face at least."""
GROWTH = 1.15
"""From one sought size of a face to the next."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What became of one photograph."""

    photograph: Path
    """Below the source folder."""
    face: Path | None
    """Below the target folder; None where there is none."""
    reason: str = ""
    """Why there is none, with the name of the photograph."""


def crop(source: Path, target: Path, size: int, margin: float, weights: Path | None = None) -> Iterator[Cut]:
    """Cut the largest face out of every photograph below `source` and write it to the same place below `target`.

    A face is a square with `margin` times its side added on each side, resized to `size` pixels a side and written as
    PNG in color; where it reaches beyond the photograph, the nearest pixels are repeated. Faces are not turned. They
    are found by YuNet where there is a file of its `weights`; and else upright and from the front, by scikit-image's
    cascade of local binary patterns.

    Raises:
        ValueError: With one line, before any is written: a folder is missing or within the other, there is no image, a
            face would be written over a file that is there, the weights are none, or scikit-image or OpenCV is missing.
    """
    find = _yunet.finder(weights) if weights else _cascade()
    for photograph, face in _plan(source, target).items():
        try:
            picture = _decode.read(source / photograph, None, "rgb").transpose(1, 2, 0)
        except ValueError as error:
            yield Cut(photograph, None, str(error))
            continue
        found = find(picture)
        if found is None:
            yield Cut(photograph, None, f"{source / photograph} shows no face that is found")
            continue
        _write(Image.fromarray(_square(picture, found, margin)), target / face, size)
        yield Cut(photograph, face)


def _plan(source: Path, target: Path) -> dict[Path, Path]:
    """Say where each face goes, and refuse what would be lost."""
    if not source.is_dir():
        raise ValueError(f"{source} is {'a file' if source.exists() else 'missing'}; a folder of photographs is wanted")
    if target.resolve().is_relative_to(source.resolve()):
        raise ValueError(f"{target} lies within {source}, whose photographs it would join; another folder is wanted")
    below = [path.relative_to(source) for path in sorted(source.rglob("*")) if _is_image(path, source)]
    if not below:
        raise ValueError(f"{source} holds no image with an ending of {', '.join(sorted(_folders.ENDINGS))}")
    often = Counter(path.with_suffix(".png") for path in below)
    plain = {path: path.with_suffix(".png") for path in below}
    plan = {path: face if often[face] == 1 else path.with_name(f"{path.name}.png") for path, face in plain.items()}
    there = [face for face in plan.values() if (target / face).exists()]
    if there:
        others = f" and {len(there) - 1} others" if len(there) > 1 else ""
        raise ValueError(f"{target / there[0]}{others} would be written over; another folder is wanted")
    return plan


def _is_image(path: Path, source: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
    return not hidden and path.suffix.lower() in _folders.ENDINGS and path.is_file()


def _cascade() -> Callable[[Images], Face | None]:
    try:
        from skimage import data, feature
    except ImportError:
        raise ValueError("finding faces wants scikit-image, which is not installed; pip install scikit-image") from None
    return partial(_largest, feature.Cascade(data.lbp_frontal_face_cascade_filename()))


def _largest(detector: Any, picture: Images) -> Face | None:
    """Give the largest face."""
    height, across = picture.shape[:2]
    scale = min(LONGEST / max(height, across), 1.0)
    shape = max(round(across * scale), 1), max(round(height * scale), 1)
    if min(shape) < WINDOW:
        return None
    small = np.asarray(Image.fromarray(picture).resize(shape, Image.Resampling.BILINEAR))
    least = max(WINDOW, round(min(shape) * SMALLEST))
    faces = detector.detect_multi_scale(
        img=small, scale_factor=GROWTH, step_ratio=1, min_size=(least, least), max_size=(min(shape), min(shape))
    )
    if not faces:
        return None
    best = max(faces, key=lambda face: face["width"] * face["height"])
    side = max(best["width"], best["height"])
    return best["r"] / scale, best["c"] / scale, side / scale


def _square(picture: Images, face: Face, margin: float) -> Images:
    top, left, side = face
    edge = margin * side
    rows = np.arange(round(top - edge), round(top + side + edge)).clip(0, picture.shape[0] - 1)
    columns = np.arange(round(left - edge), round(left + side + edge)).clip(0, picture.shape[1] - 1)
    square: Images = picture[rows][:, columns]
    return square


def _write(face: Image.Image, file: Path, size: int) -> None:
    """Give the file its name only when it is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".unfinished-{file.name}")
    face.resize((size, size), Image.Resampling.LANCZOS).save(unfinished, "PNG")
    unfinished.replace(file)
