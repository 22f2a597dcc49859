"""Findings as a page of Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doe.model import Cell, Finding, Study
from doe.reports._numbers import column, is_number


def markdown(study: Study, findings: Sequence[Finding]) -> str:
    """A heading, a sentence or two and a table for each finding, in order."""
    parts = [f"# {study.name}: {study.objective.response} of {study.trainer}", study.question]
    for finding in findings:
        parts += [f"## {finding.title}", finding.note, _table(finding.table)]
    return "\n\n".join(part for part in parts if part)


def _table(rows: Sequence[Mapping[str, Cell]]) -> str:
    if not rows:
        return ""
    columns = {name: column(name, [row[name] for row in rows]) for name in rows[0]}
    sides = ["---:" if all(map(is_number, cells)) else ":---" for cells in columns.values()]
    lines = [list(columns), sides, *zip(*columns.values(), strict=True)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
