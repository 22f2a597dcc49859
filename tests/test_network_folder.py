"""Studies in a folder that several machines have: one driver at a time, and a server that goes costs no trial.

The servers are real, the file systems FUSE's, and a second machine is a second mount under another host name.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.executors.watched import PATIENCE, judged, lines_in, until
from tests.network_folder import PROGRAMS, Export, exported, lacking

pytestmark = pytest.mark.slow


@pytest.fixture(params=PROGRAMS)
def export(request: pytest.FixtureRequest) -> Iterator[Export]:
    """A server of each kind that can be had here."""
    if why := lacking(request.param):
        pytest.skip(why)
    with exported(request.param) as made:
        yield made


def _ended(driver: subprocess.Popen[str]) -> tuple[int, str]:
    """How a driver ended, and the last line that it said."""
    _, said = driver.communicate(timeout=PATIENCE)
    assert "Traceback" not in said, said
    return driver.returncode, (said.strip().splitlines() or [""])[-1]


def _completed(place: Path) -> int:
    return sum(line["event"] == "completed" for line in lines_in(place))


def test_two_machines_and_one_study(export: Export) -> None:
    """The second machine is refused while the first is at work; where locks are not shared, until it is told."""
    one, two = export.mount("one"), export.mount("two")
    first = export.driver(one, "here")
    until(lambda: _completed(one) >= 3, export.folder)
    code, said = _ended(export.driver(two, "there"))
    assert code == 2
    assert "full_factorial-plain_trainer is being run by process" in said
    assert "on here; " in said
    assert first.poll() is None
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert _completed(one) < 24
    if export.kind == "sshfs":
        code, said = _ended(export.driver(two, "there"))
        assert code == 2
        assert "locks on fuse.sshfs hold on one machine only: if it is at work no more, remove " in said
        (two / said.rpartition("remove ")[2]).unlink()
    assert _ended(export.driver(two, "there"))[0] == 0
    judged(two, 24)
    assert not list(two.rglob("journal.lock")) or export.kind == "glusterfs"


def test_the_same_machine_goes_on(export: Export) -> None:
    """Whatever has become of its driver, it needs not be told that nobody else is at work."""
    place = export.mount("one")
    first = export.driver(place, "here")
    until(lambda: _completed(place) >= 3, export.folder)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert _completed(place) < 24
    assert _ended(export.driver(place, "here"))[0] == 0
    judged(place, 24)


def test_the_server_goes(export: Export) -> None:
    """Amid a study: one line, exit code 2, and the same command goes on once the server is back."""
    place = export.mount("one")
    driver = export.driver(place, "here")
    until(lambda: _completed(place) >= 3, export.folder)
    export.die()
    code, said = _ended(driver)
    assert (code, said[:5]) == (2, "doe: ")
    assert "journal.jsonl" in said
    export.serve()
    place = export.mount("one")
    assert _completed(place) < 24
    assert _ended(export.driver(place, "here"))[0] == 0
    judged(place, 24)


def test_a_server_that_has_gone_before_anything_began_is_one_line(export: Export) -> None:
    """The command is typed in a folder that cannot be reached."""
    place = export.mount("one")
    script = "import os, sys; os.chdir(sys.argv.pop(1)); from doe.commands import main; sys.stdin.readline(); main()"
    driver = subprocess.Popen(
        [sys.executable, "-P", "-c", script, str(place), "plan", "l9"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(1.0)
    export.die()
    _, said = driver.communicate("\n", timeout=PATIENCE)
    assert driver.returncode == 2, said
    assert len(said.strip().splitlines()) == 1
    assert "doe: cannot reach" in said
    assert "connect" in said
