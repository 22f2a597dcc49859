"""Power for interactions: which of two factors can be estimated, and how large one must be to be noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from doe.evaluations._assumptions import Assumptions
from doe.evaluations._terms import differences, is_straight, main_effects
from doe.evaluations.power import Sensitivity, sensitivity
from doe.model import Cell, Finding, Study, Trial

if TYPE_CHECKING:
    from doe.statistics.contrasts import Matrix

MOST_PAIRS = 300
"""Interactions that are looked at; of more the table would be longer than anyone reads."""

SINGULAR = 1e-9
"""What is left of a column beside the main effects, if it is less than this part of it, is rounding."""

Pair: TypeAlias = tuple[str, str]


def interaction_power(study: Study, trials: Sequence[Trial], assumed: Assumptions) -> Finding | None:
    """The smallest difference of differences that is noticed; None where main effects cannot all be estimated.

    The difference between two levels of one factor is another at one level of the other factor than at another: by
    how much, is what is noticed.
    """
    tests = sensitivity(study, trials)
    names = [factor.name for factor in study.array_factors]
    pairs = list(combinations(names, 2))
    if tests is None or not 0 < len(pairs) <= MOST_PAIRS or not tests.spreads:
        return None
    rows = [_row(study, pair, found, assumed) for pair, found in estimable(study, trials, pairs, tests).items()]
    note = f"{len(rows)} of {len(pairs)} two-factor interactions can be estimated beside the main effects"
    if rows and all(row["in sd"] is None for row in rows):
        note += ", but no degrees of freedom are left to judge one by; replicates leave some."
    else:
        note += _judged(study, assumed) if rows else "."
    return Finding("interaction-power", "Power for interactions", tuple(rows), note)


def _judged(study: Study, assumed: Assumptions) -> str:
    asked = ", ".join(f"{one} x {two}" for one, two in study.analysis.interactions)
    beside = f" and {asked}" if asked else ""
    return (
        f"{beside}, each if it is the only one there is: by how much the difference between two levels of one must"
        f" change with the other's to be noticed with {100 * assumed.power:g} %."
    )


def _row(study: Study, pair: Pair, tests: Sensitivity, assumed: Assumptions) -> Mapping[str, Cell]:
    name, sd = " x ".join(pair), assumed.error_sd
    least = tests.noticed(name, study.replicates, assumed)
    row: dict[str, Cell] = {"term": name, "df": tests.freedom[name], "in sd": least}
    if sd is not None:
        row["smallest difference"] = None if least is None else least * sd
    if sd is not None and assumed.effect is not None:
        row["power"] = tests.power(name, study.replicates, assumed.effect / sd, assumed)
    return row


def estimable(
    study: Study, trials: Sequence[Trial], pairs: Sequence[Pair], tests: Sensitivity
) -> dict[Pair, Sensitivity]:
    """For each interaction that can be told from main effects, and from those asked for, what its test depends on."""
    import numpy as np

    from doe.statistics.contrasts import product

    columns = main_effects(study, trials)
    asked = [pair for pair in study.analysis.interactions if all(name in columns for name in pair)]
    of_pairs = {frozenset(pair): product(columns[pair[0]], columns[pair[1]]) for pair in [*pairs, *asked]}
    contrasts = {f.name: differences(f, straight=is_straight(f, trials)) for f in study.array_factors}
    mains = np.hstack([np.ones((len(trials), 1)), *columns.values()])
    found = {}
    for pair in pairs:
        others = [one for one in asked if set(one) != set(pair)]
        beside = np.hstack([mains, *(of_pairs[frozenset(one)] for one in others)]) if others else mains
        variance = _variance(of_pairs[frozenset(pair)], beside)
        if variance is None:
            continue
        cells = np.kron(contrasts[pair[0]], contrasts[pair[1]])
        spread = float(((cells @ variance) * cells).sum(axis=1).max())
        freedom = {" x ".join(one): of_pairs[frozenset(one)].shape[1] for one in [*others, pair]}
        name = " x ".join(pair)
        found[pair] = replace(tests, spreads={name: spread}, freedom={**tests.freedom, **freedom})
    return found


def _variance(columns: Matrix, beside: Matrix) -> Matrix | None:
    """The covariance of the columns' coefficients, in error variances; None where they cannot all be estimated.

    Args:
        columns: Those of the interaction, one row a run.
        beside: Those of the rest of the model.
    """
    import numpy as np

    if not columns.shape[1] or beside.shape[1] + columns.shape[1] > len(beside):
        return None
    crossed = beside.T @ columns
    inverse = np.linalg.pinv(beside.T @ beside, rcond=SINGULAR, hermitian=True)
    # what is left of the columns' products once the rest of the model is taken off them
    sizes, vectors = np.linalg.eigh(columns.T @ columns - crossed.T @ inverse @ crossed)
    if sizes[0] <= SINGULAR * len(beside):
        return None
    return np.asarray((vectors / sizes) @ vectors.T)
