"""A number that the data are drawn by is nothing to choose."""

from __future__ import annotations

import pytest

from doe.evaluations import evaluate
from doe.model import Factor, Objective, Role, Study


@pytest.mark.parametrize(
    ("name", "role", "warned"), [("fold", "control", True), ("split", "noise", False), ("width", "control", False)]
)
def test_a_fold_among_the_control_factors_is_named(name: str, role: Role, warned: bool) -> None:
    """With what to type instead; as noise it is what it should be."""
    study = Study("any", "l4", (Factor("a", (1, 2)), Factor(name, (0, 1), role=role)), Objective("score"), "any")
    found = [finding for finding in evaluate(study, ()) if finding.name == "draws"]
    assert bool(found) == warned
    if warned:
        assert found[0].warns
        assert "--factor fold:noise=0,1" in found[0].note
