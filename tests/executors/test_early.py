"""What trials need is imported while their study is still being planned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from doe.executors import EXECUTORS, early
from doe.executors import _forking as forking
from doe.protocols import Resources, Started
from tests.conftest import Said

from .driving import task, trial

LOUD = "print('read early')\n"


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


@contextmanager
def _begun(resources: Resources, name: str = "local") -> Iterator[set[int]]:
    """The processes that were started early."""
    before = _children()
    with early(name) as begin:
        begin(resources)
        yield _children() - before
    assert _children() <= before, "it ends with what it was started for"


def _forked_by(resources: Resources) -> int:
    """The parent of a trial, of an executor that is made now."""
    with closing(EXECUTORS["local"](resources)) as executor:
        executor.submit(trial(1), task(trial(1), seconds=0.2))
        for event in executor.events():
            if isinstance(event, Started):
                return psutil.Process(int(event.where["pid"])).ppid()
    raise AssertionError("it never began")


def test_the_one_that_was_started_early_forks_the_trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the very same process, and what it printed stands in the study's folder, which came later."""
    (tmp_path / "loud.py").write_text(LOUD)
    monkeypatch.syspath_prepend(tmp_path)
    resources = Resources(slots=1, preload=("loud",))
    logs = tmp_path / "study/logs"
    with _begun(resources) as started:
        assert len(started) == 1
        assert not logs.exists()
        assert {_forked_by(Resources(slots=1, preload=("loud",), logs=logs))} == started
    assert (logs / "fork-server.log").read_text() == "read early\n"


@pytest.mark.parametrize("other", [Resources(preload=("json",)), Resources(threads=2), Resources(preload=())])
def test_one_that_imports_other_things_is_of_no_use(other: Resources) -> None:
    """It ends, and another is started."""
    with _begun(Resources(preload=("loud",))) as started:
        assert not {_forked_by(other)} & started
        assert not _children() & started


def test_none_for_those_who_fork_elsewhere() -> None:
    """Neither in the driver's own process, nor on a cluster."""
    with _begun(Resources(), "serial") as started:
        assert not started
    with _begun(Resources(address="127.0.0.1:9"), "ray") as started:
        assert not started


def test_a_plan_that_fails_leaves_no_process(doe: Said, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The study is read, and its data cannot be."""
    started: list[Resources] = []
    start = forking.start_early

    def noted(some: Resources, places: list[str]) -> None:
        started.append(some)
        start(some, places)

    monkeypatch.setattr("doe.executors.start_early", noted)
    picture = workplace / "faces/glad/1.png"
    picture.parent.mkdir(parents=True)
    picture.write_text("no picture")
    before = _children()
    code, _, error = doe("run", "l9", "--trainer", "cnn", "--data", "faces", "--executor", "local")
    assert code == 2
    assert "faces" in error
    assert len(started) == 1
    assert "torch" in started[0].preload
    assert _children() <= before


def test_nothing_is_left_to_do(doe: Said) -> None:
    """A study that is complete, and one that is only planned."""
    before = _children()
    factors = ("--factor", "optimizer=adam,sgd", "--factor", "batch_size=8,64", "--factor", "dropout=0.3,0.5")
    words = ("run", "l4", "--trainer", "synthetic", *factors, "--set", "epochs=1", "--executor", "local")
    for more in ((), (), ("--dry-run",)):
        code, _, error = doe(*words, "--tracking-uri", "none", *more)
        assert code == 0, error
        assert _children() <= before
    assert not forking._early
