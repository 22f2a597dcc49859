"""Video of one's own: a file, or a folder of numbered pictures as MOTChallenge keeps them, and a JSON with the door."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from annotated_types import Ge, Interval

from trainers.datasets._footage import Clip, Floor, Footage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frames: TypeAlias = NDArray[np.uint8]

Fraction = Annotated[float, Interval(gt=0, lt=0.5)]
PICTURES = {".png", ".jpg", ".jpeg", ".bmp"}


def load(
    path: str,
    *,
    width: Annotated[int, Interval(ge=32, le=1920)] = 256,
    train_fraction: Fraction = 0.1,
    test_fraction: Fraction = 0.2,
    most_frames: Annotated[int, Ge(10)] = 20_000,
) -> Footage:
    """Load the frames in gray, scaled to `width`, the first as train, the last as test, and those between as val.

    A file is read by PyAV (the extra `vision`), a folder of pictures, or its `img1`, as it is. `floor.json` in the
    folder, or beside `door.mp4` a `door.json`, has the `line` of the door, a point `inside`, `sections` by name with
    their corners, and if need be `people` by number with `expression`, `old` and `woman`; `annotations` names a
    file in MOTChallenge's form, `gt/gt.txt` if it is there. All these are in points of the video as it is, not as
    scaled.

    Raises:
        ValueError: With one line about a file that is missing or does not fit.
    """
    from trainers.datasets import _cache, _expressions, _floor_files, _footage

    place = Path(path).expanduser().resolve()
    if not place.exists():
        raise ValueError(f"video: there is no {place}; wanted a video, or a folder of numbered pictures")
    beside = place / "floor.json" if place.is_dir() else place.with_suffix(".json")
    page = _floor_files.page(beside, place)
    folder = place if place.is_dir() else place.parent
    truth = folder / str(page.get("annotations", "gt/gt.txt"))
    annotated = truth.is_file() or "annotations" in page
    states = [
        (str(file), file.stat().st_size, file.stat().st_mtime_ns)
        for file in [*_pictures(place), beside, truth, place]
        if file.is_file()
    ]
    options = {"files": states, "width": width, "fractions": [train_fraction, test_fraction], "most": most_frames}
    classes = _expressions.classes(7)

    def make() -> Footage:
        import numpy as np

        frames, (wide, high) = _frames(place, width, most_frames)
        where = _floor_files.floor(page, beside)
        where.check(f"video: {beside}", wide, high)
        scale = width / wide
        empty = np.empty((0, _footage.BOX_COLUMNS))
        boxes = _floor_files.truth(truth, len(frames), wide, high) if annotated else empty
        known = _floor_files.people(page, beside, classes, boxes)
        boxes[:, 2:] *= scale
        bounds = [0, round(train_fraction * len(frames)), round((1 - test_fraction) * len(frames)), len(frames)]
        clips = [_clip(frames, boxes, known, bounds[i], bounds[i + 1]) for i in range(3)]
        return Footage("video", f"video {place.name}", classes, _scaled(where, scale), *clips)

    sources = (__file__, _expressions.__file__, _floor_files.__file__, _footage.__file__)
    return _cache.kept_as("video", sources, options, make, _footage.write, _footage.read)


def _clip(frames: "Frames", boxes: Any, known: Any, start: int, stop: int) -> Clip:
    """The frames of a part, and the rows of them, counted anew from 0."""
    own = boxes[(boxes[:, 0] >= start) & (boxes[:, 0] < stop)].copy()
    own[:, 0] -= start
    return Clip(frames[start:stop], own, known)


def _scaled(floor: Floor, scale: float) -> Floor:
    def points(given: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        return tuple((x * scale, y * scale) for x, y in given)

    start, end = points(floor.line)
    sections = {name: points(corners) for name, corners in floor.sections.items()}
    return Floor((start, end), points((floor.inside,))[0], sections)


def _pictures(place: Path) -> list[Path]:
    """The pictures of a folder, or of its `img1`, in the order of their names."""
    if not place.is_dir():
        return []
    folder = place / "img1" if (place / "img1").is_dir() else place
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURES)


def _frames(place: Path, width: int, most: int) -> tuple["Frames", tuple[int, int]]:
    """All frames in gray, of shape (frames, height, width), and how wide and high they were."""
    import numpy as np
    from PIL import Image

    found, size = list["Frames"](), (0, 0)
    for picture in _opened(place):
        if found and picture.size != size:
            other = f"{picture.width}x{picture.height}, and the others {size[0]}x{size[1]}"
            raise ValueError(f"video: {place}: frame {len(found) + 1} is {other}")
        size = picture.size
        high = max(1, round(picture.height * width / picture.width))
        found.append(np.asarray(picture.convert("L").resize((width, high), Image.Resampling.BILINEAR), dtype=np.uint8))
        if len(found) == most:
            break
    if len(found) < 10:  # noqa: PLR2004 - three parts, each of more than a glance
        raise ValueError(f"video: {place} has {len(found)} frames; wanted 10 or more")
    return np.stack(found), size


def _opened(place: Path) -> Any:
    """Give a picture of Pillow for each frame."""
    from PIL import Image, UnidentifiedImageError

    if place.is_dir():
        for file in _pictures(place):
            try:
                with Image.open(file) as picture:
                    yield picture.copy()
            except (OSError, UnidentifiedImageError):
                raise ValueError(f"video: {file} cannot be read as a picture") from None
        return
    try:
        import av
    except ImportError:
        raise ValueError("video: reading a file wants PyAV (pip install 'doe-orchestrator[vision]')") from None
    try:
        with av.open(str(place)) as container:
            for frame in container.decode(video=0):
                yield frame.to_image()
    except (av.FFmpegError, IndexError) as error:
        raise ValueError(f"video: {place} cannot be read as a video: {error}") from None
