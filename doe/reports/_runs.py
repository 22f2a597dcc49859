"""What was run, as tables: the runs with their responses, in what order, and the trials that failed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from doe.model import Cell, Results
from doe.reports._numbers import column
from doe.reports._page import Table

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 300
"""Rows that a report shows; the table itself has all of them."""

NUMBERS = ("run", "replicate")
"""What says which trial a row is."""


def runs_table(results: Results) -> Table:
    """The rows of the table sorted by run, each with its setting and its responses."""
    table = results.table
    numbered = [name for name in NUMBERS if name in table]
    if numbered:
        table = table.sort_values(numbered, kind="stable")
    asked = [results.objective.response, *(objective.response for objective in results.asked.also)]
    names = [
        *(name for name in numbered if name == "run" or len(set(table[name])) > 1),
        *(factor.name for factor in results.factors),
        *(name for name in dict.fromkeys(asked) if name in table),
        *(name for name in ("order", "seconds") if name in table and table[name].notna().any()),
    ]
    levels = {factor.name for factor in results.factors}
    rows = [
        {name: _as_typed(name, _cell(cell), levels) for name, cell in zip(names, row, strict=True)}
        for row in _plain(table[:MOST_ROWS], names)
    ]
    if not numbered:
        rows = [{"row": number, **row} for number, row in enumerate(rows, start=1)]
    return Table(tuple(rows), max(0, len(table) - MOST_ROWS))


def _plain(table: pd.DataFrame, names: list[str]) -> list[tuple[Cell, ...]]:
    return list(zip(*(table[name].tolist() for name in names), strict=True))


def _cell(value: Cell) -> Cell:
    return None if isinstance(value, float) and math.isnan(value) else value


def _as_typed(name: str, value: Cell, levels: Collection[str]) -> Cell:
    """A level as a person writes it, so that a column of them is not padded with zeros; other cells as they are."""
    return f"{value:.6g}" if name in levels and isinstance(value, float) else value


BY_LEVEL = {"factor", "level", "n", "mean", "delta", "rank"}
"""The columns of a table of means by level."""
BESIDE = {"sn"}
"""Columns that such a table may have besides, and that have a table of their own."""

MOST_LEVELS = 6
"""Levels that stand side by side."""


def side_by_side(rows: Sequence[Mapping[str, Cell]]) -> tuple[Mapping[str, Cell], ...]:
    """A table of means by level with a row a factor, the largest delta first; any other table as it is.

    It stays as it is where its levels have unequal numbers of responses, which then matter.
    """
    if not rows or set(rows[0]) - BESIDE != BY_LEVEL:
        return tuple(rows)
    factors = list(dict.fromkeys(row["factor"] for row in rows))
    grouped = {factor: [row for row in rows if row["factor"] == factor] for factor in factors}
    even = all(len({row["n"] for row in some}) == 1 for some in grouped.values())
    if not even or max(map(len, grouped.values())) > MOST_LEVELS:
        return tuple(rows)
    means = iter(column("mean", [row["mean"] for row in rows]))
    told = {factor: [f"{row['level']}: {next(means)}" for row in some] for factor, some in grouped.items()}
    wide = range(max(map(len, told.values())))
    found = [
        {
            "factor": factor,
            **{f"level {place + 1}": told[factor][place] if place < len(told[factor]) else None for place in wide},
            **{name: some[0][name] for name in ("delta", "rank")},
        }
        for factor, some in grouped.items()
    ]
    return tuple(sorted(found, key=lambda row: (row["rank"] is None, row["rank"])))


def order_of(results: Results) -> str:
    """The order in which the runs were begun, in a sentence; nothing where it is not known."""
    table = results.table
    if not {"run", "order"} <= set(table) or table["order"].isna().any() or table.empty:
        return ""
    trials = table.drop_duplicates([name for name in (*NUMBERS, "order") if name in table]).sort_values("order")
    runs = [str(run) for run in trials["run"]]
    shown = runs[:MOST_ROWS]
    more = f" and {len(runs) - len(shown)} more" if len(runs) > len(shown) else ""
    return f"Begun in this order of runs: {', '.join(shown)}{more}."


def failures_table(results: Results) -> Table:
    """The trials that did not complete, and why."""
    rows = tuple(
        {
            "run": failed.trial.run,
            "replicate": failed.trial.replicate,
            **failed.trial.setting,
            "failure": failed.kind,
            "reason": failed.reason,
        }
        for failed in results.failures[:MOST_ROWS]
    )
    return Table(rows, max(0, len(results.failures) - MOST_ROWS))
