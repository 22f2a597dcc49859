"""A GPU is lost amid a study: its trials go on elsewhere, it is given no more. Simulated by what torch would say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch

from doe.executors import _child
from doe.executors._trust import LOST, Place, Trust
from doe.journal import read
from doe.model import Completed, Failed, Reading
from doe.training import BrokenError
from tests.conftest import Said

from .driving import trial

TRAINER = str(Path(__file__).with_name("falling_trainer.py"))
ZERO, ONE, TWO = ("0",), ("1",), ("2",)
GPUS = {ZERO, ONE, TWO}
GONE = "RuntimeError: CUDA error: no CUDA-capable device is detected"
ENOUGH = "2 in a row: no more trials on cuda:"


@pytest.mark.parametrize(
    "said",
    [
        GONE,
        "AcceleratorError: CUDA error: unspecified launch failure",
        "AcceleratorError: CUDA error: unknown error",
        "AcceleratorError: CUDA error: CUDA-capable device(s) is/are busy or unavailable",
        "AcceleratorError: CUDA error: uncorrectable ECC error encountered",
        "AcceleratorError: CUDA error: Invalid access of peer GPU memory over nvlink or a hardware error",
        "RuntimeError: No CUDA GPUs are available",
        "RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment",
        "NVMLError_GpuIsLost: GPU is lost",
        "Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost. Reboot the system",
    ],
)
def test_what_is_said_of_a_lost_gpu(said: str) -> None:
    """The words of CUDA 13, torch 2.15 and NVML."""
    assert LOST.search(said)


@pytest.mark.parametrize(
    "said",
    [
        "AcceleratorError: CUDA error: device-side assert triggered",
        "AcceleratorError: CUDA error: an illegal memory access was encountered",
        "OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
        "ValueError: unknown error",
        "the process was killed by SIGKILL (out of memory, or by hand)",
    ],
)
def test_what_is_the_trainers_own(said: str) -> None:
    """Its mistakes say nothing of the GPU."""
    assert not LOST.search(said)


@pytest.mark.parametrize(("gpus", "driver", "telling"), [("0", True, True), ("", True, False), ("0", False, False)])
def test_no_trial_slips_onto_the_cpu(
    gpus: str, driver: bool, telling: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trial that was given a GPU of which torch finds nothing is not begun, where there is a driver of GPUs."""
    if torch.cuda.is_available():
        pytest.skip("torch finds a GPU")
    control = tmp_path / "nvidiactl"
    if driver:
        control.touch()
    monkeypatch.setattr(_child, "CONTROL", control)
    with pytest.raises(BrokenError, match=LOST) if telling else nullcontext():
        _child.check_gpus(tuple(gpus))


def broken(trust: Trust, run: int, place: Place, places: Collection[Place]) -> str:
    """What is said of a trial that broke there."""
    outcome = trust.hear(Failed(trial(run), "error", GONE), place, places)
    assert isinstance(outcome, Failed)
    return outcome.reason


def test_two_in_a_row_are_enough() -> None:
    """Neither one, nor two with a reading between them; the words are added to the last."""
    trust = Trust()
    assert broken(trust, 1, ZERO, GPUS) == GONE
    assert broken(trust, 2, ONE, GPUS) == GONE
    trust.hear(Completed(trial(3), (Reading(1, {"y": 1.0}),), 1.0), ONE, GPUS)
    assert broken(trust, 4, ONE, GPUS) == GONE
    assert not trust.lost
    assert broken(trust, 5, ZERO, GPUS) == f"{GONE}; {ENOUGH}0"
    assert trust.lost == {ZERO}
    assert broken(trust, 7, ZERO, GPUS) == GONE, "that is said once"
    assert trust.suits(ZERO, trial(6), {ZERO}), "the others have left the cluster"
    assert not trust.suits(ZERO, trial(6), GPUS)


def test_who_breaks_everywhere_is_to_blame() -> None:
    """A trial is not tried again where it met a lost GPU while there are others; if those are lost too, none is."""
    trust = Trust()
    trust.hear(Failed(trial(1), "error", GONE), ZERO, GPUS)
    assert [trust.suits(place, trial(1), GPUS) for place in (ZERO, ONE, TWO)] == [False, True, True]
    assert trust.suits(ZERO, trial(2), GPUS)
    trust.hear(Failed(trial(1), "error", GONE), ONE, GPUS)
    assert not trust.doubts
    trust.hear(Failed(trial(1), "error", GONE), TWO, GPUS)
    assert all(trust.suits(place, trial(1), GPUS) for place in GPUS)
    assert not trust.lost


def test_the_last_one_is_kept() -> None:
    """However often trials break on it; nor is one let go of where all others are in doubt as well."""
    trust = Trust()
    for run in range(1, 6):
        assert broken(trust, run, ZERO, {ZERO}) == GONE
    both = Trust()
    for run in range(1, 10):
        assert broken(both, run, (ZERO, ONE)[run % 2], {ZERO, ONE}) == GONE
    assert not trust.lost | both.lost


def run(doe: Said, gpus: str, patch: pytest.MonkeyPatch, *more: str) -> tuple[int, str, list[Mapping[str, Any]]]:
    """A study of eight trials on GPUs on paper: the exit code, what was said, and its journal."""
    patch.setenv("CUDA_VISIBLE_DEVICES", gpus)
    words = ["full_factorial", "--trainer", TRAINER, "--factor", "a=1,2,3,4,5,6,7,8", "--maximize", "y"]
    code, _, err = doe("run", *words, "--tracking-uri", "none", "--yes", *more)
    journal = Path("mlruns/studies/full_factorial-falling_trainer/journal.jsonl")
    return code, err, list(read(journal))


def on_which(lines: list[Mapping[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    """How many trials completed on each device, and how many broke."""
    where: dict[tuple[int, int], str] = {}
    completed, failed = Counter[str](), Counter[str]()
    for line in lines:
        if line["event"] == "started":
            where[line["run"], line["replicate"]] = str(line["device"])
        elif line["event"] in {"completed", "failed"}:
            (completed if line["event"] == "completed" else failed)[where[line["run"], line["replicate"]]] += 1
    return completed, failed


def test_a_study_goes_on_without_a_lost_gpu(doe: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two one is lost: two trials break on it, each is done on the other, and it is given no third."""
    code, said, lines = run(doe, "0,1", monkeypatch, "--executor", "local", "--set", "lost=gpu0")
    assert code == 0, said
    assert on_which(lines) == ({"cuda:1": 8}, {"cuda:0": 2})
    reasons = [line["reason"] for line in lines if line["event"] == "failed"]
    assert [ENOUGH in reason for reason in reasons] == [False, True]
    assert said.count(ENOUGH) == 1


def test_it_is_given_another_chance(doe: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """One failure alone takes no GPU away."""
    code, said, lines = run(
        doe, "0,1", monkeypatch, "--executor", "local", "--set", "lost=gpu0", "--set", "mark=it-was"
    )
    assert code == 0, said
    completed, failed = on_which(lines)
    assert failed == {"cuda:0": 1}
    assert completed.total() == 8
    assert completed["cuda:0"] > 1
    assert ENOUGH not in said


def test_a_bad_setting_takes_no_gpu_away(doe: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """It breaks on both, and fails for good; all others are done on both."""
    code, said, lines = run(doe, "0,1", monkeypatch, "--executor", "local", "--set", "bad=3")
    assert code == 3
    completed, failed = on_which(lines)
    assert failed == {"cuda:0": 1, "cuda:1": 1}
    assert completed.total() == 7
    assert min(completed.values()) > 1
    assert ENOUGH not in said


@pytest.mark.parametrize("gpus", ["0", "0,1"])
def test_where_all_are_lost_trials_fail(gpus: str, doe: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each after its second try, with what CUDA said; nothing waits for ever."""
    code, said, lines = run(doe, gpus, monkeypatch, "--executor", "local", "--set", "lost=gpu0 gpu1")
    assert code == 3
    completed, failed = on_which(lines)
    assert not completed
    assert failed.total() == 16
    assert "no CUDA-capable device is detected" in said


def test_those_that_share_a_lost_gpu_go_elsewhere(doe: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two trials at once on each of three GPUs, of which one is lost: all leave it."""
    more = ("--executor", "local", "--gpus-per-trial", "0.5", "--set", "lost=gpu1")
    code, said, lines = run(doe, "0,1,2", monkeypatch, *more)
    assert code == 0, said
    completed, failed = on_which(lines)
    assert set(completed) == {"cuda:0", "cuda:2"}
    assert set(failed) == {"cuda:1"}
    assert failed.total() in {2, 3}  # a third may have begun there before the second broke
    assert said.count(ENOUGH) == 1


def test_a_ray_goes_on_without_a_lost_gpu(doe: Said, monkeypatch: pytest.MonkeyPatch, ray_running: None) -> None:
    """The same behind Ray, where each GPU has a worker of its own, with the machine that the GPU is in."""
    more = ("--executor", "ray", "--set", "lost=gpu2", "--set", f"met={Path('met').resolve()}")
    code, said, lines = run(doe, "0,1,2,3", monkeypatch, *more)
    assert code == 0, said
    completed, failed = on_which(lines)
    assert completed.total() == 8
    assert failed == {"cuda:2": 2}
    assert said.count(f"{ENOUGH}2 of ") == 1
