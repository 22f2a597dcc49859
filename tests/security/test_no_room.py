"""A disk that is full, a file that may not grow, a folder that may not be written: one line, and nothing is lost."""

from __future__ import annotations

import ctypes
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from doe.history import fold
from doe.journal import Journal, JournalError, read

TRAINER = str(Path(__file__).parent.parent / "plain_trainer.py")
WORDS = ["run", "full_factorial", "--trainer", TRAINER, "--factor", "a=x,y,z", "--factor", "c=1,2,3,4"]
MANNER = ["--executor", "serial", "--tracking-uri", "none", "--yes"]
NAME = "full_factorial-plain_trainer"
RESUMING = str(Path(__file__).parent.parent / "resuming_trainer.py")
LOUD = """
def train(dataset=None, epochs=2, seed=0, *, a: int = 1):
    for epoch in range(1, epochs + 1):
        for _ in range(1000):
            print("x" * 1000)
        yield {"y": a + epoch / 10}
"""
DROP, OVERRIDE, SEARCH = 24, 1, 2
"""PR_CAPBSET_DROP, CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of linux/capability.h."""


def _doe(folder: Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "doe", *WORDS, *MANNER]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, preexec_fn=before)


def _as_anybody() -> None:
    """Let root, too, be refused where a folder may not be written."""
    libc = ctypes.CDLL(None)
    for capability in (OVERRIDE, SEARCH):
        libc.prctl(DROP, capability, 0, 0, 0)


@pytest.mark.parametrize(
    "size", [pytest.param(2_500, marks=pytest.mark.slow), 4_000, pytest.param(6_000, marks=pytest.mark.slow)]
)
def test_where_the_disk_is_full_a_study_ends_in_one_line_and_goes_on(size: int, tmp_path: Path) -> None:
    """The trials that were on the disk stay done; once there is room, the same command trains only the others."""
    full = _doe(tmp_path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    journal = tmp_path / f"mlruns/studies/{NAME}/journal.jsonl"
    assert full.returncode == 2
    (line,) = [line for line in full.stderr.splitlines() if line.startswith("doe: ")]
    assert "cannot write" in line
    assert "Traceback" not in full.stderr
    kept = fold(read(journal)).completed
    assert len(kept) < 12
    again = _doe(tmp_path)
    assert again.returncode == 0, again.stderr
    completed = [line["run"] for line in read(journal) if line["event"] == "completed"]
    assert sorted(completed) == list(range(1, 13))
    found = fold(read(journal)).completed
    assert {key: found[key].readings for key in kept} == {key: kept[key].readings for key in kept}


def test_where_only_the_reports_have_no_room_every_trial_is_kept(tmp_path: Path) -> None:
    """The journal fits, the page with its figures does not."""
    whole = _doe(tmp_path)
    assert whole.returncode == 0
    journal = tmp_path / f"mlruns/studies/{NAME}/journal.jsonl"
    room = journal.stat().st_size + 4000
    full = _doe(tmp_path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)))
    assert full.returncode == 2
    assert "Traceback" not in full.stderr
    assert full.stderr.splitlines()[-1].startswith("doe: cannot write")
    assert len(fold(read(journal)).completed) == 12


@pytest.mark.parametrize("closed", [".", "mlruns/studies"])
def test_a_folder_that_may_not_be_written_is_one_line(closed: str, tmp_path: Path) -> None:
    """Before anything is trained."""
    (tmp_path / closed).mkdir(parents=True, exist_ok=True)
    (tmp_path / closed).chmod(0o555)
    try:
        refused = _doe(tmp_path, _as_anybody)
    finally:
        (tmp_path / closed).chmod(0o755)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert refused.stderr.splitlines()[-1].startswith("doe: cannot write mlruns")


@pytest.mark.parametrize("executor", ["serial", "local"])
def test_a_log_without_room_costs_its_trial_nothing(executor: str, tmp_path: Path) -> None:
    """What a trainer prints beyond what the disk holds is lost, and nothing else."""
    (tmp_path / "loud.py").write_text(LOUD)
    words = [sys.executable, "-m", "doe", "run", "full_factorial", "--trainer", "loud.py", "--factor", "a=1,2"]
    words += ["--maximize", "y", "--executor", executor, "--tracking-uri", "none", "--yes"]
    room = 1_500_000
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "mlruns/studies/full_factorial-loud"
    history = fold(read(folder / "journal.jsonl"))
    assert len(history.completed) == 2
    assert not history.failures
    assert [path.stat().st_size for path in (folder / "logs").iterdir()] == [room, room]


def test_a_checkpoint_without_room_costs_its_trial_nothing(tmp_path: Path) -> None:
    """The training goes on without one, its log says so, and its readings are the same."""
    found = []
    for room in (resource.RLIM_INFINITY, 16_000):
        folder = tmp_path / str(room)
        folder.mkdir()
        words = [sys.executable, "-m", "doe", "run", "full_factorial", "--trainer", RESUMING]
        words += ["--factor", "patience=1,2", "--set", "epochs=3", "--executor", "local", "--slots", "2"]
        done = subprocess.run(
            [*words, "--tracking-uri", "none", "--yes"], cwd=folder, capture_output=True, text=True, check=False,
            preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (room, room)),
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        study = folder / "mlruns/studies/full_factorial-resuming_trainer"
        history = fold(read(study / "journal.jsonl"))
        assert not history.failures
        found.append({key: repr(outcome.readings) for key, outcome in history.completed.items()})
    assert len(found[0]) == 2
    assert found[0] == found[1]
    logs = [path.read_text() for path in (study / "logs").iterdir()]
    assert all("no checkpoint can be written" in text for text in logs)


def test_a_torn_end_that_cannot_be_set_aside_stays_as_it_is(tmp_path: Path) -> None:
    """Where there is no room for it, nothing is cut off the journal."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"event": "opened"}\n{"event": "beg')
    path.with_suffix(".torn").mkdir()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="cannot mend"):
        Journal(path)
    assert path.read_bytes() == before
    path.with_suffix(".torn").rmdir()
    with Journal(path) as journal:
        assert journal.mended == 14
    assert path.with_suffix(".torn").stat().st_size == 15
