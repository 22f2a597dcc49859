"""What a page is made of: headings, paragraphs, tables, figures and facts, whatever it is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from doe.model import Cell

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

Kind: TypeAlias = Literal["plain", "lead", "note", "warning", "command"]


@dataclass(frozen=True, slots=True)
class Heading:
    """What follows is about this."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or a few."""

    text: str
    kind: Kind = "plain"
    """``note`` and ``warning`` are set apart from the text, ``command`` is to be typed."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of column: value; the first row names the columns."""

    rows: tuple[Mapping[str, Cell], ...] = field(hash=False)
    more: int = 0
    """How many rows are left out at the end."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, and what is known under each."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure."""

    name: str
    """The plot's name."""
    text: str
    """What it shows, for who cannot see it."""
    figure: Figure


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that a trainer has drawn: a file of pixels, moving or not."""

    name: str
    """What its file is called beside a page that cannot hold it, without a suffix."""
    text: str
    """What it shows, for who cannot see it."""
    file: Path


Block: TypeAlias = Heading | Paragraph | Table | Facts | Picture | Shot


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page under its title."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page from its title to its last section."""

    title: str
    question: str
    about: str
    """What was done, on what and when, in a line."""
    verdict: str
    """The answer in a line."""
    certainty: str
    """How sure it is, in a few words."""
    sections: tuple[Section, ...]
