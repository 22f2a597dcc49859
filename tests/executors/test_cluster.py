"""Studies on a cluster of several machines, which join and leave while it is at work."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pytest

from doe.executors._cluster import _cpus
from doe.executors._slots import Node, Seat, lacking, seat_map
from doe.protocols import Resources
from doe.results import tabulate
from tests.chaos.nodes import Nodes, nodes
from tests.executors.hosts import LONG, Host, hosts, why_not
from tests.executors.watched import PATIENCE, at_work, begun, judged, lines_in, until, words

NO_HOSTS = why_not()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path has room for Ray's sockets."""
    with tempfile.TemporaryDirectory(prefix="doe-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_a_machine_leaves(tmp_path: Path, short_folder: Path) -> None:
    """What it had under way is begun again elsewhere, nothing is lost or repeated, and Ray prints nothing."""
    with (
        nodes(1, short_folder) as cluster,
        begun(tmp_path, "--executor", "ray", "--address", cluster.address, levels=2) as driver,
    ):
        (node,) = cluster.cluster.worker_nodes
        raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)

        def frozen() -> bool:
            """A trial on that machine is halted, so that it cannot end before its machine does."""
            family = {process.pid: process for process in raylet.children(recursive=True)}
            for line in at_work(lines_in(tmp_path)).values():
                if process := family.get(int(line["pid"])):
                    with suppress(psutil.NoSuchProcess):
                        process.suspend()
            return any(line["pid"] in family for line in at_work(lines_in(tmp_path)).values())

        until(frozen, tmp_path)
        cluster.cluster.remove_node(node, allow_graceful=False)
        printed, _ = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, (tmp_path / "said").read_text()
    assert json.loads(printed)
    history = judged(tmp_path, 6)
    lost = [failed for failures in history.failures.values() for failed in failures]
    assert lost
    assert {failed.kind for failed in lost} == {"crashed"}
    assert all("its machine" in failed.reason or "its Ray worker died" in failed.reason for failed in lost)


def test_a_head_without_cores(tmp_path: Path, short_folder: Path) -> None:
    """The head has no cores to spare, nor has a machine beside it: a study waits for one that has."""
    with nodes(0, short_folder, cores=0) as cluster:
        cluster.join(num_cpus=0)
        with begun(tmp_path, "--executor", "ray", "--address", cluster.address, levels=2) as driver:
            until(lambda: [line for line in lines_in(tmp_path) if line["event"] == "opened"], tmp_path)
            cluster.join()
            printed, _ = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, (tmp_path / "said").read_text()
    assert json.loads(printed)
    history = judged(tmp_path, 6)
    assert not history.failures


@pytest.mark.slow
def test_machines_of_gpus_alone(tmp_path: Path, short_folder: Path) -> None:
    """A machine that tells Ray of a GPU, on paper, and of no cores, is given trials that want a GPU."""
    with nodes(0, short_folder, cores=0) as cluster:
        cluster.join(num_cpus=0, num_gpus=1)
        manner = ("--executor", "ray", "--address", cluster.address)
        with begun(tmp_path, *manner, levels=2) as driver:
            printed, _ = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, (tmp_path / "said").read_text()
    assert json.loads(printed)
    assert {where["device"] for where in judged(tmp_path, 6).where.values()} == {"cuda:0"}


@pytest.mark.slow
def test_machines_come_and_go(tmp_path: Path, short_folder: Path) -> None:
    """Three times a machine that is at work is lost, and another joins."""
    with nodes(2, short_folder) as cluster:
        with begun(tmp_path, "--executor", "ray", "--address", cluster.address, "--retry-failed", levels=30) as driver:
            random = Random(0)

            def lost() -> bool:
                return cluster.lose(random, {int(line["pid"]) for line in at_work(lines_in(tmp_path)).values()})

            for _ in range(3):
                until(lost, tmp_path)
            driver.communicate(timeout=PATIENCE)
        if driver.returncode:  # a trial that was hit twice has failed for good, until it is asked for again
            with begun(
                tmp_path, "--executor", "ray", "--address", cluster.address, "--retry-failed", levels=30
            ) as last:
                last.communicate(timeout=PATIENCE)
    judged(tmp_path, 90)


@pytest.mark.slow
def test_a_machine_that_joins_is_given_trials(tmp_path: Path, short_folder: Path) -> None:
    """Half of a study of 60 trials is done on a machine that was not there at its beginning."""
    with nodes(0, short_folder) as cluster:
        manner = ("--executor", "ray", "--address", cluster.address)
        with begun(tmp_path, *manner, levels=20) as driver:
            until(lambda: at_work(lines_in(tmp_path)), tmp_path)
            cluster.join()
            most = until(lambda: len(at_work(lines_in(tmp_path))) >= 4, tmp_path)
            printed, _ = driver.communicate(timeout=PATIENCE)
    assert most
    assert driver.returncode == 0, (tmp_path / "said").read_text()
    assert json.loads(printed)
    judged(tmp_path, 60)


@pytest.mark.slow
def test_two_kinds_of_gpus_become_a_block(tmp_path: Path, short_folder: Path) -> None:
    """Of machines with GPUs of two kinds, on paper, the table says which trial had which, and it is a block."""
    with nodes(0, short_folder) as cluster:
        for kind in ("A100", "H200"):
            _add_gpu(cluster, kind)
        manner = ("--executor", "ray", "--address", cluster.address, "--gpus-per-trial", "1")
        with begun(tmp_path, *manner) as driver:
            driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, (tmp_path / "said").read_text()
    history = judged(tmp_path, 12)
    assert history.study is not None
    results = tabulate(history.study, history)
    assert set(results.table["hardware"]) == {"A100", "H200"}
    assert [f.levels for f in results.factors if f.role == "block"] == [("A100", "H200")]


def _add_gpu(cluster: Nodes, kind: str) -> None:
    """A machine that tells Ray of a GPU of this kind, as ``ray start`` on a real one does."""
    told = {"num_cpus": 2, "num_gpus": 1, "resources": {f"accelerator_type:{kind}": 1}}
    cluster.cluster.add_node(object_store_memory=80 * 2**20, **told)


@pytest.mark.slow
@pytest.mark.skipif(bool(NO_HOSTS), reason=NO_HOSTS or "hosts of their own")
def test_a_cable_is_pulled(tmp_path: Path, short_folder: Path) -> None:
    """Of three hosts one is cut off in mid-study, and others carry out its trials; nobody joins without the token."""
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0123456789abcdef" * 4}
    with hosts(3) as (head, second, third):
        printed, place = tmp_path / "ray.log", f"{head.address}:6379"
        small = ["--disable-usage-stats", "--include-log-monitor=false"]
        start = ["--num-cpus=2", "--object-store-memory", str(80 * 2**20), *small]
        own = ["--head", "--port=6379", "--include-dashboard=false", f"--temp-dir={short_folder}"]
        head.start_ray([*start, *own], printed, token)
        for host in (second, third):  # one after another: three at once would keep each other waiting
            host.start_ray([*start, f"--address={place}"], printed, token)
        study = words("--executor", "ray", "--address", place, levels=10)
        stranger = head.start(study, tmp_path / "refused", tmp_path, token | {"RAY_AUTH_TOKEN": "f" * 64})
        assert stranger.wait(LONG) == 2
        said, refused = (tmp_path / "refused").read_text().strip().splitlines()
        assert said.startswith(f"Ray at {place} can be reached from other machines: it wants a token, but")
        assert f"no Ray cluster at '{place}': it is no Ray, or of another version, or wants another token" in refused
        driver = head.start(study, tmp_path / "said", tmp_path, token)
        until(lambda: _on(third, tmp_path), tmp_path)
        third.unplug()
        assert driver.wait(LONG) == 0, (tmp_path / "said").read_text()
    history = judged(tmp_path, 30)
    assert {where["host"] for where in history.where.values()} >= {head.name, second.name}
    lost = [failed for failures in history.failures.values() for failed in failures]
    assert lost
    assert {failed.kind for failed in lost} == {"crashed"}


def _on(host: Host, folder: Path) -> list[Mapping[str, Any]]:
    """The trials that are under way on a host."""
    return [line for line in at_work(lines_in(folder)).values() if line["host"] == host.name]


def test_what_a_cluster_lacks_is_asked_for() -> None:
    """A machine that left is made good by the others, and by itself when it comes back, never by both."""
    one, two = Node("1", 4, 0), Node("2", 4, 0)
    four = Resources(slots=4, gpus_per_trial=0)
    both = seat_map(four, [one, two])
    assert both == (Seat(one, 0, 2), Seat(two, 0, 2))
    assert list(lacking(seat_map(four, [one]), both[:1], 4)) == [Seat(one, 0, 2)]
    assert list(lacking(both, [Seat(one, 0, 2), Seat(one, 0, 2)], 4)) == []
    unlimited = seat_map(Resources(), [one, two])
    assert list(lacking(unlimited, unlimited[:1], None)) == [Seat(two, 0, 4)]
    gpus = seat_map(Resources(), [Node("1", 4, 2), Node("2", 4, 2)])
    assert list(lacking(gpus, gpus[1:], None)) == [gpus[0]]


def test_no_worker_wants_less_than_no_core() -> None:
    """Neither on a machine of GPUs alone, nor where its share of the cores is small."""
    cores = {cpus: _cpus(Resources(), Seat(Node("1", cpus, 4), 1, 1)) for cpus in (0, 0.01, 2, 4, 64)}
    assert cores == {0: 0, 0.01: 0, 2: 0.49, 4: 1, 64: 1}


def test_nobody_answers() -> None:
    """An address at which nothing listens is one line, at once, and so is one that is no Ray."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            words("--executor", "ray", "--address", "127.0.0.1:9", levels=2),
            cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
    assert done.returncode == 2
    assert "no Ray cluster at '127.0.0.1:9': Connection refused" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
