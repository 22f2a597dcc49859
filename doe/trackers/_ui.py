"""MLflow's own user interface over an output folder: the command that serves it, and the page to open."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

from doe.trackers._store import VIEW, local

UI_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # else eight idle processes stand ready to judge language models
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}
"""What the server's environment should hold besides what is there."""


def ui_command(mlruns: Path, port: int) -> list[str]:
    """The command line of the server, which can be reached from this machine only."""
    uri, artifacts = local(mlruns)
    return [
        *(sys.executable, "-m", "mlflow", "ui"),
        *("--backend-store-uri", uri),
        *("--artifacts-destination", str(artifacts)),
        *("--host", "127.0.0.1"),
        *("--port", str(port)),
        # one is enough for one person, and each takes 120 MB
        *("--workers", "1"),
    ]


def ui_page(mlruns: Path, port: int, study: str | None = None) -> str:
    """The address at which the trials of a study stand, best first, with their factors; without a study, all studies.

    By itself, MLflow folds the trials away under the study, and shows neither params nor metrics.
    """
    start = f"http://127.0.0.1:{port}/#/experiments"
    query = "SELECT experiment_id FROM experiments WHERE name = ? AND lifecycle_stage = 'active'"
    file = mlruns.absolute() / "mlflow.db"
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        for (experiment,) in database.execute(query, (study,)):
            return f"{start}/{experiment}/runs?workflowType=machine_learning&viewStateShareKey={VIEW}"
    return f"{start}?workflowType=machine_learning"
