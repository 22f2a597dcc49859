"""Effects: what a table can tell apart, as contrasts that are orthogonal and share one standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, islice, product
from typing import NamedTuple, TypeAlias

import numpy as np

from doe.statistics.contrasts import Matrix, helmert, polynomial
from doe.statistics.linear import Term
from doe.statistics.observations import Observations

MOST = 127
"""Contrasts that are told apart; a table of more settings has other ways to know its error."""

MOST_PLOTS = 4096
"""Plots (rows, where nothing is read within) that are looked at."""

TERMS = 1000
"""Interactions that are looked at to fill the room there is; of two factors, then of three, ..."""

ROUNDING = 1e-9
"""A share this small is rounding."""

Averaging: TypeAlias = Callable[[Matrix], Matrix]

TRENDS = ("linear", "quadratic", "cubic")


@dataclass(frozen=True, slots=True)
class Effect:
    """A contrast and what the responses say of it."""

    name: str
    """Its factors, and which of their contrasts it is."""

    term: Term
    """Its factors; none where no factor was assigned to it."""

    value: float
    """The effect as the difference of the means of two halves of the runs, whatever the contrast.

    It is 2 / sqrt(n) times the projection of n responses on the contrast, so that all effects have the standard
    error 2 sigma / sqrt(n): for a factor of two levels in a balanced table the mean at the second level minus the mean
    at the first; for a linear trend over three even levels 0.816 of the difference between the outermost.
    """


@dataclass(frozen=True)
class Effects:
    """All contrasts that the settings of a table leave room for."""

    found: tuple[Effect, ...]
    columns: Matrix
    """Of unit length and orthogonal to each other, to the constant and to the blocks: one an effect, a row a plot."""

    response: Matrix
    """One number a plot, weighted so that sums of squares count rows."""

    base: Matrix
    """The constant and the blocks."""

    lost: tuple[str, ...]
    """Contrasts of factors that cannot be told from those before them."""

    is_orthogonal: bool
    """Whether the factors' contrasts were orthogonal; otherwise each is what is left of it given those before it."""

    @property
    def estimates(self) -> Matrix:
        """The effects as numbers."""
        return np.array([effect.value for effect in self.found])

    @cached_property
    def sums(self) -> dict[Term | str, tuple[float, int]]:
        """The sum of squares and the degrees of freedom of each term; contrasts of no factor go by their names."""
        found: dict[Term | str, tuple[float, int]] = {}
        for effect, square in zip(self.found, (self.columns.T @ self.response) ** 2, strict=True):
            key = effect.term or effect.name
            total, df = found.get(key, (0.0, 0))
            found[key] = total + float(square), df + 1
        return found

    @cached_property
    def error(self) -> tuple[float, int]:
        """The sum of squares and the degrees of freedom that replicates leave."""
        span = np.hstack([self.base, self.columns])
        left = self.response - span @ (span.T @ self.response)
        df = len(self.response) - span.shape[1]
        return (float(left @ left), df) if df else (0.0, 0)


def effects(seen: Observations, positions: Mapping[str, Sequence[float]], asked: Sequence[Term] = ()) -> Effects | None:
    """Every contrast between the settings: of factors, of the interactions asked, then of all others there is room for.

    Each is orthogonalised on those before it, in the order of the factors. What is left of an interaction that was not
    asked goes by its name if nothing before took a part of it, and is an unassigned column, numbered, if something did.

    Args:
        seen: The table; what is read within plots is averaged over.
        positions: Where the levels of numeric factors lie; these are compared as trends, others one by one (Helmert).
        asked: Interactions.

    Returns:
        None where a factor took values between its levels, or there are more settings or plots than are looked at.
    """
    if seen.loose or not seen.between or int(seen.plots.max()) >= MOST_PLOTS:
        return None
    by_plot = _averaging(seen)
    base = _orthonormal(by_plot(np.hstack([np.ones((len(seen.response), 1)), *map(seen.contrasts, seen.blocks)])))
    room = _room(seen, by_plot, base)
    if not 0 < room <= MOST:
        return None
    single = {name: _contrasts(seen, name, positions.get(name)) for name in seen.between}
    mains = list(_crossed(single, [(name,) for name in seen.between], named=True))
    wanted = _crossed(single, [term for term in asked if set(term) <= set(seen.between)], named=True)
    others = _crossed(single, _interactions(seen.between), named=False)
    kept = _kept(chain(mains, wanted, others), by_plot, base, room)
    if not kept:
        return None
    columns = np.stack([each.column for each in kept], axis=1)
    response = by_plot(seen.response[:, None] - seen.response.mean())[:, 0]
    values = 2 / np.sqrt(len(seen.response)) * (columns.T @ response)
    lost = [each.name for each in mains if each.name not in {other.name for other in kept}]
    return Effects(
        tuple(Effect(each.name, each.term, float(value)) for each, value in zip(kept, values, strict=True)),
        columns,
        response,
        base,
        tuple(lost),
        not lost and all(each.share > 1 - ROUNDING for each in kept[: len(mains)]),
    )


class _Candidate(NamedTuple):
    """A contrast before it is orthogonalised, one number a row."""

    name: str
    term: Term
    column: Matrix
    is_named: bool


class _Kept(NamedTuple):
    """A contrast after it, one number a plot."""

    name: str
    term: Term
    column: Matrix
    share: float
    """How much of it, by sum of squares, was left."""


def _kept(candidates: Iterable[_Candidate], by_plot: Averaging, base: Matrix, room: int) -> list[_Kept]:
    """What the candidates bring, one after another, until there is no room."""
    kept: list[_Kept] = []
    unassigned = 0
    for candidate in candidates:
        if len(kept) == room:
            break
        column = _without(by_plot(candidate.column[:, None])[:, 0], base)
        length = float(column @ column)
        left = _without(column, np.stack([each.column for each in kept], axis=1)) if kept else column
        share = float(left @ left) / length if length > ROUNDING else 0.0
        if share <= ROUNDING:
            continue
        left /= np.sqrt(left @ left)
        if candidate.is_named or share > 1 - ROUNDING:
            kept.append(_Kept(candidate.name, candidate.term, left, share))
        else:
            unassigned += 1
            kept.append(_Kept(f"unassigned {unassigned}", (), left, share))
    return kept


def _without(column: Matrix, basis: Matrix) -> Matrix:
    """A column without its part in the span of an orthonormal basis; twice, as once leaves rounding."""
    once = column - basis @ (basis.T @ column)
    return np.asarray(once - basis @ (basis.T @ once))


def _averaging(seen: Observations) -> Averaging:
    """Means over the rows of each plot, weighted so that sums of squares count rows."""
    weights = np.sqrt(np.bincount(seen.plots))

    def by_plot(values: Matrix) -> Matrix:
        summed = np.stack([np.bincount(seen.plots, column) for column in values.T], axis=1)
        return np.asarray(summed / weights[:, None])

    return by_plot


def _orthonormal(columns: Matrix) -> Matrix:
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, sizes > ROUNDING * sizes.max()])


def _room(seen: Observations, by_plot: Averaging, base: Matrix) -> int:
    """How many contrasts there are between the settings, given the blocks; MOST + 1 where it is more."""
    settings = np.unique(np.stack([seen.codes[name] for name in seen.between], axis=1), axis=0, return_inverse=True)[1]
    count = int(settings.max()) + 1
    if count > MOST + 1:
        return MOST + 1
    if base.shape[1] == 1:
        return count - 1
    both = _orthonormal(np.hstack([base, by_plot(np.eye(count)[settings.ravel()])]))
    return int(both.shape[1] - base.shape[1])


def _contrasts(seen: Observations, name: str, positions: Sequence[float] | None) -> list[tuple[str, Matrix]]:
    """The contrasts of a factor, and what tells them apart in words; nothing where there is but one."""
    codes, levels = seen.codes[name], seen.levels[name]
    if len(levels) == 2:  # noqa: PLR2004 - a difference
        return [("", helmert(2)[codes, 0])]
    if positions is not None:
        words = [*TRENDS, *(f"degree {degree}" for degree in range(len(TRENDS) + 1, len(levels)))]
        return [(f" {word}", column[codes]) for word, column in zip(words, polynomial(positions).T, strict=False)]
    return [
        (f" {levels[number]} against {', '.join(map(str, levels[:number]))}", column[codes])
        for number, column in enumerate(helmert(len(levels)).T, start=1)
    ]


def _interactions(names: Sequence[str]) -> Iterator[Term]:
    orders = range(2, len(names) + 1)
    return islice(chain.from_iterable(combinations(names, order) for order in orders), TERMS)


def _crossed(
    single: Mapping[str, Sequence[tuple[str, Matrix]]], terms: Iterable[Term], *, named: bool
) -> Iterator[_Candidate]:
    """The contrasts of each term: every product of contrasts of its factors."""
    for term in terms:
        for parts in product(*(single[name] for name in term)):
            name = " x ".join(f"{factor}{word}" for factor, (word, _) in zip(term, parts, strict=True))
            column = np.prod([column for _, column in parts], axis=0)
            yield _Candidate(name, tuple(term), column, named)
