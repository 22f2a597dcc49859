"""The first trials do without Ray, which starts meanwhile; nothing is lost, doubled or left over when it takes over."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as some

from doe.executors._meanwhile import Meanwhile
from doe.executors._sharing import MOST
from doe.executors._slots import Node, ResourcesError, Seat, seat_map, slot_map
from doe.executors._worker import Worker
from doe.executors.ray import Ray
from doe.journal import read
from doe.model import Completed, Failed, Outcome, Trial
from doe.protocols import Epoch, Executor, Resources, Started, Task

from .driving import HERE, drive, task, trial

FEW = 2
"""Trials that are to be begun by Ray before a test has seen enough."""

RESOURCES = some.builds(
    Resources,
    slots=some.none() | some.integers(0, 20),
    gpus_per_trial=some.none() | some.sampled_from([0, 1 / MOST, 0.3, 1 / 3, 0.5, 0.7, 1, 1.5, 2, 3]),
    threads=some.integers(0, 5),
)


@given(RESOURCES, some.integers(0, 6), some.integers(1, 16))
def test_ray_finds_as_many_slots_as_were_here(resources: Resources, gpus: int, cpus: int) -> None:
    """On one machine, whatever is asked for; and what makes no sense is refused in the same words."""
    here = _slots(lambda: slot_map(resources, [str(number) for number in range(gpus)], cpus))
    there = _slots(lambda: [seat for seat in seat_map(resources, [Node(None, cpus, gpus)]) for _ in range(seat.slots)])
    assert here == there


def _slots(find: Callable[[], Sequence[object]]) -> int | str:
    try:
        return len(find())
    except ResourcesError as refused:
        return str(refused)


@pytest.mark.parametrize(
    ("gpus", "beside", "room"),
    [
        pytest.param(None, [], 0, id="not ready"),
        pytest.param(("0",), [], 3, id="nobody else"),
        pytest.param(("0",), [("1",), ("0",), ()], 2, id="one on the same"),
        pytest.param(("0",), [("0",)] * 5, 0, id="never below none"),
        pytest.param(("0", "1"), [("1", "2"), ("2", "3")], 2, id="one on a part of it"),
        pytest.param((), [(), (), ("0",)], 1, id="two on the CPU"),
    ],
)
def test_room_beside_others(gpus: tuple[str, ...] | None, beside: list[tuple[str, ...]], room: int) -> None:
    """What others hold of a worker's GPUs, or of the CPU, is not its own to give."""
    assert Worker(Seat(Node(None, 8, 4), 1, slots=3), None, None, gpus).room(beside) == room


class Watch:
    """Feeds an executor quick trials until Ray has begun a few; sees how many were on each GPU at once."""

    def __init__(self, folder: Path, *, held: int) -> None:
        """The first ``held`` trials go on until Ray has begun a few."""
        self.go = folder / "go"
        self.held = held
        self.under_way: dict[int, str] = {}
        self.most: Counter[str] = Counter()
        self.forked_by: dict[int, float] = {}
        self.ended: list[Outcome] = []

    @property
    def seen_enough(self) -> bool:
        """Whether a few were forked by other processes than the first one that was not held."""
        first = self.forked_by.get(self.held + 1)
        return first is not None and sum(pid != first for pid in self.forked_by.values()) >= FEW

    def work(self) -> Iterator[tuple[Trial, Task]]:
        """Quick ones behind those that are held."""
        for run in range(1, 5000):
            held = run <= self.held
            yield trial(run), task(trial(run), "odd.py:parent", epochs=1, note=str(self.go if held else HERE))
            if self.seen_enough:
                return

    def drive(self, executor: Executor, *, stop: bool = False) -> None:
        """Until all have ended; those that were held are stopped or let go in the end."""
        for event in drive(executor, self.work()):
            run = event.trial.run
            if isinstance(event, Started):
                self.under_way[run] = str(event.where["device"])
                self.most |= Counter(self.under_way.values())
            elif isinstance(event, Epoch):
                self.forked_by[run] = event.reading.metrics["y"]
            else:
                del self.under_way[run]
                self.ended.append(event)
            if self.seen_enough and stop:
                for each in range(1, self.held + 1):
                    executor.stop(trial(each), "enough")
            elif self.seen_enough:
                self.go.touch()


@pytest.mark.usefixtures("ray_running")
@pytest.mark.parametrize(("share", "held"), [(1.0, 3), (0.5, 5)])
def test_a_gpu_never_has_more_trials_than_fit(
    share: float, held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray's trials go where those begun here leave room; each of these ends where it was begun, and none is lost."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2,3")
    watch = Watch(tmp_path, held=held)
    with closing(Meanwhile(Resources(gpus_per_trial=share))) as executor:
        assert executor.slots == 4 / share
        watch.drive(executor)
        assert executor.slots == 4 / share
        here = {watch.forked_by[run] for run in range(1, held + 2)}
        assert len(here) == 1
        assert not any(map(psutil.pid_exists, map(int, here))), "that fork server is needed no more"
    assert set(watch.most) == {f"cuda:{number}" for number in range(4)}
    assert max(watch.most.values()) == 1 / share
    assert all(isinstance(outcome, Completed) for outcome in watch.ended)
    assert sorted(outcome.trial.run for outcome in watch.ended) == list(range(1, len(watch.ended) + 1))


@pytest.mark.usefixtures("ray_running")
def test_once_ray_has_taken_over(tmp_path: Path) -> None:
    """On the CPU: trials begun before and after can be stopped, and many more leave nothing behind."""
    with closing(Meanwhile(Resources(slots=2, gpus_per_trial=0))) as executor:
        watch = Watch(tmp_path, held=1)
        watch.drive(executor, stop=True)
        assert watch.most == {"cpu": 2}
        ended = [outcome for outcome in watch.ended if isinstance(outcome, Failed)]
        executor.submit(trial(2), task(trial(2), way="hang"))
        for event in executor.events():
            if isinstance(event, Epoch):
                executor.stop(trial(2), "enough")
        ended += [event] if isinstance(event, Failed) else []
        assert [(each.trial.run, each.kind, each.reason) for each in ended] == [
            (1, "pruned", "enough"),
            (2, "pruned", "enough"),
        ]
        before = _descriptors(), threading.active_count()
        events = list(drive(executor, ((each, task(each)) for each in map(trial, range(1, 51)))))
        assert (_descriptors(), threading.active_count()) == before
    assert Counter(type(event) for event in events) == {Started: 50, Epoch: 100, Completed: 50}


@pytest.mark.usefixtures("ray_running")
def test_ray_waits_until_it_knows_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First for all imports; then, as long as another's trial may be on any GPU, none is given out."""
    (tmp_path / "slow_one.py").write_text(f"import os, time\ntime.sleep(1)\nopen(f'{tmp_path}/{{os.getpid()}}', 'x')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("doe.executors._worker.START_UP", 120.0)  # a busy machine takes longer than is waited for
    beside: dict[tuple[int, int], tuple[str, ...] | None] = {(9, 1): None}
    with closing(Ray(Resources(gpus_per_trial=1, preload=("slow_one",)), beside)) as executor:
        executor.gather(lambda: False)
        assert len([path for path in tmp_path.iterdir() if path.name.isdigit()]) == 4
        for run in (1, 2, 3):
            executor.submit(trial(run), task(trial(run), way="hang"))
        with pytest.raises(RuntimeError, match="all 4 slots are taken"):
            executor.submit(trial(4), task(trial(4)))
        assert executor.hear(1.0) is None
        beside[9, 1] = ("2",)
        started = (event.where["device"] for event in executor.events() if isinstance(event, Started))
        assert {next(started) for _ in range(3)} == {"cuda:0", "cuda:1", "cuda:3"}


OWN = f"""
import os, psutil, signal, sys
sys.path.insert(0, {str(HERE.parents[1])!r})
from pathlib import Path
from tests.executors.driving import task, trial
from tests.executors.test_meanwhile import Watch
from doe.executors import EXECUTORS
from doe.model import Completed
from doe.protocols import Resources
told = []
signal.signal(signal.SIGTERM, lambda *_: told.append("SIGTERM"))
first = EXECUTORS["ray"](Resources())
assert first.slots == 2
watch = Watch(Path.cwd(), held=1)
watch.drive(first)
assert all(isinstance(outcome, Completed) for outcome in watch.ended)
assert watch.most == {{"cuda:MIG-aa": 1, "cuda:MIG-bb": 1}}, watch.most
os.kill(os.getpid(), signal.SIGTERM)
assert told == ["SIGTERM"], "Ray has not taken it"
folder = first._ray._cluster._session.folder
assert folder.exists()
first.close()
assert not folder.exists()
assert not psutil.Process().children(recursive=True)
again = EXECUTORS["ray"](Resources(shared=True))
again.submit(trial(1), task(trial(1), way="hang"))
next(again.events())
again.close()
assert not psutil.Process().children(recursive=True), "nor where it was just starting"
"""


def test_a_ray_of_its_own(tmp_path: Path) -> None:
    """On parts of a GPU, which have names only: the same ones here and there; then all of it is gone, and silent."""
    program = tmp_path / "nvidia-smi"
    listing = "GPU 0: NVIDIA H200 (UUID: GPU-cc)"
    listing += "".join(f"\n  MIG 1g.18gb     Device  0: (UUID: MIG-{name})" for name in ("aa", "bb"))
    program.write_text(f'#!/bin/sh\ncase "$1" in -L) echo "{listing}";; *) exit 1;; esac\n')
    program.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    environment.pop("CUDA_VISIBLE_DEVICES", None)
    done = subprocess.run(
        [sys.executable, "-c", OWN], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_that_ray_does_not_start_is_said_before_the_trials_end(tmp_path: Path) -> None:
    """Exit code 2 and a line, while trials of twenty minutes are under way; they are killed."""
    words = ["run", "full_factorial", "--trainer", str(HERE.parent / "plain_trainer.py"), "--factor", "a=x,y,z"]
    words += ["--factor", "c=1,2", "--set", "seconds=600", "--tracking-uri", "none", "--json", "--executor", "ray"]
    done = subprocess.run(
        [sys.executable, "-m", "doe", *words, "--slots", "2"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"RAY_gcs_server_port_wait_time_s": "0"},
        timeout=300,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("doe: Ray does not start: ")
    journal = read(tmp_path / "mlruns/studies/full_factorial-plain_trainer/journal.jsonl")
    pids = [int(line["pid"]) for line in journal if line["event"] == "started"]
    assert len(pids) == 2
    assert not any(map(psutil.pid_exists, pids))


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
