"""The shelf of analyses. To add one: write a function beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Mapping

from doe.analyses._told import chances, suspected
from doe.analyses.anova import anova
from doe.analyses.box_cox import box_cox
from doe.analyses.box_meyer import box_meyer
from doe.analyses.canonical import canonical
from doe.analyses.classes import classes
from doe.analyses.comparisons import comparisons
from doe.analyses.confirmation import confirmation, trainings_each
from doe.analyses.contributions import contributions
from doe.analyses.desirability import desirability
from doe.analyses.diagnostics import diagnostics
from doe.analyses.effect_sizes import effect_sizes
from doe.analyses.failures import failures
from doe.analyses.interaction_screen import interaction_screen
from doe.analyses.interactions import interactions
from doe.analyses.lack_of_fit import lack_of_fit
from doe.analyses.lenth import lenth
from doe.analyses.logit import logit
from doe.analyses.optimum import best_settings, optimum
from doe.analyses.pareto import pareto
from doe.analyses.refinement import best_searched, refinement
from doe.analyses.repair import repair
from doe.analyses.response_table import response_table
from doe.analyses.ridge import ridge
from doe.analyses.sampling_noise import sampling_noise
from doe.analyses.signal_to_noise import signal_to_noise
from doe.analyses.surface import surface
from doe.model import Finding, Results
from doe.protocols import Analysis

__all__ = ["ANALYSES", "analyze", "best_searched", "best_settings", "chances", "suspected", "trainings_each"]

ANALYSES: Mapping[str, Analysis] = {
    "response-table": response_table,
    "signal-to-noise": signal_to_noise,
    "anova": anova,
    "effect-sizes": effect_sizes,
    "comparisons": comparisons,
    "interactions": interactions,
    "interaction-screen": interaction_screen,
    "lack-of-fit": lack_of_fit,
    "contributions": contributions,
    "lenth": lenth,
    "box-meyer": box_meyer,
    "repair": repair,
    "logit": logit,
    "sampling-noise": sampling_noise,
    "diagnostics": diagnostics,
    "box-cox": box_cox,
    "failures": failures,
    "surface": surface,
    "canonical": canonical,
    "ridge": ridge,
    "optimum": optimum,
    "pareto": pareto,
    "desirability": desirability,
    "refinement": refinement,
    "confirmation": confirmation,
    "classes": classes,
}


def analyze(results: Results) -> list[Finding]:
    """Every finding that these results support, in the order of the shelf; the same digits on however many cores."""
    from threadpoolctl import threadpool_limits

    # Threads that wait for one another on a busy machine make small matrices take a hundred times as long.
    with threadpool_limits(limits=1, user_api="blas"):
        findings = [analysis(results) for analysis in ANALYSES.values()]
    return [finding for finding in findings if finding is not None]
