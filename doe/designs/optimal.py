"""Optimal designs: for a stated model, number of runs and constraints, the runs that tell most of its coefficients.

D- and I-optimality after Atkinson, Donev and Tobias, Optimum Experimental Designs (2007); by Fedorov's exchange.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product
from math import prod
from random import Random
from typing import TYPE_CHECKING

from doe.designs import _layout as told
from doe.designs._coding import decoded, is_numeric
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.designs._forbid import condition
from doe.designs._rows import read_rows
from doe.designs._terms import Term, columns, terms
from doe.model import Factor, Level, Study

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

CANDIDATES = 5000
"""More settings than this are sampled."""

MORE = 4
"""How many runs there are beyond the model's coefficients where nothing is said, to see the error."""

SQUARE = 3
"""So many values of a factor tell its square."""


def _lay(study: Study) -> Table:
    if not study.array_factors:
        raise DesignError(f"{study.design} has nothing to set: every factor is read off along the training")
    criterion = told.text(study, "criterion", ["D", "I"]) or "D"
    model = terms(study)
    file = told.text(study, "keep")
    kept = read_rows(study, file) if file else ()
    candidates = _candidates(study, model)
    table, names = columns(study, model, [*kept, *candidates])
    runs = told.whole(study, "runs") or max(len(names) + MORE, len(kept) + 1)
    if runs < len(names):
        raise DesignError(f"{study.design} wants {len(names)} runs or more for as many coefficients, not {runs}")
    if runs <= len(kept):
        raise DesignError(f"{study.design}: runs = {runs}, but {file} has {len(kept)} already; wanted more")
    _check_estimable(study, table, names)
    from doe.statistics.optimal import optimal as chosen

    best = chosen(
        table[len(kept) :], runs - len(kept), "I" if criterion == "I" else "D", study.seed, table[: len(kept)]
    )
    if best is None:
        raise DesignError(f"{study.design} found no {runs} runs that tell all {len(names)} coefficients")
    return Table((*kept, *(candidates[place] for place in best)))


def _candidates(study: Study, model: Sequence[Term]) -> list[tuple[Level, ...]]:
    """Every setting that is not forbidden, or a sample of them.

    Raises:
        DesignError: All are forbidden.
    """
    values = [_values(factor, model) for factor in study.array_factors]
    names = [factor.name for factor in study.array_factors]
    forbid = told.text(study, "forbid")
    forbidden = condition(study, forbid) if forbid else lambda _: False
    size = prod(map(len, values))
    if size <= 20 * CANDIDATES:
        possible = [row for row in product(*values) if not forbidden(dict(zip(names, row, strict=True)))]
        if len(possible) > CANDIDATES:
            possible = Random(study.seed).sample(possible, CANDIDATES)  # noqa: S311 - a sample, not a secret
    else:
        random = Random(study.seed)  # noqa: S311 - a sample, not a secret
        drawn = (tuple(random.choice(each) for each in values) for _ in range(20 * CANDIDATES))
        allowed = (row for row in drawn if not forbidden(dict(zip(names, row, strict=True))))
        possible = list(dict.fromkeys(islice(allowed, CANDIDATES)))
    if not possible:
        raise DesignError(f"{study.design}: forbid = {forbid} leaves no runs")
    return possible


def _values(factor: Factor, model: Sequence[Term]) -> list[Level]:
    """What a factor may be set to: its levels, and the middle where a square is to be told from two of them."""
    powers = max((term.count(factor.name) for term in model), default=0)
    if is_numeric(factor) and powers >= len(factor.levels):
        if powers < SQUARE:
            return [decoded(factor, code) for code in (-1, 0, 1)]
        return [decoded(factor, -1 + 2 * step / powers) for step in range(powers + 1)]
    return list(factor.levels)


def _check_estimable(study: Study, table: npt.NDArray[np.float64], names: Sequence[str]) -> None:
    """Refuse a model whose terms no choice of the possible settings could tell apart, and name the first such term."""
    import numpy as np

    if np.linalg.matrix_rank(table) == table.shape[1]:
        return
    for end in range(1, table.shape[1] + 1):
        if np.linalg.matrix_rank(table[:, :end]) < end:
            raise DesignError(
                f"{study.design}: the settings that are possible do not tell {names[end - 1]} from what comes before it"
            )


optimal = Fixed(
    "D- or I-optimal runs for a model, any factors, size and constraints; Fedorov 1972, exchange",
    _lay,
    {
        "runs": f"how many runs; {MORE} more than the model's coefficients unless told",
        "criterion": "D: precise coefficients; I: precise predictions; D unless told",
        "model": "main, interactions, quadratic, or the terms: dropout, dropout*width, dropout^2; main unless told",
        "keep": "a CSV file of runs that come first and count: old runs, or a baseline",
        "forbid": "what no run may be: optimizer == 'adadelta' and learning_rate > 0.1",
    },
)
"""The design ``optimal``."""
