"""``doe export``: copy a study's journal to where others look for it."""

from __future__ import annotations

from typing import Annotated

import typer

from doe import addresses, folders
from doe.commands._options import Begun
from doe.concluding import recall, write_files
from doe.loading import nearest
from doe.model import StudyError
from doe.trackers import TRACKERS, shown
from doe.trackers import export as copy_journal
from doe.working import open_tracker

TARGETS = ("mlflow", "optuna")
STORAGE = "optuna.db"
"""The file in ``mlruns`` that holds what was exported to Optuna."""


def export(
    target: Annotated[str, typer.Argument(help="mlflow or optuna.")],
    study: Begun,
    tracking_uri: Annotated[
        str | None, typer.Option(help="An MLflow server or database; else mlruns/mlflow.db.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="An Optuna storage: sqlite:///FILE or FILE.log; else mlruns/optuna.db.")
    ] = None,
) -> None:
    """Copy a study to MLflow, or to a storage that optuna-dashboard opens; done twice, it changes nothing."""
    if target not in TARGETS:
        raise StudyError(f"no export to {target!r}; {nearest(target, TARGETS)}")
    for option, given, owner in (("--tracking-uri", tracking_uri, "mlflow"), ("--to", to, "optuna")):
        if given is not None and target != owner:
            raise StudyError(f"{option} is for doe export {owner}")
    conducted = recall(study)
    for warning in addresses.warnings(None, to or tracking_uri, on_ray=False):
        typer.echo(warning, err=True)
    name = conducted.study.name
    said = f"{name}: {conducted.completed} completed and {conducted.failed} failed trials are in"
    if target == "optuna":
        place = to or f"sqlite:///{folders.MLRUNS / STORAGE}"
        copy_journal(folders.journal_of(name), TRACKERS["optuna"](place, None))
        typer.echo(f"{said} {shown(place)}; optuna-dashboard {shown(place)} shows them")
        return
    copy_journal(folders.journal_of(name), open_tracker(tracking_uri), write_files(conducted))
    typer.echo(f"{said} MLflow")
