"""What the machine is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from doe.executors import choose
from doe.executors._devices import cpu_count, kind_of, kinds_in, visible_gpus
from doe.executors._endings import ending
from doe.protocols import Resources


@pytest.mark.parametrize(
    ("told", "gpus"),
    [
        ("0,2", ("0", "2")),
        ("", ()),
        ("-1", ()),
        ("1,-1,2", ("1",)),
        ("NoDevFiles", ()),
        (" GPU-1a-2b , MIG-3c/4/5", ("GPU-1a-2b", "MIG-3c/4/5")),
    ],
)
def test_the_environment_is_believed(told: str, gpus: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """As CUDA reads it."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", told)
    assert visible_gpus() == gpus
    assert choose(Resources()) == ("ray" if gpus else "local")
    assert choose(Resources(address="auto")) == "ray"


@pytest.mark.parametrize(
    ("listing", "gpus"),
    [
        ("GPU 0: NVIDIA H200 (UUID: GPU-aa)\nGPU 1: NVIDIA H200 (UUID: GPU-bb)", ("0", "1")),
        ("GPU 0: NVIDIA H200 (UUID: GPU-aa)\n  MIG 1g.18gb     Device  0: (UUID: MIG-cc)", ("MIG-cc",)),
        ("No devices found.", ()),
    ],
)
def test_nvidia_smi_is_read(
    listing: str, gpus: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole GPUs by number, divided ones by name."""
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n/bin/cat <<'END'\n{listing}\nEND\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert visible_gpus() == gpus


def test_cores_are_no_more_than_there_are() -> None:
    """At least one, at most those that this process may use."""
    assert 1 <= cpu_count() <= len(os.sched_getaffinity(0))


def test_heavy_guests_come_late() -> None:
    """Importing the shelf imports neither ray nor torch nor numpy."""
    program = "import sys, doe.executors; sys.exit(', '.join({'ray', 'torch', 'numpy'} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("status", "out_of_memory", "kind", "reason"),
    [
        (3, True, "crashed", "the process ended with exit code 3"),
        (0, False, "crashed", "the process ended with exit code 0"),
        (-9, True, "memory", "the process was killed by the kernel: the machine or its control group is out of memory"),
        (-9, False, "crashed", "the process was killed by SIGKILL (out of memory, or by hand)"),
        (-15, True, "crashed", "the process was killed by SIGTERM"),
    ],
)
def test_endings_in_words(status: int, out_of_memory: bool, kind: str, reason: str) -> None:
    """Each exit status says what it was."""
    assert ending(status, out_of_memory=out_of_memory) == (kind, reason)


def test_kinds_of_gpus() -> None:
    """As ``nvidia-smi -L`` lists them, by number and by identity; a part of a divided one is a kind of its own."""
    listing = """GPU 0: NVIDIA H200 (UUID: GPU-11111111-2222-3333-4444-555555555555)
  MIG 1g.18gb     Device  0: (UUID: MIG-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-66666666-7777-8888-9999-000000000000)
"""
    assert kinds_in(listing) == {
        "0": "NVIDIA H200",
        "GPU-11111111-2222-3333-4444-555555555555": "NVIDIA H200",
        "MIG-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee": "NVIDIA H200 MIG 1g.18gb",
        "1": "NVIDIA A100-SXM4-80GB",
        "GPU-66666666-7777-8888-9999-000000000000": "NVIDIA A100-SXM4-80GB",
    }
    assert kinds_in("No devices found.") == {}
    assert kind_of(()) == ""
