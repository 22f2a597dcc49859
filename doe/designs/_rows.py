"""Runs from a CSV file: a row a run, a column a factor, each cell checked against the factor's levels.

A number beyond the levels is a slip of the pen, unless the column reaches as far beyond their other end: then it is the
star of a design for curved surfaces.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from doe.designs._coding import coded, decoded, is_numeric, is_whole, span
from doe.designs._errors import DesignError
from doe.loading import nearest, unguarded
from doe.model import Factor, Level, Study, is_number, shown

NUMBER = "run"
"""A column of this name numbers the rows; with it, the same setting may come twice."""


REPLICATE = "replicate"
"""Beside it, a column of this name says that a run comes once more, under another seed."""

DIGITS = 18
"""More of them number nothing."""

NEAR = 1e-6
"""Numbers that differ by less of their size are the same, written with fewer digits."""


def read_rows(study: Study, file: str) -> tuple[tuple[Level, ...], ...]:
    """The settings of the study's factors: in the order of the numbers in a column ``run``, or as they stand.

    Raises:
        DesignError: The file cannot be read, or a column, a cell or a row is not the study's.
    """
    found: dict[tuple[Level, ...], int] = {}
    numbers: dict[tuple[str, str], int] = {}
    rows: dict[str, tuple[Level, ...]] = {}
    places = []
    for line, page in _pages(study, file):
        place = f"{file} row {line}"
        row = tuple(_level(factor, page[factor.name], place) for factor in study.array_factors)
        if NUMBER not in page and found.setdefault(row, line) != line:
            raise DesignError(f"{place} repeats row {found[row]}; a column 'run' that numbers the rows allows it")
        number = page.get(NUMBER, str(line))
        key = number, page.get(REPLICATE, "")
        if numbers.setdefault(key, line) != line:
            raise DesignError(f"{place}: run {number} is row {numbers[key]} already")
        if rows.setdefault(number, row) != row:
            raise DesignError(f"{place}: run {number} has another setting than in the replicate before")
        places.append((place, row))
    if not rows:
        raise DesignError(f"{file} has no rows")
    _check_beyond(study, places)
    if all(number.isdecimal() and len(number) <= DIGITS for number in rows):
        return tuple(rows[number] for number in sorted(rows, key=int))
    return tuple(rows.values())


def heads(file: str) -> list[str]:
    """The names of a file's columns; none where it is empty.

    Raises:
        DesignError: The file cannot be read.
    """
    return [name for line in _lines(file)[:1] for name in line]


def _lines(file: str) -> list[list[str]]:
    try:
        # what stands within quotes may have lines of its own
        text = io.StringIO(Path(file).read_text(encoding="utf-8-sig"), newline="")
        return [[unguarded(cell.strip()) for cell in line] for line in csv.reader(text, skipinitialspace=True)]
    except (OSError, ValueError, csv.Error) as error:
        what = error.strerror if isinstance(error, OSError) else "no CSV in UTF-8"
        raise DesignError(f"{file} cannot be read: {what}") from None


def _pages(study: Study, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file, numbered from 1 below its head, each by the names of its columns.

    Raises:
        DesignError: The file cannot be read, or its columns are not the study's factors.
    """
    lines = _lines(file)
    head = lines[0] if lines else []
    factors = [factor.name for factor in study.array_factors]
    for name in factors:
        if name not in head:
            raise DesignError(f"{file} has no column for factor {name!r}; {nearest(name, head)}")
    for name, times in Counter(head).items():
        if times > 1:
            raise DesignError(f"{file} has two columns {name!r}")
        if name not in {*factors, NUMBER} and not (name == REPLICATE and NUMBER in head):
            raise DesignError(f"{file}: column {name!r} is no factor of the study; {nearest(name, factors)}")
    for line, cells in enumerate(lines[1:], start=1):
        if not any(cells):
            continue
        if len(cells) != len(head):
            raise DesignError(f"{file} row {line} has {len(cells)} cells; wanted {len(head)} ({', '.join(head)})")
        yield line, dict(zip(head, cells, strict=True))


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
    fits = is_numeric(factor) and (isinstance(value, int) or not is_whole(factor))
    # no trainer has a dropout of -0.1
    if fits and value is not None and (value > 0 or (factor.scale != "log" and (value == 0 or span(factor)[0] < 0))):
        return value
    raise DesignError(f"{place}: {_foreign(factor, cell)}")


def _foreign(factor: Factor, cell: str) -> str:
    between = " nor a number between them" if is_numeric(factor) else ""
    return f"{factor.name} = {cell or 'nothing'} is none of {shown(factor.levels)}{between}"


def _check_beyond(study: Study, rows: Sequence[tuple[str, Sequence[Level]]]) -> None:
    """Refuse a number beyond the levels of its factor whose mirror image, as far beyond the other end, is in no row."""
    for number, factor in enumerate(study.array_factors):
        if not is_numeric(factor):
            continue
        low, high = span(factor)
        column = [(place, float(row[number])) for place, row in rows]
        beyond = {value for _, value in column if not low <= value <= high}
        for place, value in column:
            if value in beyond and not any(_mirror(factor, value, other) for other in beyond):
                image = shown((decoded(factor, -coded(factor, value)),))
                said = _foreign(factor, shown((int(value) if is_whole(factor) else value,)))
                raise DesignError(f"{place}: {said}; further out only with its mirror image, {image}")


def _mirror(factor: Factor, one: float, other: float) -> bool:
    """Whether two values lie as far from the middle, on either side of it; as far as whole numbers can."""
    slack = 1.0 if is_whole(factor) else 0.0
    images = (
        (float(decoded(factor, -coded(factor, one))), other),
        (float(decoded(factor, -coded(factor, other))), one),
    )
    return any(math.isclose(image, value, rel_tol=NEAR, abs_tol=slack) for image, value in images)


def _number(cell: str) -> int | float | None:
    for kind in (int, float):
        try:
            number = kind(cell)
        except ValueError:
            continue
        return number if is_number(number) else None
    return None
