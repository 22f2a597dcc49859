"""The door to MLflow: its address, its database, and how long it may let others wait."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from doe.model import DoeError
from doe.mounts import networked
from doe.provenance import without_secrets

if TYPE_CHECKING:
    from mlflow import MlflowClient

SQLITE = "sqlite:///"
ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # MLflow's own patience with a server that is gone is seven minutes a call
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    # standard output is for doe --json
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
VIEW = "doe"
"""The name of the view that the user interface opens."""
TALKATIVE = ("mlflow.store.db.utils", "alembic.runtime.migration", "urllib3.connectionpool")


class TrackerError(DoeError):
    """A tracker cannot be reached or written."""


def local(mlruns: Path) -> tuple[str, Path]:
    """The address of the MLflow database in an output folder, and the folder of its files."""
    folder = mlruns.absolute()
    return f"{SQLITE}{folder / 'mlflow.db'}", folder / "artifacts"


def shown(uri: str) -> str:
    """An address as it may stand on a screen: without who logs in with what."""
    return without_secrets(uri)


def database(uri: str) -> Path | None:
    """The file of a sqlite address; None for a server."""
    return Path(uri.removeprefix(SQLITE)) if uri.startswith(SQLITE) else None


def connect(uri: str, artifacts: Path | None) -> MlflowClient:
    """Reach MLflow; a sqlite database that is missing is made."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import mlflow

    for name in TALKATIVE:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            # what goes wrong is said once, in one line, by whoever called
            logger.setLevel(logging.CRITICAL)
    if (file := database(uri)) is not None:
        make_database(file, artifacts, _template())
        _renew_connections(uri, artifacts)
    return mlflow.MlflowClient(uri)


def make_database(file: Path, artifacts: Path | None, template: Path) -> None:
    """Make an empty MLflow database unless there is one; any number of processes may do so at once.

    MLflow takes seconds to make one (it replays the history of its schema), and breaks when two processes make the
    same one, so an empty one is kept as a template.
    """
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".mlflow-", ignore_cleanup_errors=True) as folder:
        fresh = Path(folder) / file.name
        try:
            shutil.copyfile(template, fresh)
        except OSError:
            _create(fresh)
            _offer(fresh, template)
        if artifacts is not None:
            root = (artifacts.absolute() / "0").as_uri()
            _execute(fresh, "UPDATE experiments SET artifact_location = ? WHERE experiment_id = 0", root)
        if networked(file.parent):
            # its log is memory of the file's, which machines do not share and a file server may take away (SIGBUS)
            _execute(fresh, "PRAGMA journal_mode = DELETE")  # sqlite.org/wal.html, "Disadvantages"
        # unlike a rename, a link never replaces what another process has put there meanwhile
        with contextlib.suppress(FileExistsError):
            os.link(fresh, file)


def _template() -> Path:
    import mlflow

    return platformdirs.user_cache_path("doe") / f"mlflow-{mlflow.__version__}.db"


def _create(file: Path) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(f"{SQLITE}{file}", str(file.parent))
    store.engine.dispose()
    # readers (the user interface) and the writer do not wait for each other; the file remembers it
    _execute(file, "PRAGMA journal_mode = WAL")


def _offer(fresh: Path, template: Path) -> None:
    """Keep a copy for the next time; without a place for it, the next time takes as long."""
    with contextlib.suppress(OSError):
        template.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=template.parent) as folder:
            shutil.copyfile(fresh, Path(folder) / template.name)
            (Path(folder) / template.name).replace(template)


def _execute(file: Path, statement: str, *values: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement, values)


def _renew_connections(uri: str, artifacts: Path | None) -> None:
    """Let go of connections to a file that was deleted since, and have new ones wait for the disk less often."""
    import sqlalchemy
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    engine = SqlAlchemyStore(uri, str(artifacts or "mlruns")).engine
    if not sqlalchemy.event.contains(engine, "connect", _hurry):
        sqlalchemy.event.listen(engine, "connect", _hurry)
    engine.dispose()


def _hurry(connection: Any, _record: object) -> None:
    # after a power cut the last commits may be missing, never torn; the journal has them
    connection.execute("PRAGMA synchronous = NORMAL")
