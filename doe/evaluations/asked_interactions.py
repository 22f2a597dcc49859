"""Interactions that the analysis is asked for: whether the plan can tell them from the rest of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doe.evaluations._plan import listed
from doe.evaluations.interaction_power import estimable
from doe.evaluations.power import sensitivity
from doe.model import Cell, Finding, Study, Trial


def asked_interactions(study: Study, trials: Sequence[Trial]) -> Finding | None:
    """Warn of each that cannot be estimated; None where none is asked for, or not even the main effects can.

    Those of the factor that is read off along each training are estimated within trainings, and passed over.
    """
    names = {factor.name for factor in study.array_factors}
    asked = [pair for pair in study.analysis.interactions if names.issuperset(pair)]
    tests = sensitivity(study, trials) if asked else None
    if tests is None:
        return None
    found = estimable(study, trials, asked, tests)
    rows: tuple[Mapping[str, Cell], ...] = tuple(
        {"interaction": " x ".join(pair), "can be estimated": pair in found} for pair in asked
    )
    lost = [pair for pair in asked if pair not in found]
    if not lost:
        return Finding("asked-interactions", "Interactions asked for", rows, "All interactions asked for can be had.")
    told = ", ".join(":".join(pair) for pair in asked)
    note = (
        f"{listed([' x '.join(pair) for pair in lost])}, asked for, cannot be estimated beside the rest of the model;"
        f" --design auto --layout interactions={told.replace(', ', ',')} finds the smallest array that can."
    )
    return Finding("asked-interactions", "Interactions asked for", rows, note, warns=True)
