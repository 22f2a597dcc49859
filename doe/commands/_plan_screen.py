"""A judged plan on the screen, and as one JSON object (docs/json.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from doe.commands._json import print_page
from doe.commands._judge import Judged
from doe.commands._plan import note_lines
from doe.commands._rows import shown_level, slides
from doe.concluding import design_of
from doe.evaluations import EVALUATIONS
from doe.model import Cell, Finding, Study, Trial
from doe.reports import finding_on_screen

MOST_RUNS, MOST_ROWS = 36, 12
"""Runs, and rows of another table, that are shown on the screen; of longer ones the first are."""

ROUNDING = 1e-9
"""How far from one an efficiency may be and still be one."""

SAID_FIRST = frozenset({*EVALUATIONS, "detect", "defining-relation"})
"""Findings whose notes stand together above the tables."""

IN_A_SENTENCE = frozenset({"balance", "aliases", "defining-relation", "asked-interactions"})
"""Findings whose table is long, and whose note says it: the alias structure tells the rest in words."""

IN_SETS = frozenset({"alias-structure", "interaction-aliases"})
"""Findings that say the same as the complete alias structure, where nothing is aliased in part."""


def judged_text(judged: Judged) -> str:
    """What is planned, what it means, and the tables behind it."""
    first = [finding for finding in judged.findings if finding.name in SAID_FIRST and finding.note]
    hidden = IN_A_SENTENCE | said_in_sets(judged.findings)
    tables = [replace(f, note="") if f in first else f for f in judged.findings if f.name not in hidden]
    runs = runs_table(judged.study, judged.order[:MOST_RUNS])
    lines = [
        *heading(judged),
        "",
        finding_on_screen(factors_table(judged.study)),
        "",
        *([finding_on_screen(runs), *_more(len(judged.order), MOST_RUNS, "--to FILE.csv")] if runs.table else []),
        "",
        f"  {judged.size}",
        *(line for finding in first for line in note_lines(finding)),
    ]
    for finding in tables:
        cut = replace(finding, table=() if _perfect(finding) else finding.table[:MOST_ROWS])
        lines += ["", finding_on_screen(cut), *(_more(len(finding.table), MOST_ROWS, "--json") if cut.table else ())]
    return "\n".join([*lines, ""])


def heading(judged: Judged) -> Iterator[str]:
    """What the study is about, in a line or two."""
    study = judged.study
    if judged.plan:
        objective = study.objective
        aim = objective.goal if objective.target is None else f"hit {objective.target:g}"
        yield f"{study.name} · {study.trainer} on {judged.plan.description} · {aim} {objective.response}"
    else:
        yield f"{study.name} · {design_of(study).summary}"
    if study.question:
        yield study.question
    if not judged.runs:
        yield "Each run is chosen in the light of those before it: there is no plan to judge."


def factors_table(study: Study) -> Finding:
    """The factors, their levels and, of an array, their columns."""
    columns = design_of(study).columns(study)
    rows: list[Mapping[str, Cell]] = []
    for factor in study.factors:
        levels = "  ".join(shown_level(level) for level in factor.levels)
        row: dict[str, Cell] = {"factor": factor.name, "levels": levels, "role": factor.role}
        if columns:
            row["column"] = columns.get(factor.name)
        rows.append(row)
    return Finding("factors", "Factors", tuple(rows), " ".join(slides(study)))


def runs_table(study: Study, order: Sequence[Trial]) -> Finding:
    """The trials as they would begin."""
    rows: list[Mapping[str, Cell]] = []
    for trial in order:
        row: dict[str, Cell] = {"run": trial.run}
        if study.replicates > 1:
            row["replicate"] = trial.replicate
        rows.append(row | {name: shown_level(level) for name, level in trial.setting.items()})
    return Finding("runs", "Runs, in the order in which they begin", tuple(rows))


def said_in_sets(findings: Sequence[Finding]) -> frozenset[str]:
    """The findings that only say what the complete alias structure does, where there is one and nothing is in parts."""
    shares = [row["share"] for f in findings if f.name in {"aliases", "interaction-aliases"} for row in f.table]
    sets = any(finding.name == "alias-sets" for finding in findings)
    return IN_SETS if sets and all(share == 1 for share in shares) else frozenset()


def print_judged(judged: Judged) -> None:
    """Print one object, every digit kept."""
    study, numbers = judged.study, judged.figures
    page: dict[str, Any] = {}
    if judged.plan:
        objective = {"response": study.objective.response, "goal": study.objective.goal}
        page = {"study": study.name, "digest": study.digest, "objective": objective}
    aliases = [row for f in judged.findings if f.name in {"aliases", "interaction-aliases"} for row in f.table]
    page |= {
        "status": "planned",
        "design": study.design,
        "replicates": study.replicates,
        "runs": [dict(trial.setting) for trial in judged.order if trial.replicate == 1],
        "strength": numbers.strength,
        "gwlp": None if numbers.gwlp is None else list(numbers.gwlp),
        "aliases": [dict(row) for row in aliases],
        "error_df": numbers.error_df,
    }
    print_page(page, judged.findings)


def _perfect(finding: Finding) -> bool:
    """Whether a table holds nothing but ones, which its note says in a sentence."""
    cells = [cell for row in finding.table for cell in row.values() if not isinstance(cell, str)]
    return bool(cells) and all(isinstance(cell, float) and abs(cell - 1) < ROUNDING for cell in cells)


def _more(rows: int, most: int, where: str) -> list[str]:
    return [f"  ... and {rows - most:,} more; {where} has all"] if rows > most else []
