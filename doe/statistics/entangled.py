"""Which terms of a linear model the rows cannot tell from one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doe.statistics.linear import TOLERANCE, Sums, Term, triangle, without
from doe.statistics.strata import Fit


@dataclass(frozen=True, slots=True)
class Entangled:
    """A term of which the rows leave less than there should be."""

    term: Term
    left: int
    """The degrees of freedom that are its own, given the others."""
    wanted: int
    """Those it should have."""
    partners: tuple[Term, ...]
    """Terms without any of which it would have more; none where only several together hide it."""


def entangled(fit: Fit, sums: Sums = "II") -> tuple[Entangled, ...]:
    """The terms that lack degrees of freedom, given the others; for types I and II those that do not contain them."""
    ranks = _Ranks(fit, len(fit.model))
    if ranks.of(fit.terms) == fit.model.shape[1]:
        return ()
    found = []
    for term in fit.terms:
        wanted, others = fit.columns[term].shape[1], without(term, fit.terms, "III" if sums == "III" else "II")
        left = ranks.own(term, others)
        if left < wanted:
            fewer = {other: [each for each in others if each != other] for other in others}
            partners = [other for other, some in fewer.items() if ranks.own(term, some) > left]
            found.append(Entangled(term, left, wanted, tuple(partners)))
    return tuple(found)


def degrees(fit: Fit, rows: int | None = None) -> dict[Term, int]:
    """The degrees of freedom that so many of the first rows leave each term, given those that do not contain it."""
    ranks = _Ranks(fit, len(fit.model) if rows is None else rows)
    return {term: ranks.own(term, without(term, fit.terms, "II")) for term in fit.terms}


class _Ranks:
    """How many directions terms span in the first rows of a table."""

    def __init__(self, fit: Fit, rows: int) -> None:
        self._terms = fit.terms
        self._triangle = triangle(fit.model[:rows])
        sizes = [1, *(columns.shape[1] for columns in fit.columns.values())]
        self._place = np.repeat(np.arange(-1, len(fit.terms)), sizes)

    def of(self, terms: Sequence[Term]) -> int:
        """The rank of a constant and these terms."""
        kept = np.isin(self._place, [-1, *(self._terms.index(term) for term in terms)])
        sizes = np.linalg.svd(self._triangle[:, kept], compute_uv=False)
        return int((sizes > TOLERANCE * sizes.max()).sum())

    def own(self, term: Term, others: Sequence[Term]) -> int:
        """How many directions a term adds to others."""
        return self.of([*others, term]) - self.of(others)
