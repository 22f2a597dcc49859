"""A table of results from anywhere: columns become factors and a response, each checked."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from doe.loading._cells import unguarded
from doe.loading._names import nearest
from doe.loading._shape import UNPRINTABLE
from doe.loading._toml import parse_level
from doe.model import Asked, DoeError, Factor, Level, Objective, Results, Role, is_number

NO_FACTORS = frozenset({"run", "replicate", "seed", "order", "host", "device", "seconds"})
"""Columns of doe's own tables that say where a row comes from."""

Cells = Sequence[Level | None]
"""A column; an empty cell is None."""


class TableError(DoeError):
    """A table cannot be read, or lacks a column."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was read."""

    path: Path
    columns: Mapping[str, Cells]
    lines: Sequence[int]
    """The line of the file in which each row stands."""

    def at(self, row: int) -> str:
        """Where a row is."""
        return f"{self.path} line {self.lines[row]}"


def read_results(
    path: Path,
    objective: Objective,
    factors: Sequence[str] = (),
    roles: Mapping[str, Role] | None = None,
    asked: Asked | None = None,
) -> Results:
    """Read a CSV file with a heading; each row is a reading that counts.

    Args:
        path: The file.
        objective: Its response is one of the columns.
        factors: Columns; none means all others that take a value more than once.
        roles: The role of a factor, where it is not ``control``.
        asked: What to take into account besides main effects on the objective.

    Raises:
        TableError: There is no such file or column, no row, a response that is no number, or a factor of one level.
    """
    import pandas as pd

    sheet, roles, asked = _read(path), roles or {}, asked or Asked()
    measured = [objective.response, *(each.response for each in asked.also)]
    _check_columns(sheet, measured, [*factors, *roles])
    numbers = {name: _numbers(sheet, name) for name in measured}
    _check_shares(sheet, objective.response, numbers[objective.response], asked.trials_of)
    names = list(factors) or _repeating(sheet.columns, measured)
    names += [name for name in roles if name not in names]
    if not names:
        raise TableError(f"{path} has no column that takes a value more than once; --factors names the factors")
    asked = _checked(path, asked, names)
    found = tuple(_factor(sheet, name, roles.get(name, "control")) for name in names)
    kept = {*names, *NO_FACTORS} - {*measured}
    table = pd.DataFrame({name: cells for name, cells in sheet.columns.items() if name in kept})
    return Results(found, objective, table.assign(**numbers), asked=asked)


def _check_columns(sheet: Sheet, measured: Sequence[str], set_: Sequence[str]) -> None:
    for name in (*measured, *set_):
        if name not in sheet.columns:
            raise TableError(f"{sheet.path} has no column {name!r}; {nearest(name, sheet.columns)}")
    for name in set_:
        if name in measured:
            raise TableError(f"{name!r} is the response, so it cannot be a factor as well")


def _checked(path: Path, asked: Asked, names: Sequence[str]) -> Asked:
    """What is asked, its interactions split where factors' own names have colons; unknown names refused."""
    for name in names:
        if names.count(name) > 1:
            raise TableError(f"factor {name!r} is given twice")
    pairs = tuple(_split(":".join(pair), names) or pair for pair in asked.interactions)
    pooled = [(term,) if term in names else _split(term, names) or tuple(term.split(":")) for term in asked.pooled]
    for name in [name for term in (*pairs, *pooled) for name in term]:
        if name not in names:
            raise TableError(f"{path} has no factor {name!r}; {nearest(name, names)}")
    return replace(asked, interactions=pairs)


def _split(text: str, names: Collection[str]) -> tuple[str, str] | None:
    """The two factors of an interaction as typed, whichever colon stands between them."""
    ends = [place for place, sign in enumerate(text) if sign == ":"]
    return next(
        ((text[:end], text[end + 1 :]) for end in ends if text[:end] in names and text[end + 1 :] in names), None
    )


def _read(path: Path) -> Sheet:
    """The columns by name."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except UnicodeDecodeError as error:
        raise TableError(f"{path} is not text in UTF-8: byte {error.object[error.start]:#04x} in it") from None
    except (OSError, ValueError, csv.Error) as error:
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    _check_printable(path, rows)
    heading = _heading(path, rows[0][1]) if rows else []
    if len(rows) < 2:  # noqa: PLR2004 - a heading and a row
        raise TableError(f"{path} has no rows; wanted a heading, and below it a row for each result")
    for line, row in rows[1:]:
        if len(row) != len(heading):
            raise TableError(f"{path} line {line} has {len(row)} cells; wanted {len(heading)}")
    values = zip(*(row for _, row in rows[1:]), strict=True)
    columns = {name: _levels(cells) for name, cells in zip(heading, values, strict=True)}
    return Sheet(path, columns, [line for line, _ in rows[1:]])


def _check_printable(path: Path, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Refuse what moves a cursor, and files that are no text at all."""
    for line, row in rows:
        if any("\0" in cell for cell in row):
            raise TableError(f"{path} is no table of text; wanted comma-separated values")
        # one search a row: a table may be long
        if found := UNPRINTABLE.search(",".join(row)):
            raise TableError(f"{path} line {line} has a control character, {found.group()!r}")


def _heading(path: Path, cells: Sequence[str]) -> list[str]:
    heading = [unguarded(cell.strip()) for cell in cells]
    for sign, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(heading) == 1 and sign in heading[0]:
            raise TableError(f"{path} has cells between {called}; wanted commas")
    for name, times in Counter(heading).items():
        if not name or times > 1:
            raise TableError(f"{path} has {'a column without a name' if not name else f'two columns {name!r}'}")
    return heading


def _levels(cells: Sequence[str]) -> Cells:
    """What a column's cells say; each text is read once, as a long table repeats them."""
    known = {
        cell: None if cell.strip().lower() in {"", "nan"} else parse_level(unguarded(cell.strip()))
        for cell in set(cells)
    }
    return [known[cell] for cell in cells]


def _numbers(sheet: Sheet, name: str) -> list[float]:
    """A response: NaN where a cell is empty or says so, as such rows are counted and left out by the analyses."""
    numbers = []
    for row, cell in enumerate(sheet.columns[name]):
        missing = cell is None or (isinstance(cell, str) and cell.lower() in {"na", "inf", "-inf"})
        if not missing and not is_number(cell):
            raise TableError(f"{sheet.at(row)}: {name} = {cell}: wanted a number")
        numbers.append(math.nan if missing else float(cell))  # type: ignore[arg-type]
    return numbers


def _check_shares(sheet: Sheet, name: str, numbers: Sequence[float], trials_of: int | None) -> None:
    for row, number in enumerate(numbers):
        if trials_of is not None and (number < 0 or number > 1):
            raise TableError(f"{sheet.at(row)}: {name} = {number:g}: --trials-of wants shares, from 0 to 1")


def _repeating(columns: Mapping[str, Cells], measured: Collection[str]) -> list[str]:
    """The columns that take a value more than once: what was set, and not measured."""
    return [
        name
        for name, cells in columns.items()
        if name not in NO_FACTORS and name not in measured and 1 < len(set(cells)) <= len(cells) / 2
    ]


def _factor(sheet: Sheet, name: str, role: Role) -> Factor:
    """A factor whose levels are the values of its column: numbers in their order, others as they come."""
    cells = sheet.columns[name]
    levels = [level for level in dict.fromkeys(cells) if level is not None]
    if len(levels) < len(set(cells)):
        raise TableError(f"{sheet.at(list(cells).index(None))}: factor {name!r} has an empty cell")
    if len(levels) == 1:
        raise TableError(f"{sheet.path}: factor {name!r} has one level only, {levels[0]}")
    if all(is_number(level) for level in levels):
        return Factor(name, tuple(sorted(levels, key=float)), "linear", role)
    return Factor(name, tuple(levels), role=role)
