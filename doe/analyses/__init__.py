"""The shelf of analyses. To add one: write a function beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Mapping

from doe.analyses.anova import anova
from doe.analyses.optimum import optimum
from doe.analyses.response_table import response_table
from doe.analyses.signal_to_noise import signal_to_noise
from doe.model import Finding, Results
from doe.protocols import Analysis

__all__ = ["ANALYSES", "analyze"]

ANALYSES: Mapping[str, Analysis] = {
    "response-table": response_table,
    "signal-to-noise": signal_to_noise,
    "anova": anova,
    "optimum": optimum,
}


def analyze(results: Results) -> list[Finding]:
    """Every finding that these results support, in the order of the shelf."""
    findings = (analysis(results) for analysis in ANALYSES.values())
    return [finding for finding in findings if finding is not None]
