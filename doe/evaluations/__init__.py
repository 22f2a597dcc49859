"""The shelf of evaluations. To add one: write a function beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doe.evaluations.aliases import aliases
from doe.evaluations.balance import balance
from doe.evaluations.degrees_of_freedom import degrees_of_freedom
from doe.model import Finding, Study, Trial
from doe.protocols import Evaluation

__all__ = ["EVALUATIONS", "evaluate"]

EVALUATIONS: Mapping[str, Evaluation] = {
    "balance": balance,
    "aliases": aliases,
    "degrees-of-freedom": degrees_of_freedom,
}


def evaluate(study: Study, trials: Sequence[Trial]) -> list[Finding]:
    """Every finding that can be had of a plan: the trials of its first replicate."""
    findings = (evaluation(study, trials) for evaluation in EVALUATIONS.values())
    return [finding for finding in findings if finding is not None]
