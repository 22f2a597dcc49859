"""A short film of a floor with who is followed on it, as an animated GIF."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from trainers import _floor_picture, _watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import ImageDraw
    from PIL.Image import Image

    from trainers._watching import Watched
    from trainers.datasets._footage import Footage

    Shades: TypeAlias = NDArray[np.uint8]

WIDTH = 320
"""Points across."""
FRAMES = 32
"""That are shown at most, from where most is to be seen."""
STEP = 2
"""Each so-many-th frame of the video, or of those that were watched."""
MILLISECONDS = 100
"""A frame."""
STILL = 24
"""A point is shown anew when it has changed by more shades than this: noise would make the file far larger."""
GRAYS = 48
LETTERS = 11
"""How high."""


def write(footage: Footage, watched: Watched, file: Path) -> None:
    """Write the liveliest part of what was watched: boxes, numbers, and the counts up to each frame."""
    from PIL import Image

    chosen = _liveliest(watched, STEP * watched.frames.step)
    passes = _watching.crossings(footage, watched.followed)
    palette = _palette()
    pictures = []
    for frame, shades in zip(chosen, _quiet(watched.clip.frames, chosen), strict=True):
        ways = [sum(each.way == way and each.frame <= frame for each in passes) for way in ("in", "out")]
        picture = _picture(footage, watched, frame, shades, f"frame {frame}   in {ways[0]}   out {ways[1]}")
        pictures.append(picture.quantize(palette=palette, dither=Image.Dither.NONE))
    first, *rest = pictures
    first.save(file, save_all=True, append_images=rest, duration=MILLISECONDS, loop=0, optimize=False)


def _liveliest(watched: Watched, step: int) -> range:
    """The frames in which most boxes lie."""
    count = -(-watched.until // step)
    boxes = np.zeros(count + 1)
    for one in watched.followed:
        for frame in one.boxes:
            boxes[frame // step + 1] += 1
    shown = min(FRAMES, count)
    summed = boxes.cumsum()
    start = int(np.argmax(summed[shown:] - summed[: len(summed) - shown]))
    return range(start * step, (start + shown) * step, step)


def _quiet(frames: Shades, chosen: range) -> Iterator[Shades]:
    """Frames in which only what moves changes."""
    shown = np.array(frames[chosen[0]], dtype=np.int16)
    for frame in chosen:
        new = frames[frame].astype(np.int16)
        shown = np.where(np.abs(new - shown) > STILL, new, shown)
        yield shown.astype(np.uint8)


def _palette() -> Image:
    """Grays, and the colours of tracks, as an image of them."""
    from PIL import Image, ImageColor

    grays = [(shade, shade, shade) for shade in np.linspace(0, 255, GRAYS).astype(int).tolist()]
    colors = [*grays, *(ImageColor.getrgb(color)[:3] for color in _floor_picture.COLORS)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for color in colors for part in color])
    return palette


def _picture(footage: Footage, watched: Watched, frame: int, shades: Shades, caption: str) -> Image:
    from PIL import Image, ImageDraw

    height, width = shades.shape
    scale = WIDTH / width
    size = (WIDTH, round(height * scale))
    picture = Image.fromarray(shades).resize(size, Image.Resampling.BILINEAR).convert("RGB")
    pencil = ImageDraw.Draw(picture)
    pencil.line([(x * scale, y * scale) for x, y in footage.floor.line], fill=_floor_picture.ORANGE, width=2)
    for one in watched.followed:
        if frame not in one.boxes:
            continue
        left, top, wide, high = (side * scale for side in one.boxes[frame])
        color = _floor_picture.COLORS[one.who % len(_floor_picture.COLORS)]
        pencil.rectangle((left, top, left + wide, top + high), outline=color, width=2)
        looks = f" {footage.classes[one.looks['expression'].told]}" if one.looks else ""
        _label(pencil, (left, max(0.0, top - LETTERS - 3)), f"{one.who}{looks}", color)
    _label(pencil, (0, 0), caption, "black")
    return picture


def _label(pencil: ImageDraw.ImageDraw, place: tuple[float, float], text: str, color: str) -> None:
    from PIL import ImageFont

    letters = ImageFont.load_default(LETTERS)
    pencil.rectangle(pencil.textbbox(place, text, font=letters), fill=color)
    pencil.text(place, text, fill="white", font=letters)
