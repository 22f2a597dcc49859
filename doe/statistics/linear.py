"""Linear models by orthogonal decomposition: sums of squares by comparing models, and estimates with their error.

A model is a mapping from terms to their columns; a term is a tuple of factor names: ("a",) is a main effect,
("a", "b") an interaction. Columns may depend on one another: what cannot be told apart has no degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from doe.statistics.contrasts import Matrix

Term: TypeAlias = tuple[str, ...]
Terms: TypeAlias = Mapping[Term, Matrix]
Sums: TypeAlias = Literal["I", "II", "III"]

TOLERANCE = 1e-10
"""A singular value this small beside the largest is rounding."""

BLOCK = 1000
"""Rows that are turned at a time."""


@dataclass(frozen=True, slots=True)
class Line:
    """A term of an analysis of variance."""

    term: Term
    df: int
    sum_sq: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A total sum of squares, divided among the terms of a model and what is left over."""

    lines: tuple[Line, ...]
    error_df: int
    error_sum_sq: float
    total_sum_sq: float

    @property
    def mean_square(self) -> float | None:
        """The variance of the error; None without degrees of freedom, or where the model fits to rounding."""
        if self.error_df == 0 or self.error_sum_sq <= 1e-20 * self.total_sum_sq:
            return None
        return self.error_sum_sq / self.error_df


def decompose(
    response: Matrix, terms: Terms, base: Matrix | None = None, kind: Sums = "II", spent: int = 0
) -> Decomposition:
    """Divide the response's sum of squares among the terms.

    Type I adds the terms in their order. Type II compares, for each term, the model of all terms that do not contain
    it with and without it. Type III does so with the model of all terms; as each main effect is then what it is on
    the average over the others' levels, the columns of an interaction must add up to zero over them, as products of
    ``helmert`` do. All are the same where the terms are orthogonal.

    Args:
        response: One number a row.
        terms: What is compared.
        base: Columns that every model has; a constant unless given.
        kind: Type I, II or III.
        spent: Degrees of freedom that were taken out of the response and the columns beforehand.
    """
    base = np.ones((len(response), 1)) if base is None else base
    # The constant leaves the response before anything else, so that digits all responses share cost no precision.
    response = response - base @ np.linalg.lstsq(base, response, rcond=None)[0] if base.shape[1] else response
    turned = triangle(np.hstack([base, *terms.values(), response[:, None]]))
    columns, turned_response = turned[:, :-1], turned[:, -1]
    places = _places(base.shape[1], terms)
    full_rank, fitted = _projected(columns, turned_response)
    lines = []
    for term in terms:
        others = without(term, terms, kind)
        rank, low = _projected(columns[:, _columns(places, base.shape[1], others)], turned_response)
        more, high = _projected(columns[:, _columns(places, base.shape[1], [*others, term])], turned_response)
        lines.append(Line(term, more - rank, float(((high - low) ** 2).sum())))
    left = turned_response - fitted
    # Rounding leaves a speck where the model uses every degree of freedom.
    error_df = len(response) - spent - full_rank
    error = float(left @ left) if error_df else 0.0
    return Decomposition(tuple(lines), error_df, error, float(response @ response))


def triangle(matrix: Matrix) -> Matrix:
    """The matrix turned so that no more rows than columns are left: all lengths and angles of its columns stay.

    Long ones block by block, which stays in the cache: Demmel, Grigori, Hoemmen and Langou, SIAM Journal on Scientific
    Computing 34 (2012).
    """
    size = max(BLOCK, 4 * matrix.shape[1])
    if len(matrix) > 2 * size:
        starts = range(0, len(matrix), size)
        return triangle(np.vstack([np.linalg.qr(matrix[start : start + size], mode="r") for start in starts]))
    return np.asarray(np.linalg.qr(matrix, mode="r"))


def p_value(statistic: float, df: float, error_df: float) -> float:
    """The probability that F is at least this large where the term does nothing."""
    from scipy.special import fdtrc

    return float(fdtrc(df, error_df, statistic))


def t_quantile(df: float, confidence: float = 0.95) -> float:
    """How many standard errors lie on each side of an estimate in its confidence interval."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + confidence) / 2))


def without(term: Term, terms: Iterable[Term], kind: Sums) -> list[Term]:
    """The terms that a term is judged given: those before it (I), those that do not contain it (II), all others."""
    if kind == "I":
        ordered = list(terms)
        return ordered[: ordered.index(term)]
    if kind == "III":
        return [other for other in terms if other != term]
    return [other for other in terms if not set(term) <= set(other)]


def _places(start: int, terms: Terms) -> dict[Term, range]:
    places = {}
    for term, columns in terms.items():
        places[term] = range(start, start + columns.shape[1])
        start += columns.shape[1]
    return places


def _columns(places: Mapping[Term, range], base: int, terms: list[Term]) -> list[int]:
    return [*range(base), *(column for term in terms for column in places[term])]


def _projected(columns: Matrix, response: Matrix) -> tuple[int, Matrix]:
    """The rank of the columns, and the part of the response that lies in their span."""
    if not columns.shape[1]:
        return 0, np.zeros_like(response)
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    span = left[:, sizes > TOLERANCE * sizes.max()]
    return span.shape[1], span @ (span.T @ response)
