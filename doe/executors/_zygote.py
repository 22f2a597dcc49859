"""A process that has imported what trials need and forks one child for each; run as ``python -m``, never imported."""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from typing import NoReturn

from doe.executors._child import become_trial
from doe.executors._surroundings import preload, settle
from doe.executors._wire import Lines, Message, packed

HEARTBEAT = 1.0
"""Seconds between two looks at whether the driver still lives."""

GRACE = 0.5
"""Seconds that what a trial started has to end after it."""


class Zygote:
    """Forks, kills and reaps as it is told; single-threaded, so that a fork is a faithful copy."""

    def __init__(self, control: socket.socket, parent: int) -> None:
        self.control = control
        self.parent = parent
        self.lines = Lines()
        self.channels: deque[int] = deque()
        self.children: dict[int, int] = {}
        """Process: number of its trial."""
        self.leaving: dict[int, float] = {}
        """Process groups whose trial has ended: when to kill what is left of them."""
        self.wake, self.alarm = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.alarm, False)
        signal.set_wakeup_fd(self.alarm, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Until the driver hangs up, or is gone."""
        while os.getppid() == self.parent:
            ready, _, _ = select.select(
                [self.control.fileno(), self.wake], [], [], GRACE if self.leaving else HEARTBEAT
            )
            if self.wake in ready:
                os.read(self.wake, 4096)
            self.reap()
            if self.control.fileno() in ready and not self.obey():
                return

    def obey(self) -> bool:
        """Carry out the orders that have come; False where the driver has hung up."""
        data, channels, _, _ = socket.recv_fds(self.control, 65536, 64)
        self.channels += channels
        for order in self.lines.cut(data):
            if "kill" in order:
                for pid in [pid for pid, number in self.children.items() if number == order["kill"]]:
                    signal_group(pid, signal.SIGKILL)
            else:
                self.fork(order, self.channels.popleft())
        return bool(data)

    def fork(self, order: Message, channel: int) -> None:
        """One child for one trial."""
        number, zygote = order["number"], os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self.tell({"unborn": number, "reason": f"no process could be made for it: {error.strerror}"})
            os.close(channel)
            return
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for inherited in (self.control.fileno(), self.wake, self.alarm, *self.channels):
                os.close(inherited)
            become_trial(order, channel, zygote)
        os.close(channel)
        with suppress(OSError):  # the child does the same: whoever comes first
            os.setpgid(pid, pid)
        self.children[pid] = number
        self.tell({"born": number, "pid": pid})

    def reap(self) -> None:
        """Tell of the children that have ended, and see that nothing they started outlives them."""
        while pid_status := _ended():
            pid, status = pid_status
            if (number := self.children.pop(pid, None)) is None:
                continue
            self.tell({"ended": number, "status": status})
            if signal_group(pid, signal.SIGTERM):
                self.leaving[pid] = time.monotonic() + GRACE
        for pid in [pid for pid, deadline in self.leaving.items() if time.monotonic() >= deadline]:
            del self.leaving[pid]
            signal_group(pid, signal.SIGKILL)

    def tell(self, report: Message) -> None:
        """Report to the driver; if it is gone, the next look at it will show."""
        with suppress(OSError):
            self.control.sendall(packed(report))

    def end(self) -> NoReturn:
        """Kill all that was begun, and end."""
        for pid in (*self.children, *self.leaving):
            signal_group(pid, signal.SIGKILL)
        while self.children and (pid_status := _ended(wait=True)):
            self.children.pop(pid_status[0], None)
        os._exit(0)


def signal_group(pid: int, number: signal.Signals) -> bool:
    """Signal a trial and all that it started; False where nothing is left of it."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _ended(*, wait: bool = False) -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, 0 if wait else os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def main() -> NoReturn:
    """Take the settings from the driver, import, and serve."""
    control, parent = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    control.set_inheritable(False)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # Ray's workers block SIGINT, and that is inherited
    _look_after(parent)
    settings = _settings(control)
    sys.path[:] = settings["path"]
    os.environ.pop("PYTHONPATH", None)
    os.environ.update(settings["variables"])
    preload(settings["preload"])
    settle(settings["threads"], 0)  # its first time is slow, and each child would pay for it
    _look_after(None)
    gc.collect()
    gc.freeze()  # else the first collection in a child would copy every page of what was imported
    zygote = Zygote(control, parent)
    try:
        zygote.serve()
    finally:
        zygote.end()


def _settings(control: socket.socket) -> Message:
    """The first line; read byte by byte, since orders may stand right behind it."""
    line = b""
    while not line.endswith(b"\n"):
        byte = control.recv(1)
        if not byte:
            os._exit(0)
        line += byte
    return Lines().cut(line)[0]


def _look_after(parent: int | None) -> None:
    """While a long import keeps the loop from it, have a timer see whether the driver still lives."""

    def look(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(0)

    signal.signal(signal.SIGALRM, look if parent else signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, *(HEARTBEAT, HEARTBEAT) if parent else (0.0, 0.0))


if __name__ == "__main__":
    main()
