"""Per cent contributions: the share of the spread that each term has, beside what chance alone would give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from doe.analyses._contrasted import contrasted, reading_order
from doe.analyses._observed import caveats, label, sentences, tested
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.linear import Decomposition, Line
    from doe.statistics.strata import Fit

DRAWS, NUMBERS = 100_000, 1_000_000
"""Tables simulated, and sums of squares at most."""

LEAST = 0.01
"""Shares below it are said with a digit more."""

Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Band:
    """What the largest, the second largest, ... share is where nothing has an effect."""

    mean: tuple[float, ...]
    high: tuple[float, ...]
    """What it exceeds one time in twenty."""


def contributions(results: Results) -> Finding | None:
    """Each term's share of the total sum of squares, the largest first.

    ``net`` is the share without what the error would give so many degrees of freedom, (SS - df MSE) / total; it is
    empty where there is no error. ``null_mean`` and ``null_high`` are the mean and the 95th percentile of the share
    that the term of the same rank would have in this very table if no factor did anything, blocks as they are.
    """
    fit = tested(results)
    if fit is None:
        return None
    seen = fit.observations
    total = fit.between.total_sum_sq + (fit.within.total_sum_sq if fit.within else 0.0)
    rows = [row for part in (fit.between, fit.within) if part for row in _rows(part, total, list(seen.blocks))]
    if len(rows) < 2:  # noqa: PLR2004 - shares are of something
        return None
    rows.sort(key=lambda row: -float(row["contribution"] or 0.0))
    note = sentences(
        _verdict(rows),
        _chance(fit),
        "" if seen.is_balanced else "The table is not balanced: shares overlap, and what chance gives is approximate.",
        reading_order(results, fit, contrasted(results, seen)),
        caveats(results, seen),
    )
    return Finding("contributions", f"Contributions to the spread of {results.objective.response}", tuple(rows), note)


def _rows(part: Decomposition, total: float, blocks: Sequence[str]) -> list[Row]:
    """The terms of a stratum, ranked among themselves; what blocks take is not for chance to share out."""
    free = [line for line in part.lines if line.df and not _is_block(line, blocks)]
    ranked = sorted(free, key=lambda line: -line.sum_sq)
    held = sum(line.sum_sq for line in part.lines if _is_block(line, blocks))
    scale = max(0.0, part.total_sum_sq - held) / total
    band = null_band(tuple(line.df for line in free), part.error_df)
    rows: list[Row] = []
    for line in part.lines:
        if not line.df:
            continue
        rank = None if _is_block(line, blocks) else ranked.index(line)
        mean_square = part.mean_square
        rows.append(
            {
                "term": label(line.term),
                "contribution": line.sum_sq / total,
                "net": None if mean_square is None else (line.sum_sq - line.df * mean_square) / total,
                "null_mean": None if rank is None else scale * band.mean[rank],
                "null_high": None if rank is None else scale * band.high[rank],
            }
        )
    return rows


def _is_block(line: Line, blocks: Sequence[str]) -> bool:
    return set(line.term) <= set(blocks)


@cache
def null_band(dfs: tuple[int, ...], error_df: int = 0) -> Band:
    """What chance alone gives the terms of an orthogonal table, from the largest share to the smallest.

    Simulated: a term's sum of squares is then a chi-square of its degrees of freedom. Seeded, so that the same table
    always has the same answer.
    """
    import numpy as np

    if not dfs:
        return Band((), ())
    generator, draws = np.random.default_rng(0), min(DRAWS, NUMBERS // len(dfs))
    sums = generator.chisquare(dfs, size=(draws, len(dfs)))
    error = generator.chisquare(error_df, size=draws) if error_df else np.zeros(draws)
    shares = -np.sort(-sums / (sums.sum(axis=1) + error)[:, None], axis=1)
    high = np.quantile(shares, 0.95, axis=0)
    return Band(tuple(map(float, shares.mean(axis=0))), tuple(map(float, high)))


def _verdict(rows: Sequence[Row]) -> str:
    ranked = [row for row in rows if row["null_high"] is not None]
    beyond = [str(row["term"]) for row in ranked if float(row["contribution"] or 0) > float(row["null_high"] or 0)]
    largest = ranked[0]["term"]
    if not beyond:
        return f"{largest} has the largest share, which is no more than chance may give the largest."
    return f"More than chance would give a term of the same rank, one time in twenty: {', '.join(beyond)}."


def _chance(fit: Fit) -> str:
    """How large the largest share would be by chance alone."""
    blocks = fit.observations.blocks
    dfs = [line.df for line in fit.between.lines if line.df and not _is_block(line, list(blocks))]
    if len(dfs) < 2:  # noqa: PLR2004 - the largest of one is all
        return ""
    band = null_band(tuple(dfs), fit.between.error_df)
    among = " of what lies between trainings" if fit.within else " of what the blocks leave" if blocks else ""
    shares = (band.mean[0], band.high[0])
    mean, high = (f"{100 * share:.0f}" if share >= LEAST else f"{100 * share:.1g}" for share in shares)
    return (
        f"By chance alone the largest of {len(dfs)} contributions would be {mean} %{among} on average,"
        f" and one time in twenty more than {high} %."
    )
