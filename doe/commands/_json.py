"""The one JSON schema of all commands (docs/json.md)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from doe.model import Completed, Failed, Finding, Outcome, Study, Trial
from doe.reports import plain


def print_json(
    study: Study, status: str, trials: Iterable[dict[str, Any]], findings: Sequence[Finding], **more: object
) -> None:
    """Print one object on stdout."""
    page = {
        "study": study.name,
        "digest": study.digest,
        "status": status,
        "design": study.design,
        "objective": {"response": study.objective.response, "goal": study.objective.goal},
        "trials": list(trials),
        **more,
    }
    print_page(page, findings)


def print_page(page: dict[str, Any], findings: Sequence[Finding]) -> None:
    """Print a page and its findings as one object."""
    whole = _finite(page) | {"findings": [plain(finding) for finding in findings]}
    typer.echo(json.dumps(whole, indent=2, allow_nan=False))


def planned(trial: Trial, status: str = "planned") -> dict[str, Any]:
    """A trial of which nothing is known yet."""
    return _row(trial, status)


def ended(study: Study, outcome: Outcome) -> dict[str, Any]:
    """A trial and what became of it."""
    match outcome:
        case Completed(trial, readings, seconds):
            row = _row(trial, "completed") | {"responses": dict(readings[-1].metrics), "seconds": seconds}
            if study.within:
                counted = outcome.counted(study.within)
                row["readings"] = [{"epoch": r.epoch, "responses": dict(r.metrics)} for r in counted]
            return row
        case Failed(trial, kind, reason, seconds):
            return _row(trial, "failed") | {"seconds": seconds, "reason": reason, "kind": kind}


def _row(trial: Trial, status: str) -> dict[str, Any]:
    return {
        "run": trial.run,
        "replicate": trial.replicate,
        "seed": trial.seed,
        "status": status,
        "setting": dict(trial.setting),
        "responses": {},
        "seconds": None,
        "reason": None,
    }


def _finite(value: Any) -> Any:
    """NaN and the infinities, which JSON does not know, become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
