"""What every tracker on the shelf must do, and the follower with each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from doe.journal import Journal
from doe.trackers import TRACKERS, Follower, Memory, export, local
from tests.trackers.journals import complete, everything, plan


@pytest.mark.parametrize("name", TRACKERS)
def test_takes_any_journal(name: str, journal: Journal, tmp_path: Path) -> None:
    """Every event, odd names, odd numbers, and lines of a later version are taken, and taken again."""
    everything(journal)
    tracker = TRACKERS[name](*local(tmp_path))
    journal.close()
    export(journal.path, tracker)
    export(journal.path, tracker)


@pytest.mark.parametrize("name", TRACKERS)
def test_takes_nothing(name: str, journal: Journal, tmp_path: Path) -> None:
    """A journal without a line, and no lines at all, are no error."""
    tracker = TRACKERS[name](*local(tmp_path))
    tracker.write([])
    journal.close()
    export(journal.path, tracker)


@pytest.mark.parametrize("name", TRACKERS)
def test_follows_to_the_end(name: str, journal: Journal, tmp_path: Path) -> None:
    """What is written after the follower began, up to the very end, is there when it has finished."""
    said: list[str] = []
    follower = Follower(journal.path, lambda: TRACKERS[name](*local(tmp_path)), said.append)
    plan(journal)
    for run in range(1, 4):
        complete(journal, run)
        follower.poke()
    assert follower.finish([journal.path], 60)
    assert not said


def test_memory_keeps_each_line_once(journal: Journal) -> None:
    """The plain twin keeps the lines of the journal and the files, each once."""
    everything(journal)
    memory = Memory()
    journal.close()
    export(journal.path, memory, [journal.path])
    export(journal.path, memory, [journal.path])
    assert len(memory.lines) == len(journal.path.read_bytes().splitlines())
    assert memory.files == [journal.path]
