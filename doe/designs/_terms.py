"""The terms of a model, as they are written, and their columns: main effects, interactions and squares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from doe.designs import _layout as told
from doe.designs._coding import coded, is_numeric
from doe.designs._errors import DesignError
from doe.loading import nearest
from doe.model import Factor, Level, Study

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Term: TypeAlias = tuple[str, ...]
"""The factors that are multiplied; one that comes twice is squared."""

KINDS = ("main", "interactions", "quadratic")


def terms(study: Study) -> tuple[Term, ...]:
    """The terms of ``model``, beside the constant: all of a kind, or those that are written out.

    Raises:
        DesignError: A term names no factor, or squares one that has no numbers.
    """
    factors = {factor.name: factor for factor in study.array_factors}
    said = told.texts(study, "model") or ("main",)
    if len(said) == 1 and said[0] not in factors and not re.search(r"[*:^]", said[0]):
        kind = told.text(study, "model", KINDS) if said[0] not in KINDS else said[0]
        found = [(name,) for name in factors]
        pairs = [] if kind == "main" else list(combinations(factors, 2))
        squares = [(f.name, f.name) for f in factors.values() if kind == "quadratic" and is_numeric(f)]
        return (*found, *pairs, *squares)
    return tuple(dict.fromkeys(_term(study, factors, text) for text in said))


def _term(study: Study, factors: dict[str, Factor], text: str) -> Term:
    """A term from ``dropout``, ``dropout*width`` or ``dropout^2``."""
    names: list[str] = []
    for part in re.split(r"\*(?!\*)|:", text.replace("**", "^").replace(" ", "")):
        name, _, power = part.partition("^")
        if name not in factors:
            raise DesignError(f"{study.design}: model names no factor {name!r}; {nearest(name, factors)}")
        if power and not (power.isdigit() and 1 <= int(power) <= 9):  # noqa: PLR2004 - one digit
            raise DesignError(f"{study.design}: model term {text!r}: wanted a power of 1 to 9, not {power!r}")
        names += [name] * int(power or 1)
    for name in names:
        if names.count(name) > 1 and not is_numeric(factors[name]):
            raise DesignError(f"{study.design}: model squares {name!r}, which has no scale")
    return tuple(sorted(names, key=list(factors).index))


def columns(
    study: Study, wanted: Sequence[Term], rows: Sequence[Sequence[Level]]
) -> tuple[npt.NDArray[np.float64], list[str]]:
    """The model's columns over settings, the constant first, and for each the term that it belongs to."""
    import numpy as np

    from doe.statistics.contrasts import helmert, product

    effects = {}
    for factor, values in zip(study.array_factors, zip(*rows, strict=True), strict=True):
        if is_numeric(factor):
            effects[factor.name] = np.array([[coded(factor, value)] for value in values])
        else:
            effects[factor.name] = helmert(len(factor.levels))[[factor.levels.index(value) for value in values]]
    blocks, names = [np.ones((len(rows), 1))], ["the constant"]
    for term in wanted:
        block = effects[term[0]]
        for name in term[1:]:
            block = product(block, effects[name])
        blocks.append(block)
        names += ["*".join(term)] * block.shape[1]
    return np.hstack(blocks), names
