"""The plan as text: what will be run, and what can be said of it before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

from doe.commands._rows import shown_level, slides
from doe.concluding import design_of
from doe.model import Finding, Study
from doe.running import Manner, Plan

WIDTH = 100
"""Columns of a screen."""

MOST = 36
"""Runs that are listed; of a longer design the first ones are."""


def plan_text(plan: Plan, manner: Manner) -> str:
    """All that is worth knowing before the first trial begins."""
    study = plan.study
    lines = [
        f"{study.name} · {_aim(study)}",
        *wrap(f"{study.trainer} on {plan.description}", WIDTH),
        *(wrap(study.question, WIDTH) if study.question else []),
        *(line for text in _demo(plan) for line in wrap(text, WIDTH)),
        "",
        *_factors(study, design_of(study).columns(study)),
        *(line for text in slides(study) for line in wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")),
        "",
        *_runs(plan),
        "",
        f"  {_size(plan)} · {manner.chosen} executor",
        *(line for finding in plan.findings if finding.note for line in note_lines(finding)),
        "  · what it costs is told from the first epoch on",
        "",
    ]
    return "\n".join(lines)


def note_lines(finding: Finding) -> list[str]:
    """What a finding says, marked where it warns."""
    mark = "!" if finding.warns else "·"
    return wrap(finding.note, WIDTH, initial_indent=f"  {mark} ", subsequent_indent="    ")


def _aim(study: Study) -> str:
    objective = study.objective
    return (
        f"hit {objective.target} {objective.response}"
        if objective.goal == "target"
        else f"{objective.goal} {objective.response}"
    )


def _demo(plan: Plan) -> Iterator[str]:
    demo = plan.prepared.demo
    if demo:
        told = ", ".join(f"{name} {shown_level(level)}" for name, level in demo.items())
        yield f"demo: {told}; --data FOLDER trains on yours, with the trainer's own defaults"
    constants = {n: v for n, v in plan.study.constants.items() if n not in demo}
    if constants:
        yield "held constant: " + ", ".join(f"{name} {shown_level(level)}" for name, level in constants.items())


def _factors(study: Study, columns: Mapping[str, int]) -> Iterator[str]:
    rows = [("factor", "levels", "role", "column" if columns else "")]
    for factor in study.factors:
        levels = "  ".join(shown_level(level) for level in factor.levels)
        rows.append((factor.name, levels, factor.role, str(columns.get(factor.name, ""))))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _runs(plan: Plan) -> Iterator[str]:
    if not plan.trials:
        yield "  each run is chosen in the light of those before it"
        return
    names = [factor.name for factor in plan.study.array_factors]
    rows = [[str(t.run), *(shown_level(t.setting[name]) for name in names)] for t in plan.trials[:MOST]]
    widths = [max(len(row[i]) for row in [["run", *names], *rows]) for i in range(len(names) + 1)]
    for row in [["run", *names], *rows]:
        yield "  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
    if len(plan.trials) > MOST:
        yield f"  ... and {len(plan.trials) - MOST} more"


def _size(plan: Plan) -> str:
    study = plan.study
    if not plan.trials:
        return f"{plan.total} trials by {study.design}"
    epochs = sum(plan.prepared.task(trial).epochs for trial in plan.trials) * study.replicates
    replicates = f"{study.replicates} replicate{'s' if study.replicates > 1 else ''}"
    return f"{len(plan.trials)} runs x {replicates} on {study.design} · {epochs} epochs"
