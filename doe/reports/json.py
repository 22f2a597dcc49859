"""Findings as JSON, in full precision."""

from __future__ import annotations

import json as notation
import math
from typing import Any

from doe.model import Cell, Finding
from doe.protocols import Account


def json(account: Account) -> str:
    """One object: the study's name and digest, or the table's name, and the findings."""
    study = account.study
    page: dict[str, Any] = {"study": study.name, "digest": study.digest} if study else {"table": account.name}
    page |= {"findings": [plain(finding) for finding in account.findings]}
    return notation.dumps(page, indent=2, ensure_ascii=False, allow_nan=False)


def plain(finding: Finding) -> dict[str, Any]:
    """A finding as JSON has it: name, title, note and table; what is not a finite number is null."""
    table = [{name: _finite(cell) for name, cell in row.items()} for row in finding.table]
    return {"name": finding.name, "title": finding.title, "note": finding.note, "table": table}


def _finite(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
