"""What only Ray does: GPUs, workers that die, a cluster of its own."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from doe.executors._session import sweep
from doe.executors._slots import ResourcesError
from doe.model import Completed, Failed
from doe.protocols import Epoch, Resources, Started

from .conftest import Open
from .driving import HERE, drive, task, trial


def test_gpus_are_filled_breadth_first(opened: Open, tmp_path: Path) -> None:
    """Of eight halves of four GPUs, the first four trials have a GPU each, and so have the next four."""
    go = tmp_path / "go"
    executor = opened("ray", Resources(gpus_per_trial=0.5))
    assert executor.slots == 8
    work = [(each, task(each, "odd.py:device", epochs=1, note=str(go))) for each in map(trial, range(1, 9))]
    seen: dict[int, float] = {}
    devices: dict[int, object] = {}
    for event in drive(executor, work):
        if isinstance(event, Started):
            devices[event.trial.run] = event.where["device"]
            if len(devices) == 8:
                go.touch()
        if isinstance(event, Completed):
            seen[event.trial.run] = event.readings[0].metrics["y"]
    assert sorted(seen[run] for run in range(1, 5)) == sorted(seen[run] for run in range(5, 9)) == [0, 1, 2, 3]
    assert devices == {run: f"cuda:{int(gpu)}" for run, gpu in seen.items()}


def test_a_dead_worker_is_replaced(opened: Open) -> None:
    """Its trial has crashed, with the readings it had given; the next one runs."""
    executor = opened("ray", Resources(slots=1, gpus_per_trial=0))
    executor.submit(trial(1), task(trial(1), way="hang"))
    for event in executor.events():
        if isinstance(event, Started):
            family = [psutil.Process(int(event.where["pid"])), *psutil.Process(int(event.where["pid"])).parents()]
        if isinstance(event, Epoch):
            process, fork_server, worker, *_ = family
            worker.kill()
    assert isinstance(event, Failed)
    assert event.kind == "crashed"
    assert event.reason.startswith("its Ray worker died")
    assert len(event.readings) == 1
    psutil.wait_procs([process, fork_server], timeout=3)
    assert not process.is_running()
    executor.submit(trial(2), task(trial(2)))
    assert isinstance(list(executor.events())[-1], Completed)


def test_more_gpus_than_there_are(opened: Open) -> None:
    """A trial that fits nowhere is refused at once."""
    with pytest.raises(ResourcesError, match="GPUs per trial = 8, but 4 are visible"):
        opened("ray", Resources(gpus_per_trial=8))


@pytest.mark.parametrize("address", [None, pytest.param("local", marks=pytest.mark.slow)])
def test_its_own_ray_is_silent_and_keeps_to_the_loopback(address: str | None) -> None:
    """Nothing on the screen, no server that others could reach, no other Ray joined, the signal handlers as before."""
    program = f"""
import psutil, signal, sys
sys.path.insert(0, {str(HERE.parent)!r})
from executors.driving import drive, task, trial
from doe.executors.ray import Ray
from doe.model import Completed
from doe.protocols import Resources
executor = Ray(Resources(slots=2, gpus_per_trial=0, address={address!r}))
folder = executor._cluster._session.folder
assert any(folder.glob("session_*")), "Ray keeps its files there"
ways = {{1: "well", 2: "print", 3: "shout", 4: "kill"}}
events = list(drive(executor, ((trial(run), task(trial(run), way=way)) for run, way in ways.items())))
assert sum(isinstance(event, Completed) for event in events) == 3
family = psutil.Process().children(recursive=True) + [psutil.Process()]
heard = {{c.laddr.ip for p in family for c in p.net_connections("inet") if c.status == "LISTEN"}}
assert heard, "Ray has servers"
assert heard <= {{"127.0.0.1", "::1", "::ffff:127.0.0.1"}}, heard
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
executor.close()
assert not folder.exists(), "and they go with it"
"""
    elsewhere = {**os.environ, "RAY_ADDRESS": "192.0.2.1:6379"}  # of a cluster that is not asked for
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=elsewhere)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_killed_drivers_have_left_is_cleared_away(tmp_path: Path) -> None:
    """The folders of the dead go, those of the living and those just made stay; a link is not followed."""
    long_ago = time.time() - 1000
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    (tmp_path / "doe-ray-link").symlink_to(kept)
    for name in ("dead", "unlocked", "alive", "young"):
        folder = tmp_path / f"doe-ray-{name}"
        folder.mkdir()
        if name != "unlocked":
            (folder / "driver.lock").touch()
        if name != "young":
            os.utime(folder, (long_ago, long_ago))
    with (tmp_path / "doe-ray-alive/driver.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "doe-ray-link", "doe-ray-alive", "doe-ray-young"}
    assert (kept / "file").exists()
