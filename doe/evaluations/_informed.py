"""What the trials of a study say of their own error, where its plan is judged after it was run."""

from __future__ import annotations

from collections.abc import Sequence

from doe.evaluations._assumptions import Assumptions
from doe.evaluations.power import Sensitivity
from doe.model import Finding, Results


def informed(results: Results, findings: Sequence[Finding]) -> Assumptions:
    """The standard deviation of one training, and what counting images does to an accuracy."""
    rows = [row for finding in findings if finding.name == "anova" for row in finding.table]
    squares = [row.get("mean_sq") for row in rows if row.get("term") in {"error", "error between trainings"}]
    error = next((float(square) for square in squares if square), 0.0)
    images = results.asked.trials_of
    mean = float(results.table[results.objective.response].mean()) if images else 0.0
    accuracy = mean if 0 < mean < 1 else None
    return Assumptions(sd=error**0.5 or None, accuracy=accuracy, images=images if accuracy else None)


def worth(tests: Sensitivity, name: str, replicates: int, sd: float | None, difference: float) -> str:
    """What so many replicates tell of a factor: the power for a difference, or without an error what is noticed."""
    assumed = Assumptions()
    noticed = tests.noticed(name, replicates, assumed) if name in tests.spreads else None
    if noticed is None:
        return ""
    if sd:
        return f"power {tests.power(name, replicates, difference / sd, assumed):.2f} for {difference:.3g}"
    return f"notices {noticed:.2g} standard deviations among seeds"
