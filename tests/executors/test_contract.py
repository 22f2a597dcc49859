"""What every executor must do."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import psutil
import pytest

from doe.executors import EXECUTORS
from doe.model import Completed, Failed
from doe.protocols import Epoch, Resources, Started

from .conftest import MEANWHILE, Open
from .driving import drive, outcomes, task, trial

NAMES = (*EXECUTORS, MEANWHILE)
every = pytest.mark.parametrize("name", NAMES)
isolated = pytest.mark.parametrize("name", [name for name in NAMES if name != "serial"])

CPU = Resources(slots=2, gpus_per_trial=0)


@pytest.mark.parametrize("name", EXECUTORS)
def test_it_says_what_it_is(name: str) -> None:
    """In a line for ``doe list executors``, of its own and not of what it is wrapped in."""
    doc = EXECUTORS[name].__doc__
    assert doc
    assert "trial" in doc.partition("\n")[0]


@every
def test_each_trial_starts_reports_in_order_and_ends_once(name: str, opened: Open) -> None:
    """Started, then the epochs one by one, then one outcome that holds them all."""
    trials = [trial(run) for run in range(1, 8)]
    events = list(drive(opened(name, CPU), ((each, task(each, epochs=3)) for each in trials)))
    for each in trials:
        started, *epochs, outcome = [event for event in events if event.trial == each]
        assert isinstance(started, Started)
        assert set(started.where) == {"host", "pid", "device", "threads", "processor"}
        assert isinstance(outcome, Completed)
        assert [event.reading.epoch for event in epochs if isinstance(event, Epoch)] == [1, 2, 3]
        assert outcome.readings == tuple(event.reading for event in epochs if isinstance(event, Epoch))
        assert all(reading.metrics["y"] == each.seed for reading in outcome.readings)
        assert outcome.seconds > 0


@every
def test_no_more_trials_than_slots(name: str, opened: Open) -> None:
    """Two slots are two trials at a time; a third is refused."""
    executor = opened(name, CPU)
    under_way, most = 0, 0
    for event in drive(executor, ((each, task(each, seconds=0.02)) for each in map(trial, range(1, 9)))):
        under_way += isinstance(event, Started) - isinstance(event, Completed | Failed)
        most = max(most, under_way)
    assert most == executor.slots
    for run in range(executor.slots):
        executor.submit(trial(run), task(trial(run)))
    with pytest.raises(RuntimeError, match="taken"):
        executor.submit(trial(99), task(trial(99)))
    assert len([event for event in executor.events() if isinstance(event, Completed)]) == executor.slots


@every
def test_what_a_trainer_breaks_on_is_an_outcome(name: str, opened: Open) -> None:
    """An exception, divergence, a missing response, no trainer: each with its kind, and the others go on."""
    broken = {
        1: task(trial(1), way="raise"),
        2: task(trial(2), "odd.py:diverge", epochs=3),
        3: task(trial(3), "odd.py:other"),
        4: task(trial(4), way="sys.exit"),
        5: task(trial(5), way="memory"),
        6: task(trial(6), "none.py:train"),
        7: task(trial(7), seconds=0.2, timeout=0.3),
        8: task(trial(8)),
    }
    ended = outcomes(opened(name, CPU), ((trial(run), each) for run, each in broken.items()))
    kinds = {run: outcome.kind for run, outcome in ended.items() if isinstance(outcome, Failed)}
    assert kinds == {1: "error", 2: "diverged", 3: "missing", 4: "error", 5: "memory", 6: "error", 7: "timeout"}
    assert isinstance(ended[8], Completed)
    first = ended[1]
    assert isinstance(first, Failed)
    assert first.reason == "ValueError: the cat sat on it"
    assert [reading.epoch for reading in first.readings] == [1]


@isolated
def test_a_process_that_ends_is_an_outcome(name: str, opened: Open) -> None:
    """An exit, a kill, a fault, a hang and a stopped process: each with its kind, reason and readings."""
    ways = {1: "exit", 2: "kill", 3: "fault", 4: "hang", 5: "stop", 6: "well"}
    work = ((trial(run), task(trial(run), way=way, timeout=1.0)) for run, way in ways.items())
    ended = outcomes(opened(name, CPU), work)
    told = {run: (outcome.kind, outcome.reason) for run, outcome in ended.items() if isinstance(outcome, Failed)}
    late = ("timeout", "no end after 1 seconds; the last reading was epoch 1")
    assert told[1] == ("crashed", "the process ended with exit code 3")
    assert told[2] == ("crashed", "the process was killed by SIGKILL (out of memory, or by hand)")
    assert told[3][0] == "crashed"
    assert "SIGSEGV" in told[3][1]
    assert told[4] == told[5] == late
    assert isinstance(ended[6], Completed)
    assert all(len(outcome.readings) == 1 for outcome in ended.values() if isinstance(outcome, Failed))


@isolated
def test_a_trial_that_misses_epochs_hangs(name: str, opened: Open) -> None:
    """Silent for as long as so many of its epochs it is stopped; one that is only slow is not."""
    work = [(trial(1), task(trial(1), way="hang", missed=1)), (trial(2), task(trial(2), seconds=0.8, missed=1))]
    ended = outcomes(opened(name, CPU), work)
    assert isinstance(ended[1], Failed)
    assert (ended[1].kind, ended[1].reason) == (
        "timeout",
        "silent for as long as 1 of its longest epoch; the last reading was epoch 1",
    )
    assert isinstance(ended[2], Completed)


@every
def test_what_is_printed_goes_to_the_log(
    name: str, opened: Open, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A trainer's words and its traceback lie in its log, a silent one leaves none, and nothing reaches our screen."""
    ways = {1: "print", 2: "raise", 3: "well"}
    logs = tmp_path / "new" / "logs"
    executor = opened(name, Resources(slots=2, gpus_per_trial=0, logs=logs))
    outcomes(executor, ((trial(run), task(trial(run), way=way)) for run, way in ways.items()))
    executor.close()
    assert {path.name for path in logs.iterdir()} == {"run-1-1.log", "run-2-1.log"}
    assert (logs / "run-1-1.log").read_text() == "printed by Python\ncomplained by Python\n"
    assert "would not move" in (logs / "run-2-1.log").read_text()
    assert capfd.readouterr() == ("", "")


@isolated
def test_what_is_written_past_python_goes_to_the_log(name: str, opened: Open, tmp_path: Path) -> None:
    """A process of its own has a standard output of its own."""
    executor = opened(name, Resources(slots=2, gpus_per_trial=0, logs=tmp_path))
    outcomes(executor, [(trial(1), task(trial(1), way="shout"))])
    assert (tmp_path / "run-1-1.log").read_text() == "written past Python\n"


@every
def test_a_trial_can_be_stopped(name: str, opened: Open) -> None:
    """It ends with its readings and the reason it was given, soon, and the others go on to their own ends."""
    executor = opened(name, CPU)
    work = ((trial(run), task(trial(run), epochs=40 if run == 1 else 3, seconds=0.05)) for run in (1, 2, 3))
    ended = {}
    for event in drive(executor, work):
        if isinstance(event, Epoch) and event.trial.run == 1 and event.reading.epoch == 2:
            executor.stop(event.trial, "the others were further by then")
        if isinstance(event, Completed | Failed):
            ended[event.trial.run] = event
    stopped = ended.pop(1)
    assert isinstance(stopped, Failed)
    assert (stopped.kind, stopped.reason) == ("pruned", "the others were further by then")
    epochs = [reading.epoch for reading in stopped.readings]
    assert epochs == list(range(1, len(epochs) + 1))
    assert 2 <= len(epochs) < 40
    assert [type(outcome) for outcome in ended.values()] == [Completed, Completed]
    assert all(len(outcome.readings) == 3 for outcome in ended.values())


@every
def test_stopping_what_is_not_under_way_does_nothing(name: str, opened: Open) -> None:
    """Neither a trial that never was nor one that has ended by itself can be stopped, and no later one is."""
    executor = opened(name, CPU)
    executor.stop(trial(9), "never begun")
    first = outcomes(executor, [(trial(1), task(trial(1)))])
    executor.stop(trial(1), "too late")
    again = outcomes(executor, [(trial(1), task(trial(1)))])
    assert [type(ended[1]) for ended in (first, again)] == [Completed, Completed]


@isolated
def test_one_that_hangs_can_be_stopped(name: str, opened: Open, tmp_path: Path) -> None:
    """A trial that gives no more readings, and what it has started, end when they are told to."""
    executor = opened(name, CPU)
    note = tmp_path / "pid"
    executor.submit(trial(1), task(trial(1), way="offspring", note=str(note), seconds=1.0, epochs=60))
    executor.submit(trial(2), task(trial(2), way="hang"))
    ended = {}
    for event in executor.events():
        if isinstance(event, Epoch):
            executor.stop(event.trial, "enough")
        if isinstance(event, Completed | Failed):
            ended[event.trial.run] = event
    assert {outcome.kind for outcome in ended.values() if isinstance(outcome, Failed)} == {"pruned"}
    assert len(ended) == 2
    assert not note.exists() or _gone(int(note.read_text()))


@isolated
def test_closing_kills(name: str, opened: Open, tmp_path: Path) -> None:
    """After close, neither a trial nor what it started is left; a second close does no harm."""
    executor = opened(name, CPU)
    note = tmp_path / "pid"
    executor.submit(trial(1), task(trial(1), way="offspring", note=str(note), seconds=30.0))
    executor.submit(trial(2), task(trial(2), way="hang"))
    pids = []
    for event in executor.events():
        if isinstance(event, Started):
            pids.append(int(event.where["pid"]))
        if isinstance(event, Epoch):
            break
    executor.close()
    executor.close()
    assert len(pids) == 2
    assert all(map(_gone, pids))


@isolated
def test_what_a_trial_started_ends_with_it(name: str, opened: Open, tmp_path: Path) -> None:
    """A process that a trainer left behind is killed."""
    note = tmp_path / "pid"
    outcomes(opened(name, CPU), [(trial(1), task(trial(1), way="offspring", note=str(note)))])
    left = int(note.read_text())
    assert _gone(left)


@pytest.mark.parametrize("name", [name for name in EXECUTORS if name != "serial"])
def test_many_trials_leave_nothing_behind(name: str, opened: Open) -> None:
    """Two hundred trials take no file descriptor and no thread of the driver, and no process twice."""
    executor = opened(name, CPU)
    outcomes(executor, [(trial(1), task(trial(1)))])
    before = _descriptors(), threading.active_count()
    events = list(drive(executor, ((each, task(each)) for each in map(trial, range(1, 201)))))
    assert (_descriptors(), threading.active_count()) == before
    assert Counter(type(event) for event in events) == {Started: 200, Epoch: 400, Completed: 200}
    assert len({event.where["pid"] for event in events if isinstance(event, Started)}) == 200


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _gone(pid: int) -> bool:
    try:
        psutil.Process(pid).wait(3)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True
