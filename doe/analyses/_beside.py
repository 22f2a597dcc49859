"""What a verdict rests on, in words: how wide its interval is and why, what the model says nothing of, what to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean
from typing import TYPE_CHECKING

from doe.analyses._by_level import ByLevel
from doe.analyses._link import linked
from doe.analyses._modelling import model_of
from doe.analyses._observed import LEVEL, fitted
from doe.analyses.lack_of_fit import lack_of_fit
from doe.analyses.optimum import best_settings
from doe.model import Results

if TYPE_CHECKING:
    import pandas as pd

WIDER = 1.1
"""An interval that is wider by less than this is not spoken of."""


def is_another(results: Results, confirmed: pd.DataFrame) -> bool:
    """Whether by now another setting is predicted to be best than the one that was trained again."""
    predicted, _ = best_settings(results)
    return predicted is not None and any(
        name in confirmed and not (confirmed[name] == level).all() for name, level in predicted
    )


def widened(results: Results) -> str:
    """Say what makes the interval of a prediction wider than repeats of one setting would; nothing where it is not."""
    found = lack_of_fit(results)
    rows = {str(row["source"]): row for row in found.table} if found else {}
    fit, pure, lack = fitted(results), rows.get("pure error"), rows.get("lack of fit")
    if fit and pure and lack and fit.between.mean_square and float(lack["p"] or 1.0) < LEVEL:
        error, repeats = sqrt(fit.between.mean_square), sqrt(float(pure["mean_sq"] or 0.0))
        return (
            f"That interval is wide as the model misses more than repeats differ: its error is {error:.2g} a training,"
            f" theirs {repeats:.2g}. An interaction is suspected all the same."
        )
    model = model_of(linked(results)[0])
    if not isinstance(model, ByLevel) or model.fit.within is not None or not model.fit.between.mean_square:
        return ""
    wider = sqrt((model.new_variance() or 0.0) / model.fit.between.mean_square)
    if wider < WIDER:
        return ""
    blocks = " and ".join(model.fit.observations.blocks)
    return f"That interval allows for {blocks}: a new training differs {wider:.2g} times as much as one of the same."


def unpredicted(results: Results, named: Mapping[str, pd.DataFrame]) -> str:
    """Name the settings that lie off the levels, of which a model by level predicts nothing."""
    if not isinstance(model_of(linked(results)[0]), ByLevel):
        return ""
    levels = {factor.name: factor.levels for factor in results.factors if factor.role in {"control", "within"}}
    off = [
        called
        for called, part in named.items()
        if any(name in part and not part[name].isin(list(known)).all() for name, known in levels.items())
    ]
    if not off:
        return ""
    return f"Off the design's levels, where its model predicts nothing: {', '.join(off)}."


def taken(results: Results, values: Mapping[str, Sequence[float]]) -> str:
    """Say which setting has the best mean of fresh trainings, and by Tukey's range whether seeds alone made it so."""
    from doe.statistics.comparisons import tukey_quantile

    df = sum(len(each) - 1 for each in values.values())
    if len(values) < 2 or df < 1:  # noqa: PLR2004 - one of two is taken
        return ""
    loss = results.objective.loss
    best, *others = sorted(values, key=lambda name: loss(fmean(values[name])))
    squares = sum((one - fmean(each)) ** 2 for each in values.values() for one in each)
    # the best of several is picked by its mean, so that a quantile for one comparison would be too small
    quantile = tukey_quantile(len(values), df) / sqrt(2)
    near = [
        name
        for name in others
        if abs(fmean(values[best]) - fmean(values[name]))
        <= quantile * sqrt(squares / df * (1 / len(values[best]) + 1 / len(values[name])))
    ]
    said = f"Best by these trainings: {best}, {fmean(values[best]):.4g} on average"
    return f"{said}, not told from {' and '.join(near)}." if near else f"{said}."
