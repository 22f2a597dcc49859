"""A table of results from anywhere: columns become factors and a response, each checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from doe.loading._names import nearest
from doe.loading._toml import parse_level
from doe.model import DoeError, Factor, Level, Objective, Results, Role, is_number

NO_FACTORS = frozenset({"run", "replicate", "seed", "seconds"})
"""Columns of doe's own tables that say where a row comes from."""


class TableError(DoeError):
    """A table cannot be read, or lacks a column."""


def read_results(
    path: Path, objective: Objective, factors: Sequence[str] = (), roles: Mapping[str, Role] | None = None
) -> Results:
    """Read a CSV file with a heading; each row is a reading that counts.

    Args:
        path: The file.
        objective: Its response is one of the columns.
        factors: Columns; none means all others that take a value more than once.
        roles: The role of a factor, where it is not ``control``.

    Raises:
        TableError: There is no such file or column, no row, or a response that is no number.
    """
    import pandas as pd

    columns = _columns(path)
    roles = roles or {}
    for name in (objective.response, *factors, *roles):
        if name not in columns:
            raise TableError(f"{path} has no column {name!r}; {nearest(name, columns)}")
    response = _numbers(path, objective.response, columns[objective.response])
    names = list(factors) or _repeating(columns, objective.response)
    names += [name for name in roles if name not in names]
    table = pd.DataFrame({name: columns[name] for name in columns if name in names or name in NO_FACTORS})
    table[objective.response] = response
    found = tuple(_factor(path, name, columns[name], roles.get(name, "control")) for name in names)
    if not found:
        raise TableError(f"{path} has no column that takes a value more than once; --factors names the factors")
    return Results(found, objective, table)


def _columns(path: Path) -> dict[str, list[Level | None]]:
    """The columns by name; an empty cell is None."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(rows) < 2:  # noqa: PLR2004 - a heading and a row
        raise TableError(f"{path} has no rows; wanted a heading, and below it a row for each result")
    heading = [cell.strip() for cell in rows[0]]
    for name in heading:
        if not name or heading.count(name) > 1:
            raise TableError(f"{path} has {'a column without a name' if not name else f'two columns {name!r}'}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(heading):
            raise TableError(f"{path} line {number} has {len(row)} cells; wanted {len(heading)}")
    return {
        name: [parse_level(cell) if cell.strip() else None for cell in cells]
        for name, *cells in zip(heading, *rows[1:], strict=True)
    }


def _numbers(path: Path, name: str, cells: Sequence[Level | None]) -> list[float]:
    """A response: NaN where a cell is empty or says so, as such rows are counted and left out by the analyses."""
    numbers = []
    for line, cell in enumerate(cells, start=2):
        missing = cell is None or (isinstance(cell, str) and cell.lower() in {"nan", "na", "inf", "-inf"})
        if not missing and not is_number(cell):
            raise TableError(f"{path} line {line}: {name} = {cell}: wanted a number")
        numbers.append(math.nan if missing else float(cell))  # type: ignore[arg-type]
    return numbers


def _repeating(columns: Mapping[str, Sequence[Level | None]], response: str) -> list[str]:
    """The columns that take a value more than once: what was set, and not measured."""
    return [
        name
        for name, cells in columns.items()
        if name not in NO_FACTORS and name != response and 1 < len(set(map(repr, cells))) <= len(cells) / 2
    ]


def _factor(path: Path, name: str, cells: Sequence[Level | None], role: Role) -> Factor:
    """A factor whose levels are the values of its column: numbers in their order, others as they come."""
    levels = list(dict.fromkeys(cell for cell in cells if cell is not None))
    if len(levels) < len(set(cells)):
        raise TableError(f"{path}: factor {name!r} has an empty cell in line {list(cells).index(None) + 2}")
    if len(levels) == 1:
        raise TableError(f"{path}: factor {name!r} has one level only, {levels[0]}")
    if all(is_number(level) for level in levels):
        return Factor(name, tuple(sorted(levels, key=float)), "linear", role)
    return Factor(name, tuple(levels), role=role)
