"""Effect sizes: how much of the spread each term would account for beyond this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, label, sentences, tested
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.linear import Line
    from doe.statistics.strata import Fit


def effect_sizes(results: Results) -> Finding | None:
    """Omega squared, and partial omega and eta squared, of every term that can be judged.

    Omega squared is (SS - df MSE) / (SS total + MSE), partial omega squared df (F - 1) / (df (F - 1) + N), partial eta
    squared SS / (SS + SS error); MSE is that of the term's own error, N how many units carry it: trainings, or
    readings. Hays, Statistics (1963); Olejnik and Algina, Psychological Methods 8 (2003). Does not apply where
    nothing is left for error.
    """
    fit = tested(results)
    if fit is None:
        return None
    rows = tuple(row for row in (_row(fit, line) for line in _lines(fit)) if row is not None)
    if not rows:
        return None
    largest = max(rows, key=lambda row: float(row["omega_sq"] or 0.0))
    share = float(largest["omega_sq"] or 0.0)
    said = (
        f"Most of the spread, beyond what chance would give it, is that of {largest['term']}: {100 * share:.0f} %."
        if share > 0
        else "No term accounts for more of the spread than chance would."
    )
    note = sentences(
        said,
        "Below zero means less than chance would give; partial: as if no other term acted.",
        "" if fit.is_orthogonal else "Terms overlap, so the shares do not add up.",
        caveats(results, fit.observations),
    )
    return Finding("effect-sizes", f"Effect sizes on {results.objective.response}", rows, note)


def _lines(fit: Fit) -> list[Line]:
    lines = [*fit.between.lines, *(fit.within.lines if fit.within else ())]
    return [line for line in lines if line.df and line.term[0] not in fit.observations.blocks]


def _row(fit: Fit, line: Line) -> Mapping[str, Cell] | None:
    stratum = fit.stratum(line.term)
    if stratum.mean_square is None:
        return None
    units = len(fit.observations.response)
    if fit.within is not None and stratum is fit.between:
        units = int(fit.observations.plots.max()) + 1
    total = fit.between.total_sum_sq + (fit.within.total_sum_sq if fit.within else 0.0)
    beyond = line.sum_sq - line.df * stratum.mean_square
    return {
        "term": label(line.term),
        "omega_sq": beyond / (total + stratum.mean_square),
        "partial_omega_sq": beyond / (beyond + units * stratum.mean_square),
        "partial_eta_sq": line.sum_sq / (line.sum_sq + stratum.error_sum_sq),
    }
