"""What is left of a driver that was killed, and of trials whose fork server or terminal was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from doe.executors.local import Local
from doe.model import Completed, Failed
from doe.protocols import Epoch, Resources, Started

from .conftest import Open
from .driving import HERE, drive, outcomes, task, trial

MARK = "DOE_TEST_DRIVER"


@pytest.mark.parametrize(
    ("name", "way"), [("local", "hang"), ("local", "offspring"), ("ray", "offspring"), ("later", "offspring")]
)
def test_nothing_outlives_a_killed_driver(name: str, way: str, tmp_path: Path) -> None:
    """Five seconds after its SIGKILL, no process that it brought about is left: trial, fork server or worker."""
    with _driver(name, way, tmp_path) as driver:
        _await(driver, {"Epoch": 2})
        ours = [process for process in _marked(tmp_path) if "ray/" not in " ".join(process.cmdline())]
        assert len(ours) >= 4
        driver.kill()
        deadline = time.monotonic() + 5
        while (left := [process for process in ours if _alive(process)]) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not left


def test_nothing_outlives_a_driver_killed_while_preloading(tmp_path: Path) -> None:
    """A fork server that is deep in an import finds out, too."""
    (tmp_path / "slow.py").write_text("import time\nfor _ in range(1000): time.sleep(0.05)")
    program = (
        f"import sys, time; sys.path.append({str(tmp_path)!r})\n"
        "from doe.executors.local import Local\nfrom doe.protocols import Resources\n"
        "Local(Resources(preload=('slow',))); print('made', flush=True); time.sleep(100)"
    )
    with _process([sys.executable, "-c", program], tmp_path) as driver:
        _await(driver, {"made": 1})
        time.sleep(0.5)
        assert len(_marked(tmp_path)) == 2
        driver.kill()
        time.sleep(2.5)
        assert not _marked(tmp_path)


def test_an_interrupt_from_the_terminal_reaches_the_driver_alone(tmp_path: Path) -> None:
    """SIGINT to the whole process group leaves the trials running; the driver may let them end."""
    with _driver("local", "well", tmp_path) as driver:
        _await(driver, {"Started": 2})
        os.killpg(driver.pid, signal.SIGINT)
        said = _await(driver, {"Completed": 2})
        assert "interrupted" in said
        assert driver.wait(5) == 0


def test_a_dead_fork_server_is_replaced() -> None:
    """Its trials have crashed, and the next ones run."""
    executor = Local(Resources(slots=2, gpus_per_trial=0))
    for run in (1, 2):
        executor.submit(trial(run), task(trial(run), way="hang"))
    pids: list[int] = []
    ended: list[tuple[str, str]] = []
    for event in executor.events():
        if isinstance(event, Started):
            pids.append(int(event.where["pid"]))
        if isinstance(event, Epoch) and len(pids) == 2 and not ended:
            psutil.Process(pids[0]).parent().kill()  # type: ignore[union-attr]
        if isinstance(event, Failed):
            ended.append((event.kind, event.reason))
    reason = "its fork server ended: the process was killed by SIGKILL (out of memory, or by hand)"
    assert ended == [("crashed", reason)] * 2
    assert isinstance(outcomes(executor, [(trial(3), task(trial(3)))])[3], Completed)
    executor.close()
    assert not [pid for pid in pids if psutil.pid_exists(pid) and _alive(psutil.Process(pid))]


def test_a_module_that_cannot_be_preloaded_is_left_to_the_trial(opened: Open) -> None:
    """The trials that do not need it go on."""
    executor = opened("local", Resources(slots=1, gpus_per_trial=0, preload=("no_such_module", "math")))
    assert [type(event) for event in drive(executor, [(trial(1), task(trial(1), epochs=1))])] == [
        Started,
        Epoch,
        Completed,
    ]


def _driver(name: str, way: str, folder: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    return _process([sys.executable, str(HERE / "driver.py"), name, way, str(folder)], folder)


@contextmanager
def _process(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {MARK: str(folder)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            for left in _marked(folder):
                with suppress(psutil.Error):
                    left.kill()


def _await(driver: subprocess.Popen[str], wanted: dict[str, int]) -> list[str]:
    """Read what it says until it has said a word so often."""
    assert driver.stdout
    said: list[str] = []
    for line in driver.stdout:
        said.append(line.strip())
        if all(said.count(word) >= times for word, times in wanted.items()):
            return said
    pytest.fail(f"it ended after {said}")


def _marked(folder: Path) -> list[psutil.Process]:
    """Every process that inherited the driver's environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == str(folder) and _alive(process):
                found.append(process)
    return found


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False
