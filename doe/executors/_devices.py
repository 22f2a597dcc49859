"""What this machine has for trials: GPUs and CPU cores, asked without torch or ray."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

PATIENCE = 10.0
"""Seconds that nvidia-smi may take; it has to wake a sleeping driver."""


def visible_gpus() -> tuple[str, ...]:
    """The GPUs that a trial may use, each as CUDA_VISIBLE_DEVICES names it."""
    told = os.environ.get("CUDA_VISIBLE_DEVICES")
    if told is not None:
        return _believed(told)
    if nvidia_smi := shutil.which("nvidia-smi"):
        return _listed(nvidia_smi)
    try:
        count = len(list(Path("/proc/driver/nvidia/gpus").iterdir()))
    except OSError:
        return ()
    return tuple(map(str, range(count)))


def kind_of(gpus: Sequence[str]) -> str:
    """Of what kind these GPUs are, as in ``NVIDIA H200``; empty where there is none, or where none says."""
    kinds = _kinds() if gpus else {}
    return " + ".join(sorted({kinds[gpu] for gpu in gpus if gpu in kinds}))


def cpu_count() -> int:
    """The CPU cores that this process may keep busy, by its affinity and its control group's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota()
    return max(1, cores if quota is None else min(cores, int(quota)))


def control_group(kind: str = "") -> Path:
    """The folder of this process's control group: of the unified hierarchy, or of one kind of the older ones."""
    root = Path("/sys/fs/cgroup")
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return root
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kind in kinds.split(","):
            return root / kinds / path.lstrip("/")
    return root


def _believed(told: str) -> tuple[str, ...]:
    """CUDA stops reading at the first name that stands for no device."""
    gpus: list[str] = []
    for name in (part.strip() for part in told.split(",")):
        if not re.fullmatch(r"\d+|(GPU|MIG)-[\w/-]+", name):
            break
        gpus.append(name)
    return tuple(gpus)


def _listed(nvidia_smi: str) -> tuple[str, ...]:
    """Whole GPUs by number; the parts of a divided one (MIG) by their names, since they have no numbers."""
    listing = _listing(nvidia_smi)
    parts = re.findall(r"UUID: (MIG-[\w/-]+)", listing)
    return tuple(parts or re.findall(r"^GPU (\d+):", listing, re.MULTILINE))


def kinds_in(listing: str) -> dict[str, str]:
    """By number and identity the kind of each GPU that ``nvidia-smi -L`` tells of, and of parts of divided ones."""
    kinds: dict[str, str] = {}
    whole = ""
    for line in listing.splitlines():
        if found := re.match(r"GPU (\d+): (.+) \(UUID: (GPU-[\w-]+)\)", line):
            number, whole, identity = found.groups()
            kinds[number] = kinds[identity] = whole
        elif found := re.match(r"\s+MIG (\S+)\s.*\(UUID: (MIG-[\w/-]+)\)", line):
            kinds[found[2]] = f"{whole} MIG {found[1]}"
    return kinds


@cache
def _kinds() -> dict[str, str]:
    nvidia_smi = shutil.which("nvidia-smi")
    return kinds_in(_listing(nvidia_smi)) if nvidia_smi else {}


def _listing(nvidia_smi: str) -> str:
    """What ``nvidia-smi -L`` says; nothing where it does not work."""
    try:
        return subprocess.run(  # noqa: S603, the path comes from which()
            [nvidia_smi, "-L"], capture_output=True, text=True, timeout=PATIENCE, check=True, stdin=subprocess.DEVNULL
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _quota() -> float | None:
    """How many cores' time the control group grants; None where it does not say."""
    try:
        limit, period = (control_group() / "cpu.max").read_text().split()
    except (OSError, ValueError):
        pass
    else:
        return None if limit == "max" else int(limit) / int(period)
    older = control_group("cpu")
    try:
        limit, period = ((older / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
    except OSError:
        return None
    return int(limit) / int(period) if int(limit) > 0 else None
