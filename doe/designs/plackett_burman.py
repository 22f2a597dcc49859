"""Two-level screening: the smallest number of runs, a multiple of four, that takes the factors.

Plackett and Burman, The design of optimum multifactorial experiments, Biometrika 33 (1946): a Hadamard matrix without
its first column. Ours are Paley's where there is one; they are Plackett and Burman's own up to the order of things.
"""

from __future__ import annotations

from functools import cache

from doe.designs import _layout as told
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Layout
from doe.model import Study, shown

LARGEST = 100
"""A Hadamard matrix is constructed for every multiple of four up to here."""


def _lay(study: Study) -> Layout:
    runs = _runs(study)
    columns, rows = _laid_out(runs, len(study.array_factors))
    named = zip(study.array_factors, columns, strict=True)
    return Layout(runs, {factor.name: column + 1 for factor, column in named}, lambda run: rows[run])


@cache
def _laid_out(runs: int, factors: int) -> tuple[tuple[int, ...], list[list[int]]]:
    """The columns that confound so many factors the least, and the levels on them."""
    from doe.statistics.assignment import assign
    from doe.statistics.confounding import Words
    from doe.statistics.hadamard import two_level

    array = two_level(runs)
    assignment = assign(Words(array), [2] * factors)
    columns = assignment.columns if assignment else ()
    return columns, array[:, list(columns)].tolist()


def _runs(study: Study) -> int:
    """The runs asked for, or the fewest that take the factors."""
    factors = study.array_factors
    if not factors:
        raise DesignError(f"{study.design} has nothing to set: every factor is read off along the training")
    for factor in factors:
        if len(factor.levels) != 2:  # noqa: PLR2004 - two-level designs
            raise DesignError(
                f"{study.design} wants 2 levels of {factor.name!r}, not {len(factor.levels)} ({shown(factor.levels)})"
            )
    fewest = (len(factors) // 4 + 1) * 4
    runs = told.whole(study, "runs", least=4) or fewest
    if runs % 4 or not fewest <= runs <= LARGEST:
        wanted = (
            f"a multiple of 4 from {fewest} to {LARGEST}" if fewest <= LARGEST else f"at most {LARGEST - 1} factors"
        )
        raise DesignError(f"{study.design} of {len(factors)} factors in {runs} runs: wanted {wanted}")
    return runs


plackett_burman = Fixed(
    "two levels each: runs to the next multiple of 4, up to 99 factors in 100 runs (Plackett and Burman 1946)",
    _lay,
    {"runs": "a multiple of 4 that takes the factors; the smallest where nothing is said"},
)
