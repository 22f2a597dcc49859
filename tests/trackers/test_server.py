"""A study tracked by a server that is killed and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doe.journal import Journal
from doe.trackers import Follower, Mlflow, export, local
from tests.trackers.conftest import Server
from tests.trackers.journals import complete, everything

pytestmark = [
    pytest.mark.slow,
]


def test_server_killed_midway(
    journal: Journal, server: Server, tmp_path: Path, content: Callable[[Path], list[Any]]
) -> None:
    """Through a server that is killed in mid-study and started again, the same runs arrive as in a database."""
    server.start()
    said: list[str] = []
    follower = Follower(journal.path, lambda: Mlflow(server.address, None), said.append, "the server")
    everything(journal)
    follower.poke()
    time.sleep(3)
    server.kill()
    complete(journal, 4)
    end = time.monotonic() + 60
    while not said:
        assert time.monotonic() < end
        time.sleep(0.1)
    server.start()
    complete(journal, 5)
    assert follower.finish([journal.path], 60)
    assert said[0].startswith("the server does not answer (")
    assert said[1:] == ["the server answers again, and has everything"]
    journal.close()
    export(journal.path, Mlflow(*local(tmp_path / "other")))
    assert content(tmp_path / "mlruns" / "mlflow.db") == content(tmp_path / "other" / "mlflow.db")
    assert list((tmp_path / "mlruns" / "artifacts").rglob("journal.jsonl"))
