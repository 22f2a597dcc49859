"""The nouns of an experiment: frozen values that every other module speaks in."""

from doe.model._asked import Asked, Goal, Objective, Sums
from doe.model._differences import difference
from doe.model._outcome import FINAL, Completed, Failed, Finding, Kind, Outcome, Reading, Results, Trial
from doe.model._phase import Phase, PhaseName
from doe.model._plan import Factor, Role, Scale, Study
from doe.model._sliding import Sliding
from doe.model._values import Cell, DoeError, Level, Metrics, Setting, StudyError, is_number, shown

__all__ = [
    "FINAL",
    "Asked",
    "Cell",
    "Completed",
    "DoeError",
    "Factor",
    "Failed",
    "Finding",
    "Goal",
    "Kind",
    "Level",
    "Metrics",
    "Objective",
    "Outcome",
    "Phase",
    "PhaseName",
    "Reading",
    "Results",
    "Role",
    "Scale",
    "Setting",
    "Sliding",
    "Study",
    "StudyError",
    "Sums",
    "Trial",
    "difference",
    "is_number",
    "shown",
]
