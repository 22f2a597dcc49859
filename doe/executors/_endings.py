"""Why a process ended, in words."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path

from doe.executors._devices import control_group
from doe.model import Kind

HINTS = {
    signal.SIGKILL: "out of memory, or by hand",
    signal.SIGSEGV: "a fault in native code; its log may say where",
    signal.SIGABRT: "native code gave up; its log may say why",
    signal.SIGBUS: "a fault in native code, or shared memory is full",
}


def ending(status: int, *, out_of_memory: bool) -> tuple[Kind, str]:
    """The kind and the reason of an exit status, as ``subprocess`` gives it, that nobody announced."""
    if status >= 0:
        return "crashed", f"the process ended with exit code {status}"
    name, hint = signal.Signals(-status).name, HINTS.get(signal.Signals(-status))
    if status == -signal.SIGKILL and out_of_memory:
        return "memory", "the process was killed by the kernel: the machine or its control group is out of memory"
    return "crashed", f"the process was killed by {name}" + (f" ({hint})" if hint else "")


def memory_kills() -> int:
    """How often the kernel has killed for want of memory, in this control group or else on this machine."""
    for path in (control_group() / "memory.events", Path("/proc/vmstat")):
        with suppress(OSError):
            for line in path.read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
    return 0
