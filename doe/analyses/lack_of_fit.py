"""Lack of fit: whether repeats of the same setting, centre points and straight lines say the model misses something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from doe.analyses._observed import LEVEL, caveats, sentences, tested
from doe.model import Cell, Factor, Finding, Results, is_number

if TYPE_CHECKING:
    from doe.statistics.linear import Line
    from doe.statistics.strata import Fit

Row = Mapping[str, Cell]
Error = tuple[int, float] | None
"""Degrees of freedom and mean square of what a source is judged by."""


def lack_of_fit(results: Results) -> Finding | None:
    """F tests of what the model leaves out.

    ``lack of fit`` and ``curvature`` are judged by how repeats of one setting differ (``pure error``; without repeats
    curvature by the error of the model), the departure of a numeric factor from a straight line, on its own scale, by
    the error of the model. Does not apply along a training, whose readings are no repeats.
    """
    from doe.statistics.lack_of_fit import curvature, pure_error

    fit = tested(results)
    if fit is None or fit.observations.within is not None:
        return None
    df, sum_sq = pure_error(fit.observations)
    total = fit.between.total_sum_sq
    pure: Error = (df, sum_sq / df) if df and sum_sq > 1e-20 * total else None
    model: Error = (fit.between.error_df, fit.between.mean_square) if fit.between.mean_square is not None else None
    rows = _beyond_repeats(fit, df, sum_sq, pure)
    bent = curvature(fit.observations)
    if bent is not None:
        rows.append(_row("curvature", bent.df, bent.sum_sq, pure or model))
    else:
        lines = {factor.name: _departure(fit, factor) for factor in results.factors}
        rows += [_row(_bend(name), line.df, line.sum_sq, model) for name, line in lines.items() if line]
    if not any(row["F"] is not None for row in rows):
        return None
    if df:
        rows.append(_row("pure error", df, sum_sq, None))
    note = sentences(_note(rows), caveats(results, fit.observations))
    return Finding("lack-of-fit", f"What the model of {results.objective.response} leaves out", tuple(rows), note)


def _beyond_repeats(fit: Fit, df: int, sum_sq: float, pure: Error) -> list[Row]:
    beyond = fit.between.error_df - df
    if not df or beyond <= 0:
        return []
    return [_row("lack of fit", beyond, max(0.0, fit.between.error_sum_sq - sum_sq), pure)]


def _departure(fit: Fit, factor: Factor) -> Line | None:
    """What a factor's means have besides a straight line; None for one of words, or of fewer than three levels."""
    import numpy as np

    from doe.statistics.contrasts import polynomial

    levels = fit.observations.levels.get(factor.name, ())
    numbers = [float(level) for level in levels if is_number(level)]
    if factor.scale == "nominal" or len(numbers) < max(3, len(levels)) or (factor.name,) not in fit.terms:
        return None
    if factor.role == "block":
        return None
    trend = polynomial(np.log(numbers).tolist() if factor.scale == "log" else numbers)
    return fit.contrast(factor.name, trend.T[1:])


def _bend(name: str) -> str:
    return f"{name} beyond a straight line"


def _row(source: str, df: int, sum_sq: float, error: Error) -> Row:
    from doe.statistics.linear import p_value

    statistic = None if error is None else sum_sq / df / error[1]
    return {
        "source": source,
        "df": df,
        "sum_sq": sum_sq,
        "mean_sq": sum_sq / df,
        "F": statistic,
        "p": None if statistic is None or error is None else p_value(statistic, df, error[0]),
    }


def _note(rows: list[Row]) -> str:
    """A sentence a source, those of straight lines together."""
    p = {str(row["source"]): float(row["p"]) for row in rows if row["p"] is not None}
    said = []
    if "lack of fit" in p:
        said.append(
            "The model misses more than repeats of one setting differ: factors act together in ways it does not have."
            if p["lack of fit"] < LEVEL
            else "What the model misses is no more than repeats of one setting differ."
        )
    if "curvature" in p:
        said.append(
            "The centre is off the plane through the corners: the response bends, along which factor they cannot say."
            if p["curvature"] < LEVEL
            else "The centre lies on the plane through the corners, as far as can be seen."
        )
    lines = [source for source in p if source not in {"lack of fit", "curvature"}]
    bent = [source.removesuffix(_bend("")) for source in lines if p[source] < LEVEL]
    if lines:
        said.append(
            f"No straight line: {', '.join(bent)}." if bent else "Straight lines would do for all numeric factors."
        )
    return " ".join(said)
