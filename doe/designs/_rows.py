"""Runs from a CSV file: a row a run, a column a factor, each cell checked against the factor's levels."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from doe.designs._coding import is_numeric, is_whole, span
from doe.designs._errors import DesignError
from doe.loading import nearest
from doe.model import Factor, Level, Study, is_number, shown

NUMBER = "run"
"""A column of this name numbers the rows; with it, the same setting may come twice."""


def read_rows(study: Study, file: str) -> tuple[tuple[Level, ...], ...]:
    """The settings of the study's factors, row by row.

    Raises:
        DesignError: The file cannot be read, or a column, a cell or a row is not the study's.
    """
    found: dict[tuple[Level, ...], int] = {}
    numbers: dict[str, int] = {}
    rows = []
    for line, page in _pages(study, file):
        place = f"{file} row {line}"
        row = tuple(_level(factor, page[factor.name], place) for factor in study.array_factors)
        if NUMBER not in page and found.setdefault(row, line) != line:
            raise DesignError(f"{place} repeats row {found[row]}; a column 'run' that numbers the rows allows it")
        number = page.get(NUMBER, str(line))
        if numbers.setdefault(number, line) != line:
            raise DesignError(f"{place}: run {number} is row {numbers[number]} already")
        rows.append(row)
    if not rows:
        raise DesignError(f"{file} has no rows")
    return tuple(rows)


def _pages(study: Study, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file, numbered from 1 below its head, each by the names of its columns.

    Raises:
        DesignError: The file cannot be read, or its columns are not the study's factors.
    """
    try:
        lines = list(csv.reader(Path(file).read_text(encoding="utf-8-sig").splitlines(), skipinitialspace=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        what = error.strerror if isinstance(error, OSError) else "no CSV in UTF-8"
        raise DesignError(f"{file} cannot be read: {what}") from None
    head = [name.strip() for name in lines[0]] if lines else []
    factors = [factor.name for factor in study.array_factors]
    for name in factors:
        if name not in head:
            raise DesignError(f"{file} has no column for factor {name!r}; {nearest(name, head)}")
    for name in head:
        if head.count(name) > 1:
            raise DesignError(f"{file} has two columns {name!r}")
        if name not in {*factors, NUMBER}:
            raise DesignError(f"{file}: column {name!r} is no factor of the study; {nearest(name, factors)}")
    for line, cells in enumerate(lines[1:], start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            raise DesignError(f"{file} row {line} has {len(cells)} cells; wanted {len(head)} ({', '.join(head)})")
        yield line, {name: cell.strip() for name, cell in zip(head, cells, strict=True)}


def _level(factor: Factor, cell: str, place: str) -> Level:
    """The factor's level that a cell means, or a number between its levels.

    Raises:
        DesignError: It means neither.
    """
    value = _number(cell)
    for level in factor.levels:
        same = is_number(level) and value is not None and level == value
        if same or str(level) == cell or (isinstance(level, bool) and str(level).lower() == cell.lower()):
            return level
    if is_numeric(factor) and value is not None and (isinstance(value, int) or not is_whole(factor)):
        low, high = span(factor)
        if low <= value <= high:
            return value
    between = " nor a number between them" if is_numeric(factor) else ""
    raise DesignError(f"{place}: {factor.name} = {cell or 'nothing'} is none of {shown(factor.levels)}{between}")


def _number(cell: str) -> int | float | None:
    for kind in (int, float):
        try:
            number = kind(cell)
        except ValueError:
            continue
        return number if is_number(number) else None
    return None
