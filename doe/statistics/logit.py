"""Shares of a known number of cases, such as accuracies, by a binomial model on the log odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doe.statistics.contrasts import Matrix
from doe.statistics.linear import TOLERANCE, Term, Terms, p_value

STEPS = 60
"""Where the terms tell right from wrong without fail, the fit moves away for ever, its deviance e times less a step."""

CLOSE = 1e-11
"""A step that takes this little off the deviance is the last."""

LENT = 4
"""Steps for which the information of a larger model serves, which saves most of the work in a long table."""

EDGE = 1e-3
"""A row of whose cases the model expects fewer than so many to be right, or to be wrong, has no finite log odds."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a term takes off the deviance, given all terms that do not contain it (type II)."""

    term: Term
    df: int
    deviance: float

    @property
    def p_binomial(self) -> float | None:
        """The probability of at least so much if the cases were drawn anew and nothing else varied: chi-square."""
        from scipy.special import chdtrc

        return float(chdtrc(self.df, self.deviance)) if self.df else None


@dataclass(frozen=True)
class Deviances:
    """An analysis of deviance."""

    parts: tuple[Part, ...]
    error_df: int
    error_deviance: float
    total_deviance: float
    """The deviance of one share for all rows."""
    pearson: float
    """The sum of squares of what is left over, each divided by its binomial variance."""
    fitted: Matrix
    """What the model says of each row, a share."""
    separated: tuple[int, ...]
    """The rows that the model has at 0 or at 1, as near as makes no difference."""

    @property
    def dispersion(self) -> float | None:
        """How many times as much the rows vary as drawing their cases anew would make them; None without error.

        By Pearson's residuals: McCullagh and Nelder, Generalized Linear Models (1989), 4.5.
        """
        return self.pearson / self.error_df if self.error_df and self.pearson > TOLERANCE else None

    def test(self, part: Part) -> tuple[float, float] | None:
        """F of a term by the dispersion, and its p; None without an estimate of it."""
        if self.dispersion is None or not part.df:
            return None
        statistic = part.deviance / part.df / self.dispersion
        return statistic, p_value(statistic, part.df, self.error_df)


def deviances(shares: Matrix, cases: int, terms: Terms) -> Deviances:
    """Fit shares of so many cases each by maximum likelihood, and take the terms out one by one.

    Shares need not be of whole cases; it is a fractional quasi-likelihood then (Papke and Wooldridge, Journal of
    Applied Econometrics 11, 1996).

    Args:
        shares: From 0 to 1, one a row.
        cases: Of how many each is a share.
        terms: The columns of each term; those that cannot be told from others have no degrees of freedom.
    """
    basis, triangle = np.linalg.qr(np.hstack([np.ones((len(shares), 1)), *terms.values()]))
    starts = np.cumsum([1, *(columns.shape[1] for columns in terms.values())])
    places = {term: range(start, start + terms[term].shape[1]) for term, start in zip(terms, starts, strict=False)}

    def span(some: Sequence[Term]) -> Matrix:
        """What a model spans, in terms of the basis."""
        return _span(triangle[:, [0, *(column for term in some for column in places[term])]])

    whole = span(list(terms))
    odds, left = _fit(shares, cases, basis, whole)
    known = odds, _information(basis, cases, _inverse(odds))
    parts = []
    for term in terms:
        others = [other for other in terms if not set(term) <= set(other)]
        without, given = span(others), span([*others, term])
        low = _fit(shares, cases, basis, without, known)[1]
        high = _fit(shares, cases, basis, given, known)[1] if len(others) + 1 < len(terms) else left
        parts.append(Part(term, given.shape[1] - without.shape[1], max(low - high, 0.0)))
    fitted = _inverse(odds)
    variance = np.maximum(cases * fitted * (1 - fitted), TOLERANCE)
    edge = np.flatnonzero(cases * np.minimum(fitted, 1 - fitted) < EDGE)
    return Deviances(
        parts=tuple(parts),
        error_df=len(shares) - whole.shape[1],
        error_deviance=left,
        total_deviance=_fit(shares, cases, basis, span([]))[1],
        pearson=float(((cases * (shares - fitted)) ** 2 / variance).sum()),
        fitted=fitted,
        separated=tuple(int(row) for row in edge),
    )


def _fit(
    shares: Matrix, cases: int, basis: Matrix, span: Matrix, known: tuple[Matrix, Matrix] | None = None
) -> tuple[Matrix, float]:
    """The log odds of each row, and the deviance, by Newton's steps; one that goes too far is halved.

    Args:
        shares: From 0 to 1.
        cases: Of how many each is a share.
        basis: Orthonormal columns.
        span: Orthonormal combinations of them: the model.
        known: The log odds of a larger model, and its information: they serve for the first steps, as they are near.
    """
    near = np.log((cases * shares + 0.5) / (cases * (1 - shares) + 0.5)) if known is None else known[0]
    odds = basis @ (span @ (span.T @ (basis.T @ near)))
    deviance = _deviance(shares, cases, odds)
    for count in range(STEPS):
        fitted = _inverse(odds)
        lent = known is not None and count < LENT
        information = known[1] if known is not None and lent else _information(basis, cases, fitted)
        slope = span.T @ (basis.T @ (cases * (shares - fitted)))
        step = basis @ (span @ (np.linalg.pinv(span.T @ information @ span, rcond=1e-15, hermitian=True) @ slope))
        further, reached = _shortened(shares, cases, odds, step, deviance)
        if reached < deviance:
            gain, odds, deviance = deviance - reached, further, reached
        else:
            gain = 0.0
        if gain <= CLOSE * (1 + deviance) and (gain > 0 or not lent):
            break
    return odds, deviance


def _shortened(shares: Matrix, cases: int, odds: Matrix, step: Matrix, deviance: float) -> tuple[Matrix, float]:
    """The log odds after a step, halved until the deviance does not rise, and that deviance."""
    for halved in range(STEPS):
        further = odds + step / 2.0**halved
        reached = _deviance(shares, cases, further)
        if reached <= deviance:
            return further, reached
    return odds, deviance


def _information(basis: Matrix, cases: int, fitted: Matrix) -> Matrix:
    return np.asarray(basis.T @ (basis * (cases * fitted * (1 - fitted))[:, None]))


def _inverse(odds: Matrix) -> Matrix:
    """The share that has these log odds."""
    from scipy.special import expit

    return np.asarray(expit(odds))


def _deviance(shares: Matrix, cases: int, odds: Matrix) -> float:
    """Twice how far the log likelihood falls short of that of the shares themselves."""
    from scipy.special import xlog1py, xlogy

    best = xlogy(shares, shares) + xlog1py(1 - shares, -shares)
    reached = -shares * np.logaddexp(0, -odds) - (1 - shares) * np.logaddexp(0, odds)
    return float(2 * cases * (best - reached).sum())


def _span(columns: Matrix) -> Matrix:
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, sizes > TOLERANCE * sizes.max()])


def are_whole(shares: Matrix, cases: int) -> bool:
    """Whether shares are of whole cases, but for the digits to which they were written down."""
    counts = shares * cases
    digits = [len(f"{share:.9f}".rstrip("0").partition(".")[2]) for share in shares.tolist()]
    slack = np.array([0.51 * cases * 10.0**-places for places in digits])
    return bool((np.abs(counts - np.round(counts)) <= np.maximum(slack, 0.01)).all())
