"""Analysis of variance: how much of the spread each factor accounts for, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, fitted, sentences
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.linear import Decomposition
    from doe.statistics.strata import Fit

LEVEL = 0.05
"""The usual level of a test."""

Row = Mapping[str, Cell]


def anova(results: Results) -> Finding | None:
    """Sums of squares of the additive model, each term given all the others (type II).

    ``contribution`` is the share of the total sum of squares; F and p are empty where nothing is left for error.
    Does not apply where a factor took values between its levels: what it does would be laid at the others' door.
    """
    fit = fitted(results)
    if fit is None or fit.observations.is_constant or fit.observations.loose:
        return None
    seen = fit.observations
    total = fit.between.total_sum_sq + (fit.within.total_sum_sq if fit.within else 0.0)
    rows = _rows(fit.between, total, "error" if fit.within is None else "error between trainings")
    if fit.within is not None:
        rows += _rows(fit.within, total, "error within trainings")
    rows.append(_row("total", len(seen.response) - 1, total, total) | {"mean_sq": None})
    unbalanced = (
        ""
        if seen.is_balanced
        else "The table is not balanced: each term is judged given all others, and shares overlap."
    )
    note = sentences(_verdict(fit, rows), _entangled(fit), unbalanced, _within_note(fit), caveats(results, seen))
    return Finding("anova", f"Analysis of variance of {results.objective.response}", tuple(rows), note)


def _rows(stratum: Decomposition, total: float, error: str) -> list[Row]:
    from doe.statistics.linear import p_value

    rows: list[Row] = []
    for line in stratum.lines:
        row = _row(" x ".join(line.term), line.df, line.sum_sq, total)
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


def _verdict(fit: Fit, rows: Sequence[Row]) -> str:
    """What the table shows, and what it cannot."""
    if fit.between.error_df == 0 and fit.between.lines:
        return _saturated(fit)
    if fit.between.mean_square is None:
        return "The model fits to the last digit, so there is no error to judge it by."
    tested = {str(row["term"]): float(row["p"]) for row in rows if row["p"] is not None}
    seen = [term for term, p in tested.items() if p < LEVEL and term not in fit.observations.blocks]
    unseen = [term for term, p in tested.items() if p >= LEVEL and term in fit.observations.codes]
    clear = f"More than chance would do (p < {LEVEL}): {', '.join(seen)}." if seen else ""
    return sentences(clear, f"Not told from chance: {', '.join(unseen)}." if unseen else "")


def _saturated(fit: Fit) -> str:
    """Say that nothing can be tested, and how large the largest share would be by chance alone."""
    said = "No degrees of freedom are left for error: effects can be ranked, not tested."
    dfs = [line.df for line in fit.between.lines]
    if len(dfs) < 2 or _entangled(fit):  # noqa: PLR2004 - the largest of one is all
        return said
    mean, high = null_largest(dfs)
    return (
        f"{said} By chance alone the largest of {len(dfs)} contributions would be {100 * mean:.0f} % on average,"
        f" and one time in twenty more than {100 * high:.0f} %. Replicates would tell."
    )


def _entangled(fit: Fit) -> str:
    """Name the factors that share degrees of freedom with others, as those of too few or ill-chosen runs do."""
    stratum = [*fit.between.lines, *(fit.within.lines if fit.within else ())]
    wanted = {name: len(levels) - 1 for name, levels in fit.observations.levels.items()}
    lost = [line.term[0] for line in stratum if len(line.term) == 1 and line.df < wanted.get(line.term[0], 0)]
    return f"Too few trials are left to tell {', '.join(lost)} from the other factors." if lost else ""


def null_largest(dfs: Sequence[int], draws: int = 20_000) -> tuple[float, float]:
    """The mean and the 95th percentile of the largest contribution where no factor does anything.

    Simulated: a term's sum of squares is then a chi-square of its degrees of freedom, in a saturated table of
    orthogonal terms. Seeded, so that the same table always has the same answer.
    """
    import numpy as np

    sums = np.random.default_rng(0).chisquare(dfs, size=(draws, len(dfs)))
    largest = (sums / sums.sum(axis=1, keepdims=True)).max(axis=1)
    return float(largest.mean()), float(np.quantile(largest, 0.95))


def _within_note(fit: Fit) -> str:
    import numpy as np

    within = fit.observations.within
    if within is None or fit.within is None:
        return ""
    said = (
        f"{within} is read off along each training and judged by the spread within trainings;"
        " the others by the spread between them."
    )
    sizes = set(np.bincount(fit.observations.plots).tolist())
    if len(sizes) > 1:
        said += " Some trainings lack readings, so the tests between trainings are approximate."
    if len(fit.within.lines) == 1 and len(fit.observations.codes) > 1:
        said += f" Interactions with {within} are part of the error within trainings."
    return said
