"""A growing journal is copied while it grows, and no accident of the tracker reaches who writes it."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from doe.journal import Journal
from doe.journal import read as read_journal
from doe.trackers import Follower, Memory, Mlflow, TrackerError, export, local
from tests.trackers.journals import Rows, begin, complete, plan, read

SOON = 30.0
"""Seconds; a first import of MLflow on a busy machine takes ten."""


def wait_for(true: Callable[[], object]) -> float:
    """Wait until something is true, and return for how long."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < SOON, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture(params=["refuses", "never answers"])
def dead_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield the address of a server that is no use."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if request.param == "never answers":
            server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_readings_show_while_a_trial_runs(journal: Journal, tmp_path: Path) -> None:
    """A reading is in the database a second after it was written, a few on a busy machine."""
    plan(journal)
    begin(journal, 1)
    file = tmp_path / "mlflow.db"
    follower = Follower(journal.path, lambda: Mlflow(*local(tmp_path)), print)

    def count(table: str) -> int:
        with closing(sqlite3.connect(file)) as database:
            return int(database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])

    def has_metrics(wanted: int) -> bool:
        return count("metrics") == wanted

    wait_for(lambda: file.exists() and count("params") > 2)
    for epoch in (1, 2):
        read(journal, 1, epoch)
        follower.poke()
        assert wait_for(partial(has_metrics, 2 * epoch)) < 5
    read(journal, 1, 3)
    assert wait_for(partial(has_metrics, 6)) < 6  # unasked
    assert follower.finish([], SOON)


def test_live_equals_export(journal: Journal, tmp_path: Path, content: Callable[[Path], list[Any]]) -> None:
    """A study that was followed equals one that was exported afterwards."""
    plan(journal)
    follower = Follower(journal.path, lambda: Mlflow(*local(tmp_path / "live")), print)
    for run in range(1, 6):
        complete(journal, run)
        follower.poke()
        time.sleep(0.3)
    begin(journal, 6)
    assert follower.finish([], SOON)
    journal.close()
    export(journal.path, Mlflow(*local(tmp_path / "later")))
    assert content(tmp_path / "live" / "mlflow.db") == content(tmp_path / "later" / "mlflow.db")


def test_dead_server_delays_nobody(dead_server: str, journal: Journal, tmp_path: Path) -> None:
    """Without a server that answers, each call returns at once, it is said once, and the end is not waited for."""
    plan(journal)
    said: list[str] = []
    follower = Follower(
        journal.path,
        lambda: Mlflow(dead_server, None),
        said.append,
        f"MLflow at {dead_server}",
        "doe export mlflow wheels",
    )
    slowest = 0.0
    for run in range(1, 40):
        began = time.monotonic()
        complete(journal, run)
        follower.poke()
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.02)
    assert slowest < 2  # a call that waited for the server would have taken ten
    began = time.monotonic()
    assert not follower.finish([], 1.5)
    assert time.monotonic() - began < SOON
    (line,) = said  # once, be it that the server refused or that it has not answered yet
    assert line.startswith(f"MLflow at {dead_server} ")
    assert "doe export mlflow wheels" in line


def test_dead_server_keeps_no_process_alive(dead_server: str, journal: Journal) -> None:
    """A process ends when its work is done, though its tracker is still waiting."""
    plan(journal)
    program = f"""
import pathlib, sys, time
from doe.trackers import Follower, Mlflow
import mlflow
say = lambda line: print(line, file=sys.stderr)
follower = Follower(pathlib.Path({str(journal.path)!r}), lambda: Mlflow({dead_server!r}, None), say)
time.sleep(1)
follower.finish([], 0.5)
print(time.time())
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=SOON, check=True)
    assert time.time() - float(answer.stdout) < 5
    (line,) = answer.stderr.splitlines()
    assert line.startswith("MLflow "), answer.stderr


@pytest.mark.parametrize("held", [1.5, None], ids=["for a while", "for ever"])
def test_locked_database(held: float | None, journal: Journal, tmp_path: Path, rows: Callable[[Path], Rows]) -> None:
    """A database that another process holds is waited for, but not longer than the user's patience."""
    plan(journal)
    complete(journal, 1)
    Mlflow(*local(tmp_path)).write(list(read_journal(journal.path)))
    complete(journal, 2)
    with closing(sqlite3.connect(tmp_path / "mlflow.db", check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        follower = Follower(journal.path, lambda: Mlflow(*local(tmp_path)), print)
        if held is None:
            began = time.monotonic()
            assert not follower.finish([], 1)
            assert time.monotonic() - began < SOON
            other.rollback()
        else:
            threading.Timer(held, other.rollback).start()
            assert follower.finish([], SOON)
        # where it was given up, the thread may still be about its last call
        follower._thread.join(SOON)
    journal.close()
    export(journal.path, Mlflow(*local(tmp_path)))
    assert len(rows(tmp_path / "mlflow.db")["runs"]) == 3


def test_database_deleted_midway(journal: Journal, tmp_path: Path, rows: Callable[[Path], Rows]) -> None:
    """A database that is deleted while the study goes on is made again, with all that happened before."""
    plan(journal)
    complete(journal, 1)
    file, said = tmp_path / "mlflow.db", list[str]()
    follower = Follower(journal.path, lambda: Mlflow(*local(tmp_path)), said.append)
    wait_for(lambda: file.exists() and "FINISHED" in str(rows(file)["runs"]))
    for each in tmp_path.glob("mlflow.db*"):
        each.unlink()
    complete(journal, 2)
    wait_for(lambda: said)
    wait_for(file.exists)
    assert follower.finish([], SOON)
    assert "mlflow.db was deleted" in said[0]
    assert said[1:] == ["MLflow answers again, and has everything"]
    assert len(rows(file)["runs"]) == 3


def test_goes_on_after_failures(journal: Journal) -> None:
    """A tracker that fails is opened anew, and then has every line; what went wrong is said once."""
    memory, said, calls = Memory(), list[str](), list[int]()

    class Moody:
        """Fails at first."""

        def write(self, lines: Sequence[Mapping[str, Any]]) -> None:
            """Fail twice, then write."""
            calls.append(len(lines))
            if len(calls) <= 2:
                raise TrackerError("not today")
            memory.write(lines)

        def keep(self, files: Sequence[Path]) -> None:
            """Keep them."""
            memory.keep(files)

    plan(journal)
    complete(journal, 1)
    follower = Follower(journal.path, Moody, said.append, "Moody", "doe export mlflow wheels")
    wait_for(lambda: len(calls) > 2)
    assert follower.finish([journal.path], SOON)
    assert len(memory.lines) == 8
    assert memory.files == [journal.path]
    assert said == [
        "Moody does not answer (not today): trials go on; doe export mlflow wheels copies them afterwards",
        "Moody answers again, and has everything",
    ]


def test_batches_are_bounded(journal: Journal) -> None:
    """A long journal reaches the tracker in pieces."""
    sizes: list[int] = []

    class Counting:
        """Counts lines."""

        def write(self, lines: Sequence[Mapping[str, Any]]) -> None:
            """Count them."""
            sizes.append(len(lines))

        def keep(self, files: Sequence[Path]) -> None:
            """Do nothing."""

    for epoch in range(1, 4501):
        read(journal, 1, epoch)
    journal.close()
    export(journal.path, Counting())
    assert sizes == [2000, 2000, 500]
