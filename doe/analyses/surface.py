"""Surface: how the response bends over the numeric factors: a polynomial of second order, or what the rows bear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, observed, sentences
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.contrasts import Matrix
    from doe.surfaces import Axis, Fitted

LEVEL = 0.05
"""The usual level of a test."""

LEFT_OUT = {
    "second": "",
    "interactions": "Squares are left out: the rows cannot tell them apart, or leave no error.",
    "quadratic": "Products of two factors are left out: the rows cannot tell them apart, or leave no error.",
    "first": "Squares and products are left out: the rows cannot tell them apart, or leave no error.",
}
"""What a surface of each order lacks."""


def surface(results: Results) -> Finding | None:
    """The coefficients in coded units: each factor 0 in the middle of its levels, -1 and 1 at the outermost.

    Nominal factors shift the surface as a whole, each level against their average; so do blocks, which are not listed.
    Where numeric factors are compared level by level there is none.
    """
    from dataclasses import replace

    from doe.surfaces import surface_of

    found = surface_of(results)
    if found is None:
        return None
    fitted = found.surface
    rows = [_row(found, term, weights) for term, weights in _terms(found)]
    fit = fitted.lack_of_fit
    missed = "" if fit is None else "more than" if fit.p < LEVEL else "no more than"
    note = sentences(
        f"{', '.join(map(_coding, found.axes))}.",
        f"R² {fitted.r_squared:.3f}, with {fitted.error_df} degrees of freedom for error.",
        LEFT_OUT[found.order],
        ""
        if fit is None
        else f"Lack of fit: F {fit.statistic:.2f} on {fit.df} and {fit.pure_df} degrees of freedom, p {fit.p:.3g}: the"
        f" surface misses {missed} repeats of one setting differ.",
        "Repeats of one setting have the very same response, as under one seed: they tell nothing of the error, and"
        " make it look smaller than it is."
        if fitted.repeats_itself and fitted.mean_square is not None
        else "",
        f"Each training counts once, with its mean over {found.averaged}." if found.averaged else "",
        "The fit is exact to the last digit, so there is no error to judge it by."
        if fitted.mean_square is None
        else "",
        caveats(results, replace(observed(results), loose=())),
    )
    return Finding("surface", f"Surface of {results.objective.response}", tuple(rows), note)


def _coding(axis: Axis) -> str:
    scale = " on a log scale" if axis.log else ""
    return f"{axis.name} is -1 at {axis.settable(-1)} and 1 at {axis.settable(1)}{scale}"


def _terms(found: Fitted) -> list[tuple[str, Matrix]]:
    """Each term in words, and the weights of the coefficients that give its estimate."""
    import numpy as np

    from doe.statistics.contrasts import helmert

    size = len(found.surface.coefficients)
    names = ["middle", *(_power(found.names, power) for power in found.surface.powers)]
    terms = [(name, np.eye(size)[place]) for place, name in enumerate(names)]
    for name, levels in found.nominal.items():
        for level, shift in zip(levels, helmert(len(levels)), strict=True):
            weights = np.zeros(size)
            weights[list(found.places[name])] = shift
            terms.append((f"{name}={level}", weights))
    return terms


def _power(names: Sequence[str], power: Sequence[int]) -> str:
    if len(power) > 1 and power[0] == power[-1]:
        return f"{names[power[0]]}²"
    return " x ".join(names[place] for place in power)


def _row(found: Fitted, term: str, weights: Matrix) -> dict[str, Cell]:
    from doe.statistics.linear import p_value

    estimate = float(weights @ found.surface.coefficients)
    error = found.surface.standard_error(weights)
    row: dict[str, Cell] = {"term": term, "estimate": estimate, "se": error, "t": None, "p": None}
    if error and term != "middle":
        row |= {"t": estimate / error, "p": p_value((estimate / error) ** 2, 1, found.surface.error_df)}
    return row
