"""Efficiency: how precisely the main effects are estimated, beside a balanced plan of as many runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doe.evaluations._assumptions import Assumptions
from doe.evaluations._plan import listed
from doe.evaluations._terms import candidates, main_effects, model_of
from doe.model import Cell, Finding, Study, Trial

ORTHOGONAL = 1 - 1e-9
"""An efficiency this near to one is one."""


def efficiency(study: Study, trials: Sequence[Trial], _: Assumptions) -> Finding | None:
    """D, A, G and I efficiency of the main-effects model; None for a plan that is not known beforehand."""
    if not trials:
        return None
    from doe.statistics import efficiency as statistics

    model = model_of(study, trials)
    found = statistics.efficiency(model, candidates(study, trials))
    if found is None:
        note = f"The {model.shape[1]} coefficients of the main-effects model cannot all be estimated."
        return Finding("efficiency", "Efficiency of the main-effects model", (), note, warns=True)
    said = {
        "D": (found.d, "volume of the estimates' joint confidence region"),
        "A": (found.a, "mean variance of the estimates"),
        "G": (found.g, "largest variance of a prediction"),
        "I": (found.i, "mean variance of a prediction"),
    }
    rows: tuple[Mapping[str, Cell], ...] = tuple(
        {"criterion": name, "efficiency": value, "judges": what} for name, (value, what) in said.items()
    )
    least = min(said, key=lambda name: said[name][0])
    best = all(value >= ORTHOGONAL for value, _ in said.values())
    note = (
        "As precise as a plan of as many runs can be: all main effects are orthogonal and balanced."
        if best
        else f"{100 * said[least][0]:.3g} % by {least}, 100 % were orthogonal and balanced."
    )
    return Finding("efficiency", "Efficiency of the main-effects model", rows, note)


def inflation(study: Study, trials: Sequence[Trial], _: Assumptions) -> Finding | None:
    """By how much the other main effects inflate the variance of each; None where nothing can be said."""
    if not trials:
        return None
    from doe.statistics import efficiency as statistics

    terms = {name: columns for name, columns in main_effects(study, trials).items() if columns.shape[1]}
    factors = dict(zip(terms, statistics.inflation(list(terms.values())), strict=True))
    aliased = [name for name, factor in factors.items() if factor is None]
    worst = max((factor for factor in factors.values() if factor), default=1.0)
    if aliased:
        note = f"The main effect of {listed(aliased)} cannot be told from those of the others."
    elif worst * ORTHOGONAL <= 1:
        note = "1 throughout: no main effect is estimated at the cost of another."
    else:
        name = max(factors, key=lambda name: factors[name] or 0.0)
        note = f"The others inflate the variance of {name} most, {worst:.3g} times."
    rows: tuple[Mapping[str, Cell], ...] = tuple({"term": name, "VIF": factor} for name, factor in factors.items())
    return Finding("inflation", "Variance inflation by term", rows, note, warns=bool(aliased))
