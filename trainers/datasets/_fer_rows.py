"""FER2013's tables of pixels, and the votes of FER+ on their rows: read quickly, and checked to the last number."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from trainers.datasets._dataset import Images, Labels

SIDE = 48
POINTS = SIDE * SIDE
AT_ONCE = 200
"""Rows parsed at a time: few enough to stay in the processor's cache."""
PLACES = {"Training": "train", "PublicTest": "val", "PrivateTest": "test"}
VOTED = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
"""The classes of FER+, in the order of its columns; the two after them are no class."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What a file of FER2013 says, row by row."""

    images: Images
    labels: Labels
    places: list[str]
    """train, val or test; nothing where there is no column Usage."""


def read(path: Path, classes: int) -> Table:
    """Read `emotion`, `pixels` and, if there is one, `Usage`, whatever their order.

    Raises:
        ValueError: With the line that is wrong, and what was wanted there.
    """
    images: list[Images] = []
    labels, places = list[int](), list[str]()
    with path.open("rb") as lines:
        header = [_cell(cell).lower() for cell in next(lines, b"").split(b",")]
        if not {"emotion", "pixels"} <= set(header):
            raise ValueError(f"{path} begins with {','.join(header)[:60]!r}; wanted emotion,pixels and perhaps Usage")
        emotion, pixels = header.index("emotion"), header.index("pixels")
        usage = header.index("usage") if "usage" in header else None
        line = 2
        while chunk := list(islice(lines, AT_ONCE)):
            rows = [row.split(b",") for row in chunk]
            if not rows[-1][0].strip():
                rows.pop()
            for number, row in enumerate(rows, start=line):
                if len(row) != len(header):
                    raise ValueError(f"{path}, line {number} has {len(row)} fields, and {len(header)} are wanted")
                labels.append(_label(path, number, row[emotion], classes))
                if usage is not None:
                    places.append(_place(path, number, row[usage]))
            images.append(_images(path, line, [row[pixels] for row in rows]))
            line += len(chunk)
    if not labels:
        raise ValueError(f"{path} has no row")
    places = places or [""] * len(labels)
    return Table(np.concatenate(images), np.array(labels, dtype=np.int64), places)


def votes(path: Path, places: list[str]) -> Labels:
    """Give each row the class that FER+ voted for, or -1 where it is to be left out.

    The rule called majority by Barsoum and others (ICMI 2016, arXiv 1608.01041): single votes do not count, and the
    class with more than half of the others is the label. There is none where no class has more, or where that is
    "unknown" or "no face".

    Raises:
        ValueError: The file is no FER+ or not of the same rows.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = [row for row in csv.reader(lines) if row] or [[]]
    wanted = ["usage", "image name", *VOTED, "unknown", "nf"]
    if [cell.strip().lower() for cell in header] != wanted:
        raise ValueError(f"{path} begins with {','.join(header)[:60]!r}; wanted {','.join(wanted)}")
    if len(rows) != len(places):
        raise ValueError(f"{path} has {len(rows)} rows, and the pixels have {len(places)}; they go by their order")
    for number, (row, place) in enumerate(zip(rows, places, strict=True), start=2):
        if len(row) != len(wanted) or PLACES.get(row[0].strip()) != place or not all(c.isdigit() for c in row[2:]):
            raise ValueError(
                f"{path}, line {number} is {','.join(row)[:60]!r}; wanted the Usage of the pixels and votes"
            )
    counted = np.array([[int(cell) for cell in row[2:]] for row in rows], dtype=np.int64)
    counted[counted == 1] = 0
    most = counted.argmax(axis=1)
    clear = (2 * counted.max(axis=1) > counted.sum(axis=1)) & (most < len(VOTED))
    return np.where(clear, most, -1)


def _images(path: Path, first: int, cells: list[bytes]) -> Images:
    """Turn texts of 2,304 numbers each into images."""
    texts = [cell.strip(b'" \r\n') for cell in cells]
    found = _numbers(b" ".join(texts))
    if found is None or len(found) != len(texts) * POINTS or any(text.count(b" ") != POINTS - 1 for text in texts):
        raise _wrong(path, first, texts)
    return found.reshape(-1, 1, SIDE, SIDE)


def _numbers(text: bytes) -> NDArray[np.uint8] | None:
    """Read numbers parted by spaces, all at once; None where there is anything else, or one above 255.

    A number ends where no digit follows; what stands before its last digit are its tens, and before those its hundreds.
    """
    codes = np.frombuffer(b"    " + text + b" ", dtype=np.uint8)
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    if not (digit | (codes == ord(" "))).all():
        return None
    ends = np.flatnonzero(digit[:-1] & ~digit[1:])
    values = codes.astype(np.int16) - ord("0")
    tens = digit[ends - 1]
    hundreds = tens & digit[ends - 2]
    found = values[ends] + 10 * values[ends - 1] * tens + 100 * values[ends - 2] * hundreds
    if (hundreds & digit[ends - 3]).any() or (found > 255).any():  # noqa: PLR2004 - a byte
        return None
    return found.astype(np.uint8)


def _wrong(path: Path, first: int, texts: list[bytes]) -> ValueError:
    """Name the first row that is wrong, and why."""
    for number, text in enumerate(texts, start=first):
        words = text.split()
        if len(words) != POINTS:
            return ValueError(f"{path}, line {number} has {len(words)} pixels, and {POINTS} ({SIDE}x{SIDE}) are wanted")
        odd = next((word for word in words if not word.isdigit() or int(word) > 255), None)  # noqa: PLR2004 - a byte
        if odd is not None:
            return ValueError(f"{path}, line {number} has a pixel {_cell(odd)!r}; wanted 0 to 255")
    return ValueError(f"{path}, from line {first}: pixels are parted by one space each")


def _label(path: Path, number: int, cell: bytes, classes: int) -> int:
    text = _cell(cell)
    if not text.isdigit() or int(text) >= classes:
        raise ValueError(f"{path}, line {number} has emotion {text!r}; wanted 0 to {classes - 1}")
    return int(text)


def _place(path: Path, number: int, cell: bytes) -> str:
    text = _cell(cell)
    if text not in PLACES:
        raise ValueError(f"{path}, line {number} has Usage {text!r}; wanted {', '.join(PLACES)}")
    return PLACES[text]


def _cell(cell: bytes) -> str:
    return cell.decode("utf-8-sig", "replace").strip(' "\r\n')
