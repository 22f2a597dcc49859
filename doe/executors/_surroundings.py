"""What a trial finds around it, in whatever process: its devices and threads, and random numbers from its seed."""

from __future__ import annotations

import importlib
import os
import platform
import random
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from doe.model import Level

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""What numerical libraries ask for when they are loaded."""


def trial_variables(threads: int, gpus: Sequence[str]) -> dict[str, str]:
    """The environment that keeps a trial to its threads and GPUs."""
    # numbers as nvidia-smi has them, which tells of what kind each is; CUDA by itself counts the fastest first
    order = os.environ.get("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    told = {"CUDA_VISIBLE_DEVICES": ",".join(gpus), "CUDA_DEVICE_ORDER": order}
    return dict.fromkeys(THREAD_VARIABLES, str(threads)) | told


def whereabouts(device: str, threads: int, pid: int | None = None, kind: str = "") -> Mapping[str, Level]:
    """Where a trial is carried out, for the record; the kind of its GPUs is their hardware, if it is known."""
    where: dict[str, Level] = {"host": socket.gethostname(), "pid": pid or os.getpid(), "device": device}
    return where | {"threads": threads, "processor": processor()} | ({"hardware": kind} if kind else {})


@cache
def processor() -> str:
    """Of what kind this machine's processors are: numerical libraries choose their kernels by it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return " ".join(value.split())
    return platform.processor() or platform.machine()


def preload(modules: Sequence[str]) -> None:
    """Import what can be; the rest is left to the trial, which fails on it with its own reason."""
    for name in modules:
        with suppress(Exception, SystemExit):
            importlib.import_module(name)
    # a module may say that what it trains does without torch's compiler
    if "torch" in sys.modules and all(getattr(sys.modules.get(name), "COMPILES", True) for name in modules):
        with suppress(Exception):
            importlib.import_module("torch._dynamo")  # its first optimizer would, in every trial anew: 1.4 s


def settle(threads: int, seed: int) -> None:
    """Pin torch's threads, and begin the random numbers common to a process at the trial's seed.

    Forked trials inherit the state of these numbers, and would all draw the same from it.
    """
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)
        torch.manual_seed(seed)


@contextmanager
def pinned(threads: int, variables: Mapping[str, str]) -> Iterator[None]:
    """Keep this very process to so many threads for a while, libraries loaded before and after it alike."""
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in variables}
    torch = sys.modules.get("torch")
    torch_threads = torch.get_num_threads() if torch else 0
    os.environ.update(variables)
    try:
        with threadpool_limits(threads):
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        if torch:
            torch.set_num_threads(torch_threads)
