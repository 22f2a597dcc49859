"""``doe ui``: MLflow's pages on this folder's runs."""

from __future__ import annotations

import os
import subprocess
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
    surroundings = {**os.environ, **UI_ENVIRONMENT}
    done = subprocess.run(ui_command(folders.MLRUNS, port), check=False, env=surroundings)  # noqa: S603 - our own list
    raise typer.Exit(done.returncode)
