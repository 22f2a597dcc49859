"""What a user writes down beside a video: where the door and the sections are, and who is where in which frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from trainers.datasets._footage import BOX_COLUMNS, PEOPLE_COLUMNS, Floor, Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows: TypeAlias = NDArray[np.float64]
    People: TypeAlias = NDArray[np.int64]

KEYS = {"line", "inside", "sections", "annotations", "people"}
PEDESTRIAN = 1
"""Of MOTChallenge's classes; who sits in a car or is a picture is not counted."""
FLAG, CLASS = 6, 7
"""Columns of MOTChallenge's truth: whether a row counts, and what it is of."""


def page(path: Path, wanted_for: Path) -> dict[str, Any]:
    """Read the JSON that says where to count; refuse in one line what is missing in it."""
    form = '{"line": [[x, y], [x, y]], "inside": [x, y], "sections": {"name": [[x, y], ...]}}'
    if not path.is_file():
        raise ValueError(f"video: {wanted_for} wants {path} beside it, with {form}")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"video: {path} is no JSON: {error}") from None
    if not isinstance(found, dict) or not {"line", "inside"} <= set(found):
        raise ValueError(f"video: {path} wants line and inside, as {form}")
    unknown = sorted(set(found) - KEYS)
    if unknown:
        raise ValueError(f"video: {path} has an unknown {unknown[0]!r}; there is {', '.join(sorted(KEYS))}")
    return found


def floor(found: dict[str, Any], path: Path) -> Floor:
    """The door and the sections of a page."""
    line = _points(found["line"], path, "line")
    if len(line) != 2:  # noqa: PLR2004 - a line has two ends
        raise ValueError(f"video: {path}: line has {len(line)} points; wanted its 2 ends")
    sections = found.get("sections", {})
    if not isinstance(sections, dict):
        raise ValueError(f"video: {path}: sections wants names and their corners")
    corners = {str(name): _points(points, path, f"section {name!r}") for name, points in sections.items()}
    return Floor((line[0], line[1]), _points([found["inside"]], path, "inside")[0], corners)


def truth(path: Path, frames: int, width: int, height: int) -> Rows:
    """Read MOTChallenge's truth: frame from 1, person, left, top, width, height, and then a flag and a class or not.

    Returns:
        Rows of a clip's boxes, in order of frame and person, with the frame from 0 and cut to the frame's edges.

    Raises:
        ValueError: With the first line that does not fit.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"video: annotations {path} cannot be read: {error}") from None
    rows, seen = list[tuple[float, ...]](), set[tuple[float, float]]()
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        row = _row(text, f"video: {path}, line {number}", frames, width, height)
        if row is None:
            continue
        if row[:2] in seen:
            raise ValueError(f"video: {path}, line {number}: person {row[1]:g} is in frame {row[0] + 1:g} already")
        seen.add((row[0], row[1]))
        rows.append(row)
    return np.array(sorted(rows), dtype=np.float64).reshape(-1, BOX_COLUMNS)


def people(found: dict[str, Any], path: Path, classes: tuple[str, ...], boxes: Rows) -> People:
    """Read what is known of each person: an expression by name, whether it is old, and whether a woman."""
    known = found.get("people", {})
    if not isinstance(known, dict):
        raise ValueError(f'video: {path}: people wants {{"1": {{"expression": ..., "old": ..., "woman": ...}}}}')
    rows = []
    for who in sorted({int(who) for who in boxes[:, 1]}):
        about = known.get(str(who), {})
        if not isinstance(about, dict):
            raise ValueError(f"video: {path}: person {who} is {about!r}; wanted expression, old or woman")
        expression = about.get("expression")
        if expression is not None and expression not in classes:
            raise ValueError(f"video: {path}: person {who} looks {expression!r}; there is {', '.join(classes)}")
        rest = (_yes(about.get(name), f"video: {path}: person {who}: {name}") for name in ("old", "woman"))
        rows.append((who, -1 if expression is None else classes.index(expression), *rest))
    return np.array(rows, dtype=np.int64).reshape(-1, PEOPLE_COLUMNS)


def _yes(told: object, place: str) -> int:
    """What is known to be so or not; -1 where nothing is told."""
    if told is not None and not (isinstance(told, int) and told in {0, 1}):
        raise ValueError(f"{place} is {told!r}; wanted true or false")
    return -1 if told is None else int(told)


def _row(text: str, place: str, frames: int, width: int, height: int) -> tuple[float, ...] | None:
    """One line as a row of boxes; None where it is not to be counted."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) < BOX_COLUMNS:
        raise ValueError(f"{place}: {text.strip()!r}; wanted frame, person, left, top, width, height")
    frame, who, left, top, wide, high = numbers[:BOX_COLUMNS]
    if not 1 <= frame <= frames or frame != int(frame):
        raise ValueError(f"{place}: frame {frame:g}, and the video has frames 1 to {frames}")
    if len(numbers) > FLAG and not numbers[FLAG]:
        return None
    if len(numbers) > CLASS and numbers[CLASS] not in {PEDESTRIAN, -1}:
        return None
    right, low = min(left + wide, width), min(top + high, height)
    left, top = max(left, 0.0), max(top, 0.0)
    if right <= left or low <= top:
        raise ValueError(f"{place}: the box lies outside the frame of {width}x{height}")
    return frame - 1, who, left, top, right - left, low - top


def _points(given: Any, path: Path, name: str) -> tuple[Point, ...]:
    try:
        return tuple((float(x), float(y)) for x, y in given)
    except (TypeError, ValueError):
        raise ValueError(f"video: {path}: {name} wants points [x, y]") from None
