"""Image files read into bytes of one size, whatever their format; what cannot be read is named with its reason."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trainers.datasets._dataset import Images

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
"""The only decoders that are tried: Pillow has others that start programs."""
MODES: dict[Literal["rgb", "gray"], Literal["RGB", "L"]] = {"rgb": "RGB", "gray": "L"}


def decode(
    paths: Sequence[Path], shape: tuple[int, int], color: Literal["rgb", "gray"], *, skip: bool
) -> tuple[Images, frozenset[Path]]:
    """Read files into images of `shape` (width, height); give those that were read, and the files that were not.

    Raises:
        ValueError: At the first unreadable file, unless `skip`.
    """
    width, height = shape
    images = np.empty((len(paths), 3 if color == "rgb" else 1, height, width), dtype=np.uint8)
    unreadable, row = set[Path](), 0
    for path in paths:
        try:
            images[row] = read(path, shape, color)
        except ValueError:
            if not skip:
                raise
            unreadable.add(path)
        else:
            row += 1
    return images[:row], frozenset(unreadable)


def read(path: Path, shape: tuple[int, int] | None, color: Literal["rgb", "gray"]) -> Images:
    """Read one file into an image of shape (channels, height, width), turned upright as its camera says.

    Without a `shape` (width, height) it keeps its own.

    Raises:
        ValueError: With the file's name and what is wrong with it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")  # odd metadata harm nobody
            with Image.open(path, formats=FORMATS) as image:
                upright = ImageOps.exif_transpose(_in_bytes(image))
                small = upright.convert(MODES[color]).resize(shape or upright.size, Image.Resampling.BILINEAR)
    except UnidentifiedImageError as error:
        raise ValueError(f"{path} is no image in {', '.join(FORMATS)}") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(
            f"{path} has more than {Image.MAX_IMAGE_PIXELS} pixels, which is taken for an attack"
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error) as error:
        raise ValueError(f"{path} cannot be read: {str(error).splitlines()[0] if str(error) else 'broken'}") from error
    return np.atleast_3d(np.asarray(small, dtype=np.uint8)).transpose(2, 0, 1)


def _in_bytes(image: Image.Image) -> Image.Image:
    """Bring deep grays down to bytes, which Pillow would clip, and see-through images onto white."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    if "transparency" in image.info or image.mode in {"RGBA", "LA", "PA"}:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    return image
