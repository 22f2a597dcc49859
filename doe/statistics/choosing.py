"""The settings that a model of levels can predict: its factors in groups that interact, and the options of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as every
from math import prod
from typing import TypeAlias

import numpy as np

from doe.statistics.contrasts import Matrix, helmert, product
from doe.statistics.linear import TOLERANCE, Term
from doe.statistics.optimism import MOST, Choices
from doe.statistics.strata import Fit

Codes: TypeAlias = tuple[int, ...]

TRIED = 1000
"""Settings of a very large group around which options are looked for."""


def choices_of(fit: Fit, groups: Sequence[Sequence[str]], options: Sequence[Sequence[Codes]]) -> Choices:
    """The options as weights of the model's coefficients, all else averaged over."""
    base = np.zeros(fit.model.shape[1])
    base[0] = 1.0
    return Choices(base, tuple(_rows(fit, group, some) for group, some in zip(groups, options, strict=True)))


def groups_of(fit: Fit, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The factors of the model, those that interact together."""
    own = [term for term in fit.terms if set(term) <= set(names)]
    groups = [{name} for name in names if any(name in term for term in own)]
    for term in own:
        joined = [group for group in groups if group & set(term)]
        groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    ordered = [tuple(name for name in names if name in group) for group in groups]
    return tuple(sorted(ordered, key=lambda group: names.index(group[0])))


def options_of(fit: Fit, group: tuple[str, ...]) -> tuple[Codes, ...]:
    """The levels of a group's factors that the rows do not leave open.

    Of a group with very many, those that were tried, and what differs from these in one factor.
    """
    sizes = [len(fit.observations.levels[name]) for name in group]
    if prod(sizes) <= MOST:
        options = list(every(*map(range, sizes)))
    else:
        seen = np.unique(np.stack([fit.observations.codes[name] for name in group], axis=1), axis=0)[:TRIED]
        around = {tuple(map(int, row)) for row in seen}
        for row in list(around):
            for place, size in enumerate(sizes):
                around |= {(*row[:place], code, *row[place + 1 :]) for code in range(size)}
        options = sorted(around)
    if fit.rank == fit.model.shape[1]:
        return tuple(options)
    gram = fit.model.T @ fit.model
    rows = _rows(fit, group, options)
    rows[:, 0] = 1.0
    left = np.abs(rows @ np.linalg.pinv(gram, rcond=TOLERANCE, hermitian=True) @ gram - rows).max(axis=1)
    return tuple(option for option, open_by in zip(options, left, strict=True) if open_by < np.sqrt(TOLERANCE))


def spans_of(fit: Fit) -> dict[Term, slice]:
    """Where the coefficients of each term stand."""
    spans, start = {}, 1
    for term, columns in fit.columns.items():
        spans[term] = slice(start, start + columns.shape[1])
        start += columns.shape[1]
    return spans


def _rows(fit: Fit, group: Sequence[str], options: Sequence[Codes]) -> Matrix:
    """What each option adds to the weights of the coefficients."""
    codes = dict(zip(group, np.array(options).T, strict=True))
    rows = np.zeros((len(options), fit.model.shape[1]))
    for term, span in spans_of(fit).items():
        if set(term) <= set(group):
            columns = np.ones((len(options), 1))
            for name in term:
                columns = product(columns, helmert(len(fit.observations.levels[name]))[codes[name]])
            rows[:, span] = columns
    return rows
