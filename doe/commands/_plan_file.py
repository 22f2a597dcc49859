"""A judged plan as a file: the table of its runs, or a page with all there is to say."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from doe.commands._judge import Judged
from doe.commands._plan_page import plan_page
from doe.loading import guarded
from doe.model import StudyError

SUFFIXES = (".csv", ".html")


def check_suffix(path: Path) -> None:
    """Refuse a name that says nothing of what is wanted.

    Raises:
        StudyError: It ends neither in .csv nor in .html.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise StudyError(f"--to {path}: wanted a name that ends in .csv or .html, not {path.suffix or 'nothing'!r}")


def write_plan(judged: Judged, path: Path) -> None:
    """Write the table in run order, or the page.

    Raises:
        StudyError: There is no table, or the place cannot be written.
    """
    text = _table(judged) if path.suffix.lower() == ".csv" else plan_page(judged)
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise StudyError(f"cannot write {path}: {error.strerror}") from None


def _table(judged: Judged) -> str:
    study = judged.study
    if not judged.order:
        raise StudyError(f"{study.design} chooses each run in the light of those before it: there is no table to write")
    names = [factor.name for factor in study.array_factors]
    numbers = ["run", "replicate"] if study.replicates > 1 else ["run"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(map(guarded, [*numbers, *names]))
    for trial in judged.order:
        values = [*(getattr(trial, number) for number in numbers), *(trial.setting[name] for name in names)]
        writer.writerow(map(guarded, values))
    return out.getvalue()
