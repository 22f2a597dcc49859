"""The shelf of evaluations. To add one: write a function beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from doe.evaluations._assumptions import Assumptions
from doe.evaluations._figures import Figures, figures, is_balanced
from doe.evaluations._informed import informed, worth
from doe.evaluations._terms import main_effects
from doe.evaluations.accuracy_power import accuracy_power
from doe.evaluations.alias_structure import alias_structure
from doe.evaluations.aliases import aliases
from doe.evaluations.asked_interactions import asked_interactions
from doe.evaluations.balance import balance
from doe.evaluations.chance import chance
from doe.evaluations.cost import cost
from doe.evaluations.defining_relation import alias_sets, defining_relation
from doe.evaluations.degrees_of_freedom import degrees_of_freedom
from doe.evaluations.draws import draws
from doe.evaluations.efficiency import efficiency, inflation
from doe.evaluations.interaction_aliases import interaction_aliases
from doe.evaluations.interaction_power import interaction_power
from doe.evaluations.power import Sensitivity, power, replicates_for, sensitivity, weakest
from doe.evaluations.schedule import schedule
from doe.evaluations.word_lengths import projections, word_lengths
from doe.model import Finding, Study, Trial
from doe.protocols import Evaluation

__all__ = [
    "EVALUATIONS",
    "THOROUGH",
    "Assumptions",
    "Figures",
    "Sensitivity",
    "evaluate",
    "figures",
    "informed",
    "is_balanced",
    "main_effects",
    "replicates_for",
    "sensitivity",
    "weakest",
    "worth",
]

Thorough: TypeAlias = Callable[[Study, Sequence[Trial], Assumptions], Finding | None]
"""An evaluation that may rest on assumptions; None where it does not apply."""

EVALUATIONS: Mapping[str, Evaluation] = {
    "balance": balance,
    "aliases": aliases,
    "degrees-of-freedom": degrees_of_freedom,
    "asked-interactions": asked_interactions,
    "schedule": schedule,
    "draws": draws,
}
"""What is said of every plan, before it is run."""

THOROUGH: Mapping[str, Thorough] = {
    "word-lengths": word_lengths,
    "projections": projections,
    "defining-relation": defining_relation,
    "alias-sets": alias_sets,
    "alias-structure": alias_structure,
    "interaction-aliases": interaction_aliases,
    "efficiency": efficiency,
    "inflation": inflation,
    "power": power,
    "interaction-power": interaction_power,
    "accuracy-power": accuracy_power,
    "chance": chance,
    "cost": cost,
}
"""What is said besides by ``doe plan``, which has more room and more time."""


def evaluate(study: Study, trials: Sequence[Trial], assumed: Assumptions | None = None) -> list[Finding]:
    """Every finding that can be had of a plan, the trials of its first replicate; the thorough ones if assumed."""
    findings = [evaluation(study, trials) for evaluation in EVALUATIONS.values()]
    if assumed is not None:
        findings += [evaluation(study, trials, assumed) for evaluation in THOROUGH.values()]
    return [finding for finding in findings if finding is not None]
