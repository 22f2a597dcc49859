"""Interactions: the mean response wherever the levels of two factors meet, for each pair that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, fitted, label, sentences
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.strata import Fit

MOST = 400
"""Cells of a table; more are no reading matter."""


def interactions(results: Results) -> Finding | None:
    """Least-squares means of the cells, all other factors at the average of their levels; empty where left open.

    ``low`` and ``high`` bound the mean with 95 % confidence; ``n`` counts the rows in the cell. Applies where
    interactions were asked for.
    """
    fit = fitted(results, pooled=False)
    if fit is None or fit.observations.is_constant:
        return None
    pairs = [term for term in fit.terms if len(term) == 2]  # noqa: PLR2004 - two factors
    rows = tuple(row for first, second in pairs for row in _cells(fit, first, second))
    if not rows or len(rows) > MOST:
        return None
    empty = [f"{row['first']}, {row['second']}" for row in rows if not row["n"]]
    opened = sum(row["mean"] is None for row in rows)
    note = sentences(
        f"Means where two levels meet: {', '.join(map(label, pairs))}.",
        f"No row has {'; '.join(empty)}." if empty else "",
        f"{opened} of {len(rows)} means are left open by the rows there are." if opened else "",
        caveats(results, fit.observations),
    )
    return Finding("interactions", f"{results.objective.response} where two factors meet", rows, note)


def _cells(fit: Fit, first: str, second: str) -> list[Mapping[str, Cell]]:
    seen = fit.observations
    rows: list[Mapping[str, Cell]] = []
    one, two = seen.all_codes[first], seen.all_codes[second]
    for i, j in product(range(int(one.max()) + 1), range(int(two.max()) + 1)):
        estimate = fit.at({first: i, second: j})
        half = None if estimate is None else estimate.half_width
        mean = None if estimate is None else estimate.mean
        rows.append(
            {
                "interaction": label((first, second)),
                "first": f"{first}={_level(fit, first, i)}",
                "second": f"{second}={_level(fit, second, j)}",
                "n": int(((one == i) & (two == j)).sum()),
                "mean": mean,
                "low": None if mean is None or half is None else mean - half,
                "high": None if mean is None or half is None else mean + half,
            }
        )
    return rows


def _level(fit: Fit, name: str, code: int) -> Cell:
    levels = fit.observations.levels
    return levels[name][code] if name in levels else code + 1
