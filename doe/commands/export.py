"""``doe export``: copy a study's journal to where others look for it."""

from __future__ import annotations

from typing import Annotated

import typer

from doe import folders
from doe.concluding import recall, write_files
from doe.loading import nearest
from doe.model import StudyError
from doe.working import open_tracker
from doe.trackers import export as copy_journal

TARGETS = ("mlflow",)


def export(
    target: Annotated[str, typer.Argument(help="mlflow.")],
    study: Annotated[str, typer.Argument(help="A study that was begun: its name, or the beginning of it.")],
    tracking_uri: Annotated[
        str | None, typer.Option(help="An MLflow server or database; else mlruns/mlflow.db.")
    ] = None,
) -> None:
    """Copy a study to MLflow; done twice, it changes nothing."""
    if target not in TARGETS:
        raise StudyError(f"no export to {target!r}; {nearest(target, TARGETS)}")
    conducted = recall(study)
    name = conducted.study.name
    copy_journal(folders.journal_of(name), open_tracker(tracking_uri), write_files(conducted))
    typer.echo(f"{name}: {conducted.completed} completed and {conducted.failed} failed trials are in MLflow")
