"""Numbers for reading: few digits, and the same for all of a column."""

from __future__ import annotations

import math
from collections.abc import Sequence

from doe.model import Cell

DIGITS = 4
"""How many digits of the largest number in a column are shown."""

PERCENT = frozenset({"contribution", "share"})
"""Columns that are parts of a whole."""


def column(name: str, cells: Sequence[Cell]) -> list[str]:
    """The cells of a column as text; empty where there is none."""
    numbers = [abs(cell) for cell in cells if isinstance(cell, float) and math.isfinite(cell)]
    if name in PERCENT:
        return [f"{cell:.1%}".replace("%", " %") if isinstance(cell, float) else _plain(cell) for cell in cells]
    if name == "p":
        return [_probability(cell) if isinstance(cell, float) else _plain(cell) for cell in cells]
    if name in {"level", "setting"} or not numbers:
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
