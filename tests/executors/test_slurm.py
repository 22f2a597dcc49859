"""``docs/clusters/l9.sbatch`` as it stands, submitted to a Slurm of three machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.executors.slurm import GPUS, Slurm, slurm, why_not
from tests.executors.watched import judged, lines_in, until, words

NO_SLURM = why_not()
RECIPE = Path(__file__).parents[2] / "docs/clusters/l9.sbatch"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(NO_SLURM), reason=NO_SLURM or "a Slurm of its own")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Slurm]:
    """Three machines, of which each job has two."""
    with slurm(3) as made:
        yield made


def _submitted(cluster: Slurm, folder: Path, levels: int) -> str:
    """The number of the recipe's job, of another study than the recipe's own."""
    study = words("--gpus-per-trial", "1", levels=levels)
    return cluster.submit("--nodes=2", str(RECIPE), *study[study.index("run") + 1 :], cwd=folder)


def _completed(folder: Path) -> int:
    return sum(line["event"] == "completed" for line in lines_in(folder))


def _said(folder: Path) -> str:
    return "".join(file.read_text() for file in sorted(folder.glob("*.out")))


def test_a_job_is_a_study(cluster: Slurm, tmp_path: Path) -> None:
    """Both machines train, on as many GPUs as Slurm gave them, and the job ends well."""
    job = _submitted(cluster, tmp_path, levels=8)
    assert cluster.waited(job, "COMPLETED", "FAILED") == "COMPLETED", _said(tmp_path)
    history = judged(tmp_path, 24)
    assert len({where["host"] for where in history.where.values()}) == 2
    assert {where["device"] for where in history.where.values()} <= {f"cuda:{number}" for number in range(GPUS)}


def test_a_cancelled_job_is_submitted_again(cluster: Slurm, tmp_path: Path) -> None:
    """What had completed by then is not trained again."""
    job = _submitted(cluster, tmp_path, levels=40)
    until(lambda: _completed(tmp_path) > 5, tmp_path)
    cluster.said("scancel", job)
    assert cluster.waited(job, "CANCELLED", "COMPLETED", "FAILED") == "CANCELLED"
    assert 5 < _completed(tmp_path) < 120
    again = _submitted(cluster, tmp_path, levels=40)
    assert cluster.waited(again, "COMPLETED", "FAILED") == "COMPLETED", _said(tmp_path)
    judged(tmp_path, 120)


def test_a_job_whose_time_is_up_queues_again(cluster: Slurm, tmp_path: Path) -> None:
    """At the signal that Slurm sends before the end it requeues itself, under its own number, and goes on."""
    job = _submitted(cluster, tmp_path, levels=40)
    until(lambda: _completed(tmp_path) > 5, tmp_path)
    cluster.said("scancel", "--signal=USR1", "--batch", job)
    cluster.waited(job, "PENDING")
    assert 5 < _completed(tmp_path) < 120
    # else Slurm lets a requeued job wait for two minutes
    cluster.said("scontrol", "update", f"JobId={job}", "StartTime=now")
    assert cluster.waited(job, "COMPLETED", "FAILED") == "COMPLETED", _said(tmp_path)
    judged(tmp_path, 120)
    assert cluster.told(job, "Restarts") == "1"


def test_a_machine_breaks(cluster: Slurm, tmp_path: Path) -> None:
    """The first one, on which doe is: Slurm finds out and gives the job another, and the study goes on."""
    job = _submitted(cluster, tmp_path, levels=40)
    until(lambda: _completed(tmp_path) > 5, tmp_path)
    broken = cluster.machines[0]
    assert {line["host"] for line in lines_in(tmp_path) if line["event"] == "opened"} == {broken.name}
    broken.end()
    cluster.waited(job, "PENDING")
    assert 5 < _completed(tmp_path) < 120
    cluster.said("scontrol", "update", f"JobId={job}", "StartTime=now")
    assert cluster.waited(job, "COMPLETED", "FAILED") == "COMPLETED", _said(tmp_path)
    judged(tmp_path, 120)
    assert [line["host"] for line in lines_in(tmp_path) if line["event"] == "opened"][-1] != broken.name
