"""What a trainer has drawn of the confirmed settings: pictures, moving or not, and tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from doe.protocols import Account
from doe.reports._page import Block, Heading, Paragraph, Shot, Table

PIXELS = frozenset({".png", ".gif"})
LARGEST = 8 * 2**20
"""Bytes of a file above which a page names it, and does not hold it."""
ROWS = 100
"""Rows of a table that a page shows."""


def drawn(account: Account) -> Iterator[Block]:
    """By setting each picture and table under its name; of a file that cannot be shown, why."""
    for called, files in account.pictures.items():
        for file in files:
            caption = file.stem.replace("-", " ")
            yield Heading(f"{caption[:1].upper()}{caption[1:]}: {called}")
            try:
                yield _shown(file, f"{called}-{file.stem}", f"{caption} of the setting {called}")
            except (OSError, ValueError) as error:
                said = str(error).partition("\n")[0] or type(error).__name__
                yield Paragraph(f"{file.name} is not shown: {said}", "warning")


def shots(account: Account) -> list[Shot]:
    """The pictures alone, that can be shown."""
    return [block for block in drawn(account) if isinstance(block, Shot)]


def _shown(file: Path, name: str, text: str) -> Shot | Table:
    """What a file holds.

    Raises:
        OSError: It cannot be read, or is no picture.
        ValueError: It is none of the kinds, or larger than a page should hold.
    """
    if file.stat().st_size > LARGEST:
        raise ValueError(f"it has more than {LARGEST // 2**20} MiB")
    if file.suffix == ".csv":
        with file.open(newline="", encoding="utf-8") as lines:
            rows = tuple(csv.DictReader(lines, restkey="", restval=""))
        return Table(
            tuple({str(name): _cell(text) for name, text in row.items()} for row in rows[:ROWS]),
            max(0, len(rows) - ROWS),
        )
    if file.suffix not in PIXELS:
        raise ValueError("wanted .png, .gif or .csv")
    _verify(file)
    return Shot(name, text, file)


def _verify(file: Path) -> None:
    """Make sure that a file is a picture.

    Raises:
        OSError: It is not.
        ValueError: It is broken, or has more pixels than a picture should.
    """
    from PIL import Image

    try:
        with Image.open(file, formats=["PNG", "GIF"]) as picture:
            picture.verify()
    except (SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from None


def _cell(text: str) -> str | int | float:
    """A number where the text is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
