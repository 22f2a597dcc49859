"""Nothing measured is lost and nothing is done twice, whoever is killed and when."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import psutil
import pytest

from doe import folders
from doe.history import fold
from doe.journal import read
from tests.conftest import Said
from tests.killing import killed_at_work

TRAINER = str(Path(__file__).parent / "plain_trainer.py")
FACTORS = ["--factor", "a=x,y,z", "--factor", "c=1,2,3,4"]
STUDY = ["run", "full_factorial", "--trainer", TRAINER, *FACTORS, "--set", "epochs=4", "--set", "seconds=0.02"]
MANNER = ["--executor", "local", "--slots", "2", "--tracking-uri", "none", "--json"]
KILLS = 14


def _start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "doe", *STUDY, *MANNER, *more]
    with (folder / "stderr").open("ab") as err:
        return subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=err)


def _journal(folder: Path) -> Path:
    return folder / "mlruns/studies/full_factorial-plain_trainer/journal.jsonl"


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _wait_for_work(driver: subprocess.Popen[bytes], journal: Path) -> None:
    """Wait until the driver holds the journal, so that a kill hits it at work and not while Python starts."""
    size = journal.stat().st_size if journal.exists() else 0
    while driver.poll() is None and (not journal.exists() or journal.stat().st_size == size):
        time.sleep(0.005)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_driver_killed_at_any_instant_loses_and_repeats_nothing(tmp_path: Path, seed: int) -> None:
    """Killed again and again at random instants, the same command in the end has completed each trial once.

    All readings equal those of an uninterrupted run, and five seconds after a kill no process of ours is left.
    """
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    assert _start(whole).wait() == 0
    random, kills, orphans = Random(seed), 0, list[psutil.Process]()
    for _ in range(KILLS):
        driver = _start(cut)
        _wait_for_work(driver, _journal(cut))
        time.sleep(random.uniform(0, 0.12))
        orphans += _descendants(driver.pid)
        kills += driver.poll() is None
        driver.send_signal(signal.SIGKILL)
        if driver.wait() == 0:
            break
    assert _start(cut).wait() == 0, (cut / "stderr").read_text()
    assert kills >= KILLS / 2
    _, alive = psutil.wait_procs(orphans, timeout=5)
    assert not alive
    completed = Counter(
        (line["run"], line["replicate"]) for line in read(_journal(cut)) if line["event"] == "completed"
    )
    assert completed == {(run, 1): 1 for run in range(1, 13)}
    expected, found = (fold(read(_journal(folder))).completed for folder in (whole, cut))
    assert {k: c.readings for k, c in found.items()} == {k: c.readings for k, c in expected.items()}


def test_workers_killed_at_random_are_tried_again(tmp_path: Path) -> None:
    """A worker that dies costs its trial a second attempt, and no other trial anything."""
    driver = _start(tmp_path)
    random, killed = Random(0), 0
    while driver.poll() is None and killed < 3:
        time.sleep(random.uniform(0.05, 0.15))
        workers = [p for p in _descendants(driver.pid) if _is_trial(p)]
        if workers:
            os.kill(random.choice(workers).pid, signal.SIGKILL)
            killed += 1
    assert driver.wait() in {0, 3}
    history = fold(read(_journal(tmp_path)))
    assert len(history.completed) + sum(k not in history.completed for k in history.failures) == 12
    assert all(failed.kind in {"crashed", "memory"} for kept in history.failures.values() for failed in kept)
    lost = [key for key, kept in history.failures.items() if key not in history.completed and len(kept) < 2]
    assert not lost


def _is_trial(process: psutil.Process) -> bool:
    """Whether a process was forked for a trial: its parent is not the driver."""
    try:
        parent = process.parent()
        return parent is not None and parent.cmdline() == process.cmdline()
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(("times", "code"), [(1, 130), (2, 130)], ids=["once", "twice"])
def test_an_interrupted_study_can_be_taken_up(tmp_path: Path, times: int, code: int) -> None:
    """Ctrl-C once lets what is under way end, twice kills it; either way the same command goes on."""
    driver = _start(tmp_path)
    _wait_for_work(driver, _journal(tmp_path))
    time.sleep(0.05)
    for _ in range(times):
        driver.send_signal(signal.SIGINT)
        time.sleep(0.02)
    assert driver.wait(timeout=20) == code
    before = fold(read(_journal(tmp_path)))
    assert len(before.completed) < 12
    if times == 1:
        begun = set(before.attempts)
        assert begun == set(before.completed)
    assert _start(tmp_path).wait() == 0
    assert len(fold(read(_journal(tmp_path))).completed) == 12


def test_a_second_driver_is_refused(tmp_path: Path) -> None:
    """It says who is at work, with exit code 2, and hurts nothing."""
    first = _start(tmp_path)
    _wait_for_work(first, _journal(tmp_path))
    second = _start(tmp_path)
    assert second.wait() == 2
    assert f"is being run by process {first.pid}" in (tmp_path / "stderr").read_text()
    assert first.wait() == 0


SMALL = ["--factor", "optimizer=adam,sgd", "--factor", "batch_size=8,64", "--factor", "dropout=0.3,0.5"]
QUIET = ["--executor", "serial", "--tracking-uri", "none", "--json"]


def test_a_confirmation_killed_at_work_goes_on(doe: Said, workplace: Path) -> None:
    """Killed twice, it trains each setting as often as was planned, under the same seeds, and decides nothing anew."""
    study = ["run", "l4", "--trainer", "synthetic", *SMALL, "--set", "epochs=3", "--set", "seconds=0.05"]
    assert doe(*study, "--replicates", "2", *QUIET)[0] == 0
    journal = folders.journal_of("l4-synthetic")
    before = journal.read_bytes()
    _, whole, _ = doe("confirm", "l4", "--replicates", "3", *QUIET)
    journal.write_bytes(before)
    for after in (1, 4):
        killed_at_work(workplace, after, "confirm", "l4", "--replicates", "3", *QUIET)
    code, again, error = doe("confirm", "l4", *QUIET)
    assert code == 0, error
    expected, found = (json.loads(page) for page in (whole, again))
    assert [{**t, "seconds": 0} for t in found["trials"]] == [{**t, "seconds": 0} for t in expected["trials"]]
    assert found["findings"] == expected["findings"]
    lines = list(read(journal))
    assert sum(line["event"] == "phase" for line in lines) == 1
    completed = Counter((line["run"], line["replicate"]) for line in lines if line["event"] == "completed")
    assert set(completed.values()) == {1}
    assert len(completed) == len(expected["trials"])
