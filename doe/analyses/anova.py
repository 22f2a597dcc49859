"""Analysis of variance: how much of the spread each term accounts for, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, label, sentences, term_of, tested
from doe.analyses._verdict import entangled_note, overlap_note, pooled_note, verdict, within_note
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.linear import Decomposition

Row = Mapping[str, Cell]


def anova(results: Results) -> Finding | None:
    """Sums of squares of main effects, blocks and the interactions asked for, of type II unless another is asked for.

    ``contribution`` is the share of the total sum of squares; F and p are empty where nothing is left for error.
    What was declared to be error is named in the row of the error.
    """
    fit = tested(results)
    if fit is None:
        return None
    seen, sums = fit.observations, results.asked.sums
    total = fit.between.total_sum_sq + (fit.within.total_sum_sq if fit.within else 0.0)
    outer, inner = _held(results, seen.within)
    rows = _rows(fit.between, total, ("error" if fit.within is None else "error between trainings") + outer)
    if fit.within is not None:
        rows += _rows(fit.within, total, "error within trainings" + inner)
    rows.append(_row("total", len(seen.response) - 1, total, total) | {"mean_sq": None})
    note = sentences(
        verdict(fit, rows, results.asked.interactions),
        pooled_note(results),
        entangled_note(fit, sums),
        overlap_note(fit, sums),
        within_note(fit),
        caveats(results, seen),
    )
    return Finding("anova", f"Analysis of variance of {results.objective.response}", tuple(rows), note)


def _held(results: Results, within: str | None) -> tuple[str, str]:
    """What the errors between and within trainings hold besides chance, as declared."""
    terms = [term_of(text, results) for text in results.asked.pooled]
    parts = [[label(term) for term in terms if (within in term) == inner] for inner in (False, True)]
    outer, inner = (f" (holds {', '.join(part)})" if part else "" for part in parts)
    return outer, inner


def _rows(stratum: Decomposition, total: float, error: str) -> list[Row]:
    from doe.statistics.linear import p_value

    rows: list[Row] = []
    for line in stratum.lines:
        row = _row(label(line.term), line.df, line.sum_sq, total)
        if line.df and stratum.mean_square is not None:
            statistic = line.sum_sq / line.df / stratum.mean_square
            row |= {"F": statistic, "p": p_value(statistic, line.df, stratum.error_df)}
        rows.append(row)
    return [*rows, _row(error, stratum.error_df, stratum.error_sum_sq, total)]


def _row(term: str, df: int, sum_sq: float, total: float) -> dict[str, Cell]:
    return {
        "term": term,
        "df": df,
        "sum_sq": sum_sq,
        "mean_sq": sum_sq / df if df else None,
        "F": None,
        "p": None,
        "contribution": sum_sq / total,
    }
