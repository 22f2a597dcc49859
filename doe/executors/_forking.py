"""The fork server as its driver sees it: started early, told to fork and to kill, heard when something ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from doe.executors._logs import remove_if_empty
from doe.executors._surroundings import trial_variables
from doe.executors._wire import Lines, Message, packed
from doe.protocols import Resources

PATIENCE = 2.0
"""Seconds that a fork server may take to kill its children and end."""


class ForkServer:
    """A process of its own, and the socket to it; when the socket closes, it kills its children and ends."""

    def __init__(self, resources: Resources, places: Sequence[str]) -> None:
        """Start it with these places to import from; it imports while the driver goes on."""
        self.socket, theirs = socket.socketpair()
        self._lines = Lines()
        self._log = resources.logs / "fork-server.log" if resources.logs else None
        command = [sys.executable, "-m", "doe.executors._zygote", str(theirs.fileno()), str(os.getpid())]
        path = [place or os.getcwd() for place in places]  # noqa: PTH109, as sys.path has it
        with theirs, open(self._log or os.devnull, "ab") as printed:  # noqa: PTH123, either may be a str
            self._process = subprocess.Popen(  # noqa: S603, our own module
                command,
                env=_environment(resources.threads, path),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal is for the driver alone
            )
        variables = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        settings = {"path": path, "preload": list(resources.preload), "threads": resources.threads}
        self.tell(settings | {"variables": variables})

    def tell(self, message: Message, channel: int | None = None) -> None:
        """Send an order, and the pipe that goes with it; that it is dead is heard when listening."""
        with suppress(OSError):
            if channel is None:
                self.socket.sendall(packed(message))
            else:
                data = packed(message)
                sent = socket.send_fds(self.socket, [data], [channel])
                self.socket.sendall(data[sent:])

    def listen(self) -> list[Message] | None:
        """The reports that have come; None where it has died."""
        try:
            data = self.socket.recv(65536)
        except OSError:
            return None
        return self._lines.cut(data) if data else None

    def close(self, *, at_once: bool) -> int:
        """End it and all its children, and give its exit status; at once where it has no children to see to."""
        self.socket.close()
        if at_once:
            self._process.kill()
        try:
            status = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        remove_if_empty(self._log)
        return status


def _environment(threads: int, path: list[str]) -> Mapping[str, str]:
    """What the libraries ask for that it imports; which GPUs a trial sees, each trial is told."""
    variables = trial_variables(threads, ())
    del variables["CUDA_VISIBLE_DEVICES"]
    # else a module that asks at import whether CUDA is there would start it, and no fork could use it after that
    variables["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    return os.environ | variables | {"PYTHONPATH": os.pathsep.join(path)}
