"""Studies tracked by an MLflow server over PostgreSQL, with its artifact proxy: killed, slowed, filled."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from doe.journal import Journal
from doe.trackers import Follower, Mlflow, export, local
from doe.trackers._store import connect
from tests.trackers.conftest import Server
from tests.trackers.journals import STUDY, complete, everything
from tests.trackers.postgres import Postgres, SlowLine, fill, small_disk, why_not

WHY_NOT = why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "PostgreSQL")
PATIENCE = 120.0


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL."""
    with (
        tempfile.TemporaryDirectory(prefix="doe-postgres-", ignore_cleanup_errors=True) as folder,
        running(Postgres(Path(folder))) as made,
    ):
        yield made


@contextmanager
def running(made: Postgres) -> Iterator[Postgres]:
    """It runs, and is killed in the end."""
    try:
        made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture
def over_postgres(server: Server, postgres: Postgres) -> Server:
    """MLflow's server over it, handing on the files that studies keep; not yet started."""
    return moved(server, postgres)


def moved(server: Server, postgres: Postgres) -> Server:
    """The same server, its runs in PostgreSQL."""
    server.command = [
        *(
            sys.executable,
            "-m",
            "mlflow",
            "server",
            "--host",
            "127.0.0.1",
            "--port",
            str(server.port),
            "--workers",
            "2",
        ),
        *("--backend-store-uri", postgres.uri, "--artifacts-destination", str(server.folder / "kept")),
    ]
    return server


def told(uri: str, name: str = STUDY.name) -> list[Any]:
    """What stands of a study in MLflow, without its random numbers."""
    client = connect(uri, None)
    experiment = client.get_experiment_by_name(name)
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    names = {run.info.run_id: run.info.run_name for run in runs}

    def plain(run: Any) -> tuple[Any, ...]:
        metrics = [
            (key, point.step, point.timestamp, repr(point.value))
            for key in sorted(run.data.metrics)
            for point in sorted(client.get_metric_history(run.info.run_id, key), key=lambda p: (p.timestamp, p.step))
        ]
        tags = sorted((key, names.get(value, value)) for key, value in run.data.tags.items())
        info = (run.info.run_name, run.info.status, run.info.start_time, run.info.end_time)
        return (*info, tags, sorted(run.data.params.items()), metrics)

    return sorted(map(plain, runs), key=repr)


def twin(journal: Path, folder: Path, name: str = STUDY.name) -> list[Any]:
    """What the same journal is in a database of its own."""
    place = local(folder / "twin")
    export(journal, Mlflow(*place))
    return told(place[0], name)


def test_postgres_holds_what_sqlite_holds(journal: Journal, postgres: Postgres, tmp_path: Path) -> None:
    """All that a journal can say, without a server between."""
    everything(journal)
    journal.close()
    export(journal.path, Mlflow(postgres.uri, None))
    assert told(postgres.uri) == twin(journal.path, tmp_path)


@pytest.mark.slow
def test_a_server_over_postgres(journal: Journal, over_postgres: Server, tmp_path: Path) -> None:
    """All that a journal can say, and a file through the proxy; exported twice, it is there once."""
    over_postgres.start()
    everything(journal)
    journal.close()
    for _ in range(2):
        export(journal.path, Mlflow(over_postgres.address, None), [journal.path])
        assert told(over_postgres.address) == twin(journal.path, tmp_path)
    assert list((over_postgres.folder / "kept").rglob("journal.jsonl"))


@pytest.mark.slow
def test_killed_in_mid_study(journal: Journal, over_postgres: Server, postgres: Postgres, tmp_path: Path) -> None:
    """The server is killed, then PostgreSQL under it; each comes back, and everything arrives once."""
    over_postgres.start()
    said: list[str] = []
    follower = Follower(journal.path, lambda: Mlflow(over_postgres.address, None), said.append, "the server")
    everything(journal)
    follower.poke()
    time.sleep(2)
    over_postgres.kill()
    complete(journal, 4)
    until_said(said)
    over_postgres.start()
    complete(journal, 5)
    time.sleep(3)
    postgres.kill()
    complete(journal, 6)
    time.sleep(3)
    postgres.start()
    complete(journal, 7)
    whole(follower, journal, over_postgres)
    assert told(over_postgres.address) == twin(journal.path, tmp_path)


@pytest.mark.slow
def test_slowed_in_mid_study(journal: Journal, over_postgres: Server, postgres: Postgres, tmp_path: Path) -> None:
    """Over a line that is half a second late, to a database that halts for longer than doe waits for an answer."""
    over_postgres.start()
    with closing(SlowLine(over_postgres.port, 0.5)) as line:
        said: list[str] = []
        address = f"http://127.0.0.1:{line.port}"
        follower = Follower(journal.path, lambda: Mlflow(address, None), said.append, "the server")
        everything(journal)
        time.sleep(5)
        postgres.halt()
        complete(journal, 4)
        until_said(said)
        postgres.go_on()
        complete(journal, 5)
        whole(follower, journal, over_postgres)
    assert told(over_postgres.address) == twin(journal.path, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_filled_in_mid_study(journal: Journal, server: Server, tmp_path: Path) -> None:
    """PostgreSQL's disk is full in the middle: the journal goes on, and with room again the rest is copied."""
    with small_disk("160M") as disk, running(Postgres(disk)) as postgres:
        moved(server, postgres).start()
        said: list[str] = []
        follower = Follower(journal.path, lambda: Mlflow(server.address, None), said.append, "the server")
        everything(journal)
        time.sleep(3)
        fill(disk / "ballast")
        run = 3
        end = time.monotonic() + PATIENCE
        while not said:  # what it has room for already, it still takes
            assert time.monotonic() < end
            run += 1
            complete(journal, run)
            time.sleep(0.5)
        assert said[0].startswith("the server does not answer (")
        (disk / "ballast").unlink()
        if not postgres.alive():
            postgres.start()
        complete(journal, run + 1)
        whole(follower, journal, server)
        assert told(server.address) == twin(journal.path, tmp_path)
        server.kill()


@pytest.mark.slow
def test_ten_studies_at_once(over_postgres: Server, tmp_path: Path) -> None:
    """Ten journals that grow together, the server killed among it; what then is lacking, export repairs."""
    over_postgres.start()
    journals = [Journal(tmp_path / f"studies/wheels-{number}/journal.jsonl") for number in range(10)]
    said: list[list[str]] = [[] for _ in journals]
    followers = [
        Follower(each.path, lambda: Mlflow(over_postgres.address, None), heard.append)
        for each, heard in zip(journals, said, strict=True)
    ]
    threads = [threading.Thread(target=grow, args=(each,)) for each in journals]
    for thread in threads:
        thread.start()
    time.sleep(2.5)
    over_postgres.kill()
    for thread in threads:
        thread.join(PATIENCE)
    for follower in followers:
        assert not follower.finish([], 0)
    for journal in journals:
        journal.close()
    over_postgres.start()
    for number, journal in enumerate(journals):
        export(journal.path, Mlflow(over_postgres.address, None), [journal.path])
        name = f"{STUDY.name}-{number}"
        assert told(over_postgres.address, name) == twin(journal.path, tmp_path / name, name)
    assert len(list((over_postgres.folder / "kept").rglob("journal.jsonl"))) == len(journals)


def grow(journal: Journal) -> None:
    """A study of eight trials, two a second."""
    study = replace(STUDY, name=journal.path.parent.name)
    journal.write("study", version=1, digest=study.digest, study=asdict(study))
    journal.write("opened", code_version="v1", host="here", versions={"python": "3.11"})
    for run in range(1, 9):
        complete(journal, run)
        time.sleep(0.5)


def until_said(said: list[str]) -> None:
    """Wait until the user is told that the server does not answer."""
    end = time.monotonic() + PATIENCE
    while not said:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert said[0].startswith("the server does not answer (")


def whole(follower: Follower, journal: Journal, server: Server) -> None:
    """End the study; what its follower has no patience for, ``doe export mlflow`` copies."""
    complete_now = follower.finish([journal.path], 60)
    journal.close()
    if not complete_now:
        export(journal.path, Mlflow(server.address, None), [journal.path])
