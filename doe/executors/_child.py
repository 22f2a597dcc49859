"""A freshly forked process becomes one trial, tells of it through a pipe, and ends."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from doe.executors._printing import Printed
from doe.executors._surroundings import settle, trial_variables
from doe.executors._wire import Message, packed, task_from
from doe.protocols import Task
from doe.training import BrokenError, carry_out

LIBC = ctypes.CDLL(None)
"""The C library, opened once for all children."""

CONTROL = Path("/dev/nvidiactl")
"""There where a driver of GPUs is, and this process may use it."""

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>: the signal that a process gets when its parent is gone."""


def become_trial(order: Message, channel: int, parent: int) -> NoReturn:
    """Carry out what was ordered; nothing of the parent's is run again on the way out."""
    status = 1
    try:
        die_with(parent)
        _stand_alone(order["log"])
        os.environ.update(trial_variables(order["threads"], order["gpus"]))
        settle(order["threads"], order["task"]["seed"])
        with open(channel, "wb") as pipe:

            def tell(message: Message) -> None:
                pipe.write(packed(message))
                pipe.flush()

            _train(task_from(order["task"]), order["gpus"], tell)
            status = 0
    except BaseException:  # noqa: BLE001, whatever it is, it must not run on in a copy of the fork server
        traceback.print_exc()
    finally:
        _flush()
        os._exit(status)


def die_with(parent: int) -> None:
    """See to it that this process is killed when its parent ends, even by SIGKILL."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def check_gpus(gpus: Sequence[str]) -> None:
    """See that torch, where it is loaded, finds the GPUs of this trial: many a trainer would go on on the CPU.

    Raises:
        BrokenError: It finds none, though there is a driver.
    """
    torch = sys.modules.get("torch")
    if gpus and torch and torch.version.cuda and CONTROL.exists() and not torch.cuda.is_available():
        raise BrokenError("error", f"No CUDA GPUs are available: torch finds nothing of cuda:{','.join(gpus)}")


def _train(task: Task, gpus: Sequence[str], tell: Callable[[Message], None]) -> None:
    begin = time.monotonic()
    try:
        check_gpus(gpus)
        for reading in carry_out(task):
            tell({"epoch": reading.epoch, "metrics": dict(reading.metrics)})
    except BrokenError as error:
        traceback.print_exception(error)
        tell({"failed": error.kind, "reason": str(error), "seconds": time.monotonic() - begin})
    else:
        tell({"completed": time.monotonic() - begin})


def _stand_alone(log: str | None) -> None:
    """A process group and signals of its own, and its own file to print into."""
    with suppress(OSError):
        os.setpgid(0, 0)
    with suppress(OSError):  # when memory runs out, the kernel is to take a trial, not the driver
        Path("/proc/self/oom_score_adj").write_text("500")
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    try:
        printed = os.open(log or os.devnull, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    except OSError:  # what a trial prints is not worth the trial
        printed = os.open(os.devnull, os.O_WRONLY)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.close(printed)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(line_buffering=True)
        setattr(sys, name, Printed(stream))
    faulthandler.enable()


def _flush() -> None:
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
        LIBC.fflush(None)  # os._exit leaves C's own buffers unwritten
