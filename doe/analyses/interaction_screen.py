"""Interaction screen: every pair of factors tried in turn for an interaction nobody asked for."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from doe.analyses._observed import LEVEL, caveats, label, sentences, tested
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.linear import Line
    from doe.statistics.strata import Fit

MOST = 30
"""Rows of the table: the pairs with the least p."""

MOST_WORK = 5_000_000_000
"""Products of two numbers; more take longer than a look at them is worth."""

Row = Mapping[str, Cell]


def interaction_screen(results: Results) -> Finding | None:
    """The F test of each pair's interaction when it alone is added to the model; ``p_holm`` allows for all pairs.

    Only pairs whose interaction the rows tell wholly from the main effects are tried. Does not apply within trainings,
    where interactions stand in the analysis of variance anyway, nor where nothing is left for error.
    """
    fit = tested(results)
    if fit is None or fit.observations.within is not None or fit.between.mean_square is None:
        return None
    pairs = _pairs(fit)
    if not pairs:
        return None
    title = f"Interactions nobody asked for, on {results.objective.response}"
    if _work(fit, pairs) > MOST_WORK:
        said = (
            f"{len(pairs)} interactions are too many to try on so long a table; name the likely ones: --interactions."
        )
        return Finding("interaction-screen", title, (), said)
    rows = _rows(fit, pairs)
    note = sentences(_note(rows, len(pairs)), caveats(results, fit.observations))
    return Finding("interaction-screen", title, tuple(rows[:MOST]), note)


def _pairs(fit: Fit) -> list[tuple[str, str]]:
    mains = [name for name in fit.observations.codes if (name,) in fit.terms]
    asked = {frozenset(term) for term in fit.terms}
    return [pair for pair in combinations(mains, 2) if frozenset(pair) not in asked]


def _work(fit: Fit, pairs: list[tuple[str, str]]) -> int:
    columns = sum(fit.columns[one,].shape[1] * fit.columns[two,].shape[1] for one, two in pairs)
    return int(columns * fit.model.size)


def _rows(fit: Fit, pairs: list[tuple[str, str]]) -> list[Row]:
    from doe.statistics.comparisons import holm
    from doe.statistics.screening import screen

    rows = [row for line in screen(fit, pairs) if (row := _row(fit, line)) is not None]
    adjusted = holm([float(row["p"] or 0.0) for row in rows])
    judged = [{**row, "p_holm": p} for row, p in zip(rows, adjusted, strict=True)]
    return sorted(judged, key=lambda row: float(row["p"] or 0.0))


def _row(fit: Fit, line: Line) -> Row | None:
    """The test of one interaction; None where it is aliased, wholly or in part, or leaves nothing for error."""
    from doe.statistics.linear import p_value

    first, second = line.term
    wanted = fit.columns[first,].shape[1] * fit.columns[second,].shape[1]
    error_df, error = fit.between.error_df - line.df, fit.between.error_sum_sq - line.sum_sq
    if line.df < wanted or error_df < 1 or error <= 1e-14 * fit.between.total_sum_sq:
        return None
    statistic = line.sum_sq / line.df / (error / error_df)
    p = p_value(statistic, line.df, error_df)
    return {"interaction": label(line.term), "df": line.df, "error_df": error_df, "F": statistic, "p": p}


def _note(rows: list[Row], pairs: int) -> str:
    if not rows:
        return (
            f"None of {pairs} interactions can be told from the main effects by these rows: if one acts, a main effect"
            " takes the blame."
            if pairs > 1
            else "The interaction cannot be told from the main effects by these rows."
        )
    aliased = pairs - len(rows)
    clear = [str(row["interaction"]) for row in rows if float(row["p_holm"] or 0.0) < LEVEL]
    hinted = sum(float(row["p"] or 0.0) < LEVEL for row in rows)
    return sentences(
        f"{len(rows)} tried, one at a time; by chance alone about {LEVEL * len(rows):.2g} would have p < {LEVEL}, and"
        f" {hinted} {'has' if hinted == 1 else 'have'}.",
        f"Allowing for that (Holm) there remain: {', '.join(clear)}; ask for them with --interactions."
        if clear
        else "Allowing for that (Holm) none remains.",
        f"{aliased} more cannot be told from the main effects." if aliased else "",
        f"The {MOST} with the least p are shown." if len(rows) > MOST else "",
    )
