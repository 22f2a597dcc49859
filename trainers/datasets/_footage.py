"""Video of a floor in three clips, with its door line and sections, and what is known of the people in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from trainers.datasets._dataset import NAMES, _address, _mapped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frames: TypeAlias = NDArray[np.uint8]
    Rows: TypeAlias = NDArray[np.float64]
    People: TypeAlias = NDArray[np.int64]
    Reduced: TypeAlias = tuple[Callable[..., "Clip"], tuple[str | Frames, str | Rows, str | People]]

Point: TypeAlias = tuple[float, float]

ARRAYS = ("frames", "boxes", "people")
BOX_COLUMNS, PEOPLE_COLUMNS = 6, 4
CORNERS = 3
"""The least a section has."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Where people are counted: all in points of the frame, rightwards and downwards from its upper left corner."""

    line: tuple[Point, Point]
    """The door."""
    inside: Point
    """Any point on the side of the line that is in."""
    sections: Mapping[str, tuple[Point, ...]]
    """The corners of each."""

    def check(self, name: str, width: int, height: int) -> None:
        """Refuse in one line what does not lie in the frame."""
        places = {"line": self.line, "inside": (self.inside,)}
        places |= {f"section {section!r}": corners for section, corners in self.sections.items()}
        for place, points in places.items():
            for x, y in points:
                if not (0 <= x <= width and 0 <= y <= height):
                    raise ValueError(f"{name}: {place} has a point {x:g}, {y:g} outside the frame of {width}x{height}")
        for section, corners in self.sections.items():
            if len(corners) < CORNERS:
                raise ValueError(f"{name}: section {section!r} has {len(corners)} corners; wanted 3 or more")
        (x, y), (far_x, far_y) = self.line
        if (far_x - x) * (self.inside[1] - y) == (far_y - y) * (self.inside[0] - x):
            raise ValueError(f"{name}: inside {self.inside[0]:g}, {self.inside[1]:g} lies on the line; wanted one side")


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Frames of one camera, and the truth of them as far as it is known."""

    frames: Frames
    """Gray shades of shape (frames, height, width)."""
    boxes: Rows
    """A row a person a frame: frame from 0, person, left, top, width, height. No rows: nothing is known."""
    people: People
    """A row a person: its number, its expression, whether it is old, whether a woman; -1 where that is not known."""

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.frames)

    def __reduce__(self) -> Reduced:
        """Travel to another process as file names where the arrays are mapped."""
        return reopened, (_address(self.frames), _address(self.boxes), _address(self.people))


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """A camera's video in three clips: `train` to learn the empty floor from, `val` to be judged on, `test` kept."""

    name: str
    """The name of its loader."""
    about: str
    """What is to be seen, in a few words."""
    classes: tuple[str, ...]
    """The name of each expression."""
    floor: Floor
    train: Clip
    val: Clip
    test: Clip

    def __post_init__(self) -> None:
        """Refuse clips of unequal frames, rows of another form, and a floor outside the frame."""
        height, width = self.train.frames.shape[1:]
        for name, clip in self.clips.items():
            if clip.frames.dtype != "uint8" or clip.frames.shape[1:] != (height, width) or not len(clip):
                raise ValueError(
                    f"{self.name}: {name} wants frames of {width}x{height} bytes, not {clip.frames.dtype} "
                    f"{clip.frames.shape}"
                )
            if clip.boxes.ndim != 2 or clip.boxes.shape[1] != BOX_COLUMNS:  # noqa: PLR2004
                raise ValueError(f"{self.name}: {name} wants boxes of {BOX_COLUMNS} numbers, not {clip.boxes.shape}")
        self.floor.check(self.name, width, height)

    @property
    def clips(self) -> dict[str, Clip]:
        """The three clips by name."""
        return {"train": self.train, "val": self.val, "test": self.test}

    @property
    def description(self) -> str:
        """One line: what it is, how many frames of what size, how many people."""
        height, width = self.train.frames.shape[1:]
        sizes = " / ".join(str(len(clip)) for clip in self.clips.values())
        people = len(set(self.val.boxes[:, 1].tolist()))
        known = f"{people} people in val" if people else "nobody annotated"
        return f"{self.about} ({sizes} gray frames of {width}x{height}; {known})"


def reopened(frames: str | Frames, boxes: str | Rows, people: str | People) -> Clip:
    """Build a clip from arrays, or from the names of the files to map them from."""
    parts: list[Any] = [_mapped(part) if isinstance(part, str) else part for part in (frames, boxes, people)]
    return Clip(*parts)


def write(footage: Footage, folder: Path) -> None:
    """Write footage into a folder of the cache."""
    import numpy as np

    for name, clip in footage.clips.items():
        for part in ARRAYS:
            np.save(folder / f"{name}.{part}.npy", getattr(clip, part))
    floor = {"line": footage.floor.line, "inside": footage.floor.inside, "sections": dict(footage.floor.sections)}
    about = {"name": footage.name, "about": footage.about, "classes": footage.classes, "floor": floor}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def read(folder: Path) -> Footage:
    """Map footage from a folder of the cache."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    train, val, test = (reopened(*(str(folder / f"{name}.{part}.npy") for part in ARRAYS)) for name in NAMES)
    floor = about["floor"]
    sections = {name: tuple((x, y) for x, y in corners) for name, corners in floor["sections"].items()}
    (start, end), inside = floor["line"], floor["inside"]
    place = Floor(((start[0], start[1]), (end[0], end[1])), (inside[0], inside[1]), sections)
    return Footage(about["name"], about["about"], tuple(about["classes"]), place, train, val, test)
