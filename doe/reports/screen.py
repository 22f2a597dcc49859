"""Findings as plain text for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill, wrap

from doe.model import Cell, Finding
from doe.protocols import Account
from doe.reports._numbers import column, is_number

WIDTH = 100
"""Columns of the terminal."""

GAP = "  "


def screen(account: Account) -> str:
    """A heading, a table and a sentence or two for each finding."""
    return "\n\n".join(finding_on_screen(finding) for finding in account.findings)


def finding_on_screen(finding: Finding, width: int = WIDTH) -> str:
    """One finding: its title, its table and its note, no line longer than the width."""
    by_level = {"factor", "level", "mean", "delta", "rank"} <= set(finding.table[0]) if finding.table else False
    lines = _by_level(finding.table, width) if by_level else _table(finding.table, width)
    note = [fill(finding.note, width, initial_indent=GAP, subsequent_indent=GAP)] if finding.note else []
    return "\n".join([finding.title, *(GAP + line for line in lines), *note])


def _table(rows: Sequence[Mapping[str, Cell]], width: int) -> list[str]:
    """Columns side by side, those without a single cell left out."""
    if not rows:
        return []
    columns = [[name, *column(name, [row[name] for row in rows])] for name in rows[0]]
    return _aligned([cells for cells in columns if any(cells[1:])], width - len(GAP))


def _by_level(rows: Sequence[Mapping[str, Cell]], width: int) -> list[str]:
    """A line a factor, the one that moves the response most first: its levels with their means, delta and rank."""
    means = iter(column("mean", [row["mean"] for row in rows]))
    shown: dict[Cell, list[str]] = {}
    for row, mean in zip(rows, means, strict=True):
        shown.setdefault(row["factor"], []).append(f"{row['level']} {mean}")
    first = list({row["factor"]: row for row in rows}.values())
    first.sort(key=lambda row: (row["rank"] is None, row["rank"]))
    room = max(map(len, shown.values()))
    columns = [["factor", *(str(row["factor"]) for row in first)]]
    for place in range(room):
        some = [shown[row["factor"]][place] if place < len(shown[row["factor"]]) else "" for row in first]
        columns.append(["", *_spread(some)])
    columns += [[name, *column(name, [row[name] for row in first])] for name in ("delta", "rank")]
    if sum(max(map(len, cells)) + len(GAP) for cells in columns) > width:
        return _table(rows, width)
    return _aligned(columns, width - len(GAP))


def _spread(cells: Sequence[str]) -> list[str]:
    """Level and mean with the means under one another."""
    widest = max(map(len, cells), default=0)
    return [cell and _justified(cell, widest) for cell in cells]


def _justified(cell: str, width: int) -> str:
    level, mean = cell.rsplit(" ", 1)
    return level.rjust(width - len(mean) - 1) + " " + mean


def _aligned(columns: Sequence[Sequence[str]], width: int) -> list[str]:
    """Lines of cells: numbers to the right, words to the left; the widest words are broken where they must be."""
    widths = [max(map(len, cells)) for cells in columns]
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - width
    if excess > 0:
        widest = widths.index(max(widths))
        widths[widest] = max(20, widths[widest] - excess)
    lines = []
    for cells in zip(*columns, strict=True):
        broken = [wrap(cell, size) or [""] for cell, size in zip(cells, widths, strict=True)]
        for place in range(max(map(len, broken))):
            parts = [
                _padded(pieces[place] if place < len(pieces) else "", size, numeric)
                for pieces, size, numeric in zip(broken, widths, map(_is_numeric, columns), strict=True)
            ]
            lines.append(GAP.join(parts).rstrip())
    return lines


def _is_numeric(cells: Sequence[str]) -> bool:
    return all(is_number(cell) for cell in cells[1:])


def _padded(text: str, width: int, numeric: bool) -> str:  # noqa: FBT001 - a column is numeric or not
    return text.rjust(width) if numeric else text.ljust(width)
