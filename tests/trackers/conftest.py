"""An open journal, what of it stands in an MLflow database, and a server over one."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doe.journal import Journal
from doe.trackers import UI_ENVIRONMENT, ui_command
from tests.trackers.journals import Rows


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal in its usual place."""
    with Journal(tmp_path / "mlruns" / "studies" / "wheels" / "journal.jsonl") as opened:
        yield opened


@pytest.fixture
def rows() -> Callable[[Path], Rows]:
    """Return what reads all tables of a database as they are."""

    def read_tables(file: Path) -> Rows:
        with closing(sqlite3.connect(file)) as database:
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}

    return read_tables


@pytest.fixture
def content() -> Callable[[Path], list[Any]]:
    """Return what reads the runs of a database without their random numbers."""

    def read_runs(file: Path) -> list[Any]:
        with closing(sqlite3.connect(file)) as database:

            def of(table: str, run: str, columns: str) -> list[Any]:
                return sorted(database.execute(f"SELECT {columns} FROM {table} WHERE run_uuid = ?", (run,)), key=repr)

            runs = list(database.execute("SELECT run_uuid, name, status, start_time, end_time FROM runs"))
            names = {run: name for run, name, *_ in runs}
            return sorted(
                (
                    described,
                    [(key, names.get(value, value)) for key, value in of("tags", run, "key, value")],
                    of("params", run, "key, value"),
                    of("metrics", run, "key, value, timestamp, step, is_nan"),
                    of("latest_metrics", run, "key, value, timestamp, step, is_nan"),
                )
                for run, *described in runs
            )

    return read_runs


class Server:
    """MLflow's server over an output folder, as ``doe ui`` starts it; it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        """Find a free port."""
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self.command = ui_command(folder / "mlruns", self.port)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = self.folder / "server.log"
        command, environment = self.command, {**os.environ, **UI_ENVIRONMENT}
        with log.open("ab") as file:
            # a session of its own, so that its workers can be killed with it
            self._process = subprocess.Popen(
                command, stdout=file, stderr=file, cwd=self.folder, env=environment, start_new_session=True
            )
        end = time.monotonic() + 90  # a busy machine takes thirty seconds
        while not self._answers():
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.5)

    def kill(self) -> None:
        """Kill it at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Yield a server that is not yet started."""
    (tmp_path / "mlruns").mkdir(exist_ok=True)
    made = Server(tmp_path)
    yield made
    made.kill()
