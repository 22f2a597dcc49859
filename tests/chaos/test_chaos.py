"""A small form of ``make chaos``: one fault of a driver, two of a worker and one of all at once, on one machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from doe.history import History

from .chaos import FAULTS, inflict, judge, undisturbed
from .faults import ANYWHERE, DISK, RECORD, may_mount
from .nodes import Nodes, nodes

QUICK = {"driver SIGSEGV": 1, "worker SIGKILL": 1, "worker no memory": 1, "power cut": 1}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> History:
    """The study undisturbed."""
    return undisturbed(tmp_path_factory.mktemp("chaos") / "whole", 3)


@pytest.mark.parametrize(("fault", "tries"), QUICK.items(), ids=QUICK)
def test_nothing_is_lost_repeated_or_changed(fault: str, tries: int, whole: History, tmp_path: Path) -> None:
    """Hit at random instants, the same command in the end has all trials, once, with the same readings."""
    tally = inflict(tmp_path, "local", fault, tries, Random(0), whole)
    assert tally.tries == tries
    assert (tally.lost, tally.repeated, tally.changed, tally.left) == (0, 0, 0, 0)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Three nodes on this machine."""
    # not pytest's folder, as Ray's sockets lie in it, whose paths may have a hundred letters
    with (
        TemporaryDirectory(prefix="doe-", dir="/tmp", ignore_cleanup_errors=True) as folder,
        nodes(2, Path(folder)) as up,
    ):
        yield up


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["local", "ray"])
@pytest.mark.parametrize("fault", ANYWHERE)
def test_every_fault_of_a_process_on_every_executor(executor: str, fault: str, whole: History, tmp_path: Path) -> None:
    """Three tries each."""
    tally = inflict(tmp_path, executor, fault, 3, Random(1), whole)
    assert (tally.lost, tally.repeated, tally.changed, tally.left) == (0, 0, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS["cluster"])
def test_every_fault_on_a_cluster(fault: str, whole: History, tmp_path: Path, cluster: Nodes) -> None:
    """Two tries each; a node that is lost is one on which something is carried out."""
    tally = inflict(tmp_path, "cluster", fault, 2, Random(1), whole, cluster=cluster)
    assert (tally.lost, tally.repeated, tally.changed, tally.left) == (0, 0, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [*DISK, *RECORD])
def test_every_fault_of_disk_and_journal(fault: str, whole: History, tmp_path: Path) -> None:
    """Two tries each; a disk that may be filled is mounted, which only root may."""
    if fault in DISK and not may_mount():
        pytest.skip("only root may mount a file system")
    tally = inflict(tmp_path, "local", fault, 2, Random(1), whole)
    assert (tally.lost, tally.repeated, tally.changed, tally.left) == (0, 0, 0, 0)


def test_what_was_lost_repeated_or_changed_is_seen(whole: History, tmp_path: Path) -> None:
    """The judge itself: of a journal without a trial, with one twice, and with another digit."""
    setting = {"a": "x", "c": 1}
    lines: list[Mapping[str, Any]] = []
    for attempt in (1, 2):
        said = {"run": 1, "replicate": 1, "seed": 0, "setting": setting, "attempt": attempt}
        lines.append({"event": "begun", **said})
        lines.append({"event": "reading", "run": 1, "replicate": 1, "epoch": 1, "metrics": {"val_accuracy": 0.5}})
        lines.append({"event": "completed", "run": 1, "replicate": 1, "seconds": 1.0})
    assert judge(lines, whole) == {"lost": 8, "repeated": 1, "changed": 1}
