"""The journal keeps every whole line, whatever happens to the process that writes it."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doe.journal import Journal, JournalError, LockedError, read, read_from


def _events(path: Path) -> list[str]:
    return [line["event"] for line in read(path)]


@given(values=st.lists(st.floats(), max_size=5))
@settings(max_examples=50, derandomize=True, deadline=None)
def test_every_digit_survives(values: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any float comes back as it was, NaN and the infinities too."""
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with Journal(path) as journal:
        journal.write("reading", metrics={str(i): value for i, value in enumerate(values)})
    (line,) = read(path)
    back = list(line["metrics"].values())
    assert all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(values, back, strict=True))


@pytest.mark.parametrize("cut", range(1, 40, 6))
def test_a_torn_last_line_is_set_aside(tmp_path: Path, cut: int) -> None:
    """A line that was cut anywhere is moved to a file of its own, and the next line begins cleanly."""
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.write("completed", run=1, replicate=1, seconds=1.0)
        journal.write("completed", run=2, replicate=1, seconds=1.0)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - cut])
    assert len(_events(path)) == 1
    with Journal(path) as journal:
        mended = journal.mended
        journal.write("completed", run=3, replicate=1, seconds=1.0)
    runs = [line["run"] for line in read(path)]
    if cut == 1:  # only the end of the line is missing: nothing is lost
        assert (mended, runs) == (0, [1, 2, 3])
    else:
        assert runs == [1, 3]
        assert path.with_suffix(".torn").stat().st_size == mended + 1


def test_garbage_in_the_middle_is_refused_with_its_line(tmp_path: Path) -> None:
    """What stands before the last line is never skipped in silence."""
    path = tmp_path / "journal.jsonl"
    path.write_text('{"event": "study"}\nnonsense\n{"event": "study"}\n')
    with pytest.raises(JournalError, match="line 2 is not a line of a journal"):
        _events(path)


def test_reading_goes_on_from_an_offset(tmp_path: Path) -> None:
    """A follower reads each whole line once, and leaves a half-written one for later."""
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.write("begun", run=1, replicate=1)
        ((line, offset),) = read_from(path, 0)
        assert line["run"] == 1
        journal.write("begun", run=2, replicate=1)
        with path.open("ab") as file:
            file.write(b'{"event": "beg')
        ((line, offset),) = read_from(path, offset)
        assert line["run"] == 2
        assert list(read_from(path, offset)) == []


def test_a_second_writer_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    """The lock names its holder, and dies with it however it dies."""
    path = tmp_path / "journal.jsonl"
    code = f"import time; from pathlib import Path; from doe.journal import Journal; j = Journal(Path({str(path)!r})); "
    holder = subprocess.Popen(
        [sys.executable, "-c", code + "print('held', flush=True); time.sleep(60)"], stdout=subprocess.PIPE
    )
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(LockedError, match=f"process {holder.pid}"):
        Journal(path)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    time.sleep(0.05)
    Journal(path).close()


@pytest.mark.parametrize("blocked", ["folder", "parent"])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, blocked: str) -> None:
    """A file where a folder should be, or a folder where the file should be."""
    path = tmp_path / "study" / "journal.jsonl"
    if blocked == "folder":
        path.mkdir(parents=True)
    else:
        path.parent.write_text("")
    with pytest.raises(JournalError, match="cannot write"):
        Journal(path)
