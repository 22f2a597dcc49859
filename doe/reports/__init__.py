"""The shelf of reports. To add one: write a function beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Mapping

from doe.protocols import Report
from doe.reports._drawn import shots
from doe.reports._figures import first_frame
from doe.reports.docx import docx
from doe.reports.html import html
from doe.reports.json import json, plain
from doe.reports.latex import latex
from doe.reports.markdown import markdown
from doe.reports.pdf import pdf
from doe.reports.screen import finding_on_screen, screen

__all__ = ["REPORTS", "finding_on_screen", "first_frame", "plain", "shots"]

REPORTS: Mapping[str, Report] = {
    "screen": screen,
    "markdown": markdown,
    "json": json,
    "html": html,
    "pdf": pdf,
    "docx": docx,
    "latex": latex,
}
