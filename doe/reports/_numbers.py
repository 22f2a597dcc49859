"""Numbers for reading: few digits, and the same for all of a column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doe.model import Cell

DIGITS = 4
"""How many digits of the largest number in a column are shown."""

PERCENT = frozenset({"net", "null_mean", "null_high", "contribution", "share"})
"""Columns that are parts of a whole."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table as it is read."""

    name: str
    cells: tuple[str, ...]
    values: tuple[Cell, ...]
    """The cells in full precision."""
    numeric: bool
    """Whether it is to be aligned as numbers."""


def columns(rows: Sequence[Mapping[str, Cell]]) -> list[Column]:
    """The columns of a table, those without a single cell left out."""
    found = []
    for name in dict.fromkeys(name for row in rows for name in row):
        values = tuple(row.get(name) for row in rows)
        cells = tuple(column(name, values))
        if any(cells):
            found.append(Column(name, cells, values, all(map(is_number, cells))))
    return found


def short(value: Cell) -> str:
    """A number in a sentence: four digits of it."""
    return f"{value:.4g}" if isinstance(value, float) else _plain(value)


def listed(words: Sequence[str]) -> str:
    """Words in a sentence: a, b and c."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part) if words else ""


def column(name: str, cells: Sequence[Cell]) -> list[str]:
    """The cells of a column as text; empty where there is none."""
    numbers = [abs(cell) for cell in cells if isinstance(cell, float) and math.isfinite(cell)]
    if name in PERCENT:
        return [f"{cell:.1%}".replace("%", " %") if isinstance(cell, float) else _plain(cell) for cell in cells]
    if name == "p" or name.startswith("p_"):
        return [_probability(cell) if isinstance(cell, float) else _plain(cell) for cell in cells]
    if name in {"level", "against", "setting"} or not numbers:
        return [_plain(cell) for cell in cells]
    largest = max(numbers)
    if largest and not 1e-4 <= largest < 1e7:  # noqa: PLR2004 - beyond these, zeros hide the digits
        return [f"{cell:.{DIGITS - 1}e}" if isinstance(cell, float) else _plain(cell) for cell in cells]
    if name == "F":
        return [f"{cell:.2f}" if isinstance(cell, float) else _plain(cell) for cell in cells]
    places = _places(largest, min((number for number in numbers if number), default=largest))
    return [f"{cell:.{places}f}" if isinstance(cell, float) else _plain(cell) for cell in cells]


def _places(largest: float, smallest: float) -> int:
    """Decimals that show the largest number to DIGITS, and two digits of the smallest if that takes few more."""
    if not largest:
        return 1
    wanted = DIGITS - 1 - math.floor(math.log10(largest))
    return max(0, wanted, min(wanted + 2, 1 - math.floor(math.log10(smallest))))


def is_number(text: str) -> bool:
    """Whether a cell's text is to be aligned as a number."""
    try:
        float(text.strip(" %<"))
    except ValueError:
        return not text
    return True


def _plain(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _probability(value: float) -> str:
    return "<0.0001" if value < 1e-4 else f"{value:.4f}"  # noqa: PLR2004 - the last that four places show
