"""From a study's results, or a table's, to the account that every report is written from, and to its file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from doe.advising import next_steps
from doe.analyses import analyze
from doe.evaluations import EVALUATIONS, THOROUGH, informed
from doe.history import History
from doe.model import DoeError, Finding, Results, Setting, Study, Trial
from doe.plots import PLOTS, save
from doe.protocols import Account
from doe.provenance import versions
from doe.reports import REPORTS, first_frame, shots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES: Mapping[str, str] = {
    ".html": "html",
    ".pdf": "pdf",
    ".md": "markdown",
    ".docx": "docx",
    ".tex": "latex",
}
"""The report that each file name asks for."""

BESIDE: Mapping[str, str] = {".md": ".png", ".tex": ".pdf"}
"""Pages that cannot hold a figure, and as what their figures lie beside them."""

MOST_RUNS = 300
"""Runs up to which a report judges the plan thoroughly."""

OF_PLANS = frozenset({"cost", "word-lengths", "projections", "efficiency", "inflation", "interaction-aliases"})
"""Evaluations that matter where a plan is chosen, and no more once it is run."""


class ReportError(DoeError):
    """A report cannot be written."""


def account_of_study(study: Study, results: Results, findings: Sequence[Finding], history: History) -> Account:
    """All there is to tell of a study; the plan is judged by the runs that completed."""
    opened = history.opened
    bare = Account(study.name, results, tuple(findings), study, opened=tuple(opened))
    date = datetime.fromtimestamp(opened[-1]["time"], UTC).date().isoformat() if opened else ""
    runs = {trial.run: trial for trial in sorted((o.trial for o in results.completed), key=lambda trial: trial.key)}
    trials = [replace(trial, replicate=1) for trial in runs.values()]
    judged = _judged(study, trials, results, findings)
    return replace(
        bare,
        evaluations=tuple(judged),
        figures=figures_of(results),
        date=date,
        next=_next(study, results, findings, history),
    )


def account_of_table(path: Path, results: Results, command: str) -> Account:
    """All there is to tell of a table from elsewhere; its settings are judged as if they had been planned."""
    import hashlib

    findings = analyze(results)
    study, trials = _as_planned(path, results)
    judged = _judged(study, trials, results, findings)
    data = f"{path.name}, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return Account(
        path.name,
        results,
        tuple(findings),
        evaluations=tuple(replace(finding, note=_of_a_table(finding.note)) for finding in judged),
        figures=figures_of(results),
        opened=({"data": data, "versions": versions(), "command": command},),
        date=datetime.now(UTC).date().isoformat(),
    )


def figures_of(results: Results) -> dict[str, Figure]:
    """Every figure that can be drawn of these results; names with a dollar sign are not read as formulas."""
    from matplotlib import rc_context

    with rc_context({"text.parse_math": False}):
        drawn = {name: plot(results) for name, plot in PLOTS.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}


def check_suffix(path: Path) -> None:
    """Refuse a name that says nothing of what is wanted.

    Raises:
        ReportError: It ends in none of the suffixes of a report.
    """
    if path.suffix.lower() not in SUFFIXES:
        *most, last = SUFFIXES
        wanted = f"{', '.join(most)} or {last}"
        raise ReportError(f"--to {path}: wanted a name that ends in {wanted}, not {path.suffix or 'nothing'!r}")


def report_as(name: str, account: Account) -> bytes:
    """The report of that name."""
    page = REPORTS[name](account)
    return page.encode() if isinstance(page, str) else page


def write_report(account: Account, path: Path) -> list[Path]:
    """Write the report that the path's suffix asks for, its figures beside it where it cannot hold them; say where.

    Raises:
        ReportError: Another suffix, or a place that cannot be written.
    """
    check_suffix(path)
    suffix = path.suffix.lower()
    # the folder's name goes into the page, where letters with a meaning of their own would break it
    account = replace(account, beside=f"{re.sub(r'[^A-Za-z0-9.-]+', '-', path.stem)}-figures")
    page, files = report_as(SUFFIXES[suffix], account), [path]
    try:
        path.write_bytes(page)
        if suffix in BESIDE:
            _write_beside(account, path.parent / account.beside, suffix, files)
    except OSError as error:
        raise ReportError(f"cannot write {files[-1]}: {error.strerror}") from None
    return files


def _write_beside(account: Account, folder: Path, suffix: str, files: list[Path]) -> None:
    """Write the figures that a page cannot hold, and what trainers have drawn, into a folder; LaTeX knows no GIF."""
    shown = shots(account)
    if account.figures or shown:
        folder.mkdir(exist_ok=True)
    for name, figure in account.figures.items():
        files.append(folder / f"{name}{BESIDE[suffix]}")
        save(figure, files[-1])
    for shot in shown:
        files.append(folder / f"{shot.name}{'.png' if suffix == '.tex' else shot.file.suffix}")
        files[-1].write_bytes(first_frame(shot.file)[0].getvalue() if suffix == ".tex" else shot.file.read_bytes())


def _judged(study: Study, trials: Sequence[Trial], results: Results, findings: Sequence[Finding]) -> list[Finding]:
    """What can be said of the runs that completed; of one alone, and of very many, only the least."""
    found = [evaluation(study, trials) for evaluation in EVALUATIONS.values()]
    if 1 < len(trials) <= MOST_RUNS:
        assumed = informed(results, findings)
        found += [evaluate(study, trials, assumed) for name, evaluate in THOROUGH.items() if name not in OF_PLANS]
    return [finding for finding in found if finding is not None]


def _of_a_table(note: str) -> str:
    """What is said of a plan, without the options of commands that only a study has."""
    return re.sub(r"--replicates (\d+) leaves", r"\1 replicates of each run would leave", note)


def _as_planned(path: Path, results: Results) -> tuple[Study, list[Trial]]:
    """A table as the study that could have brought it, and the first replicate of its runs."""
    names = [factor.name for factor in results.factors if factor.role != "within"]
    response = results.objective.response
    rows = results.table.dropna(subset=[response])
    own = {factor.name: {level: level for level in factor.levels} for factor in results.factors}
    found: dict[tuple[object, ...], Setting] = {}
    for values in zip(*(rows[name].tolist() for name in names), strict=True):
        found.setdefault(values, {name: own[name].get(level, level) for name, level in zip(names, values, strict=True)})
    readings = len(next((factor.levels for factor in results.factors if factor.role == "within"), (None,)))
    replicates = max(1, len(rows) // (len(found) * readings)) if found else 1
    study = Study(
        path.stem, "table", results.factors, results.objective, "", replicates=replicates, analysis=results.asked
    )
    return study, [Trial(number, 1, 0, setting) for number, setting in enumerate(found.values(), start=1)]


def _next(study: Study, results: Results, findings: Sequence[Finding], history: History) -> tuple[tuple[str, str], ...]:
    """What would tell more, and the command that does it."""
    steps = next_steps(study, results, findings, history)
    return tuple((f"{step.why[0].upper()}{step.why[1:]} ({step.price})", step.command) for step in steps)
