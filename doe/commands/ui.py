"""``doe ui``: MLflow's pages on this folder's runs."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from doe import folders
from doe.model import StudyError
from doe.trackers import UI_ENVIRONMENT, ui_command, ui_page


def ui(
    study: Annotated[str | None, typer.Argument(help="A study that was begun; its trials are opened.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port on this machine.")] = 5000,
) -> None:
    """Open MLflow's pages on mlruns/, for this machine only, until ctrl-C."""
    if not (folders.MLRUNS / "mlflow.db").exists():
        raise StudyError(f"no {folders.MLRUNS / 'mlflow.db'} here; doe run makes it")
    begun = folders.find_begun(study) if study else folders.latest()
    typer.echo(f"{ui_page(folders.MLRUNS, port, begun)}\nctrl-C ends it", err=True)
    sys.stderr.flush()
    command = ui_command(folders.MLRUNS, port)
    # in place of this process, so that what ends the command ends the server
    os.execve(command[0], command, {**os.environ, **UI_ENVIRONMENT})  # noqa: S606 - an argument list of our own
