"""The fork server as its driver sees it: started early, told to fork and to kill, heard when something ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

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
        self.log: Path | None = None
        """Where what it printed is to stand in the end."""
        self._lines = Lines()
        self._printed = _nowhere_yet()
        self._settings = _settings(resources, places)
        command = [sys.executable, "-m", "doe.executors._zygote", str(theirs.fileno()), str(os.getpid())]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603, our own module
                command,
                env=_environment(resources.threads, self._settings["path"]),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=self._printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal is for the driver alone
            )
        self.tell(self._settings)

    def serves(self, resources: Resources, places: Sequence[str]) -> bool:
        """Whether one started for these would be just the same."""
        return self._settings == _settings(resources, places)

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
        self._keep_print()
        return status

    def _keep_print(self) -> None:
        with self._printed, suppress(OSError):  # a full disk costs the print, not the trials
            self._printed.seek(0)
            printed = self._printed.read()
            if printed and self.log:
                with self.log.open("ab") as log:
                    log.write(printed)


_early: list[ForkServer] = []
"""At most one that was started before the executor that will want it."""


def start_early(resources: Resources, places: Sequence[str]) -> None:
    """Start a fork server for an executor that is made later, so that it imports while the study is being planned."""
    end_early()
    _early.append(ForkServer(resources, places))


def end_early() -> None:
    """End the one that was started early, if nobody has taken it over."""
    while _early:
        _early.pop().close(at_once=True)


def fork_server(resources: Resources, places: Sequence[str]) -> ForkServer:
    """The one that was started early, where it is of use, else a new one."""
    if _early and _early[0].serves(resources, places):
        server = _early.pop()
    else:
        end_early()
        server = ForkServer(resources, places)
    server.log = resources.logs / "fork-server.log" if resources.logs else None
    return server


def _nowhere_yet() -> IO[bytes]:
    """A file without a name: the study's folder may not be there yet, or be about to be set aside."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("fork-server"), "w+b")  # in memory: a full disk delays no trial
    return tempfile.TemporaryFile()


def _settings(resources: Resources, places: Sequence[str]) -> Message:
    """What it is told before it serves."""
    path = [place or os.getcwd() for place in places]  # noqa: PTH109, as sys.path has it
    variables = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    preload = list(resources.preload)
    return {"path": path, "preload": preload, "threads": resources.threads, "variables": variables}


def _environment(threads: int, path: Sequence[str]) -> Mapping[str, str]:
    """What the libraries ask for that it imports; which GPUs a trial sees, each trial is told."""
    variables = trial_variables(threads, ())
    del variables["CUDA_VISIBLE_DEVICES"]
    # else a module that asks at import whether CUDA is there would start it, and no fork could use it after that
    variables["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    return os.environ | variables | {"PYTHONPATH": os.pathsep.join(path)}
