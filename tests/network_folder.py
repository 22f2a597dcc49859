"""A folder that several machines have: a server of its own, mounted by FUSE as often as there are machines."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.executors.hosts import NAMED
from tests.executors.watched import words

PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
PROGRAMS = {
    "sshfs": ("sshfs", "sshd", "ssh-keygen", "fusermount3"),
    "glusterfs": ("glusterfs", "glusterfsd", "fusermount3"),
}
PORT = 20000 + os.getpid() % 20000

SSHD = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""

BRICK = """\
volume posix
  type storage/posix
  option directory {folder}/export
end-volume
volume locks
  type features/locks
  subvolumes posix
end-volume
volume brick
  type performance/io-threads
  subvolumes locks
end-volume
volume server
  type protocol/server
  option transport-type tcp
  option transport.socket.bind-address 127.0.0.1
  option transport.socket.listen-port {port}
  option auth.addr.brick.allow 127.0.0.1
  subvolumes brick
end-volume
"""

CLIENT = """\
volume client
  type protocol/client
  option transport-type tcp
  option remote-host 127.0.0.1
  option remote-port {port}
  option remote-subvolume brick
end-volume
"""


def lacking(kind: str) -> str:
    """Why there can be no such file system here; empty where there can."""
    missing = [name for name in (*PROGRAMS[kind], "unshare") if not shutil.which(name, path=PATH)]
    if missing:
        return f"no {kind}: {', '.join(missing)} not installed"
    if os.geteuid() or not os.access("/dev/fuse", os.W_OK):
        return f"no {kind}: its server wants to be root, its client /dev/fuse"
    return ""


@dataclass(slots=True)
class Export:
    """A folder that a server gives to two machines."""

    kind: str
    folder: Path
    serving: subprocess.Popen[bytes] | None = None
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def mount(self, name: str) -> Path:
        """The folder as one machine has it."""
        place = self.folder / name
        self.unmount(name)
        place.mkdir(exist_ok=True)
        if self.kind == "sshfs":
            how = f"IdentityFile={self.folder}/user,StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null"
            _run("sshfs", "-p", str(PORT), "-o", how, f"root@127.0.0.1:{self.folder}/export", str(place))
        else:
            _run("glusterfs", "-f", f"{self.folder}/client.vol", "-l", f"{self.folder}/{name}.log", str(place))
        return place

    def unmount(self, name: str) -> None:
        """Take it from the machine that has it, if one has."""
        if f" {self.folder / name} fuse." in Path("/proc/self/mounts").read_text():
            _run("fusermount3", "-u", "-z", str(self.folder / name))

    def serve(self) -> None:
        """Have the server run."""
        command = {
            "sshfs": ["sshd", "-D", "-f", f"{self.folder}/sshd_config", "-E", f"{self.folder}/log"],
            "glusterfs": ["glusterfsd", "-N", "-f", f"{self.folder}/server.vol", "-l", f"{self.folder}/log"],
        }[self.kind]
        program = shutil.which(command[0], path=PATH)
        assert program  # sshd wants to be called by its whole path
        self.serving = subprocess.Popen([program, *command[1:]])
        _until_heard()

    def die(self) -> None:
        """Kill the server, and what it has begun for each of its clients."""
        if self.serving is None or self.serving.poll() is not None:
            return
        family = [*psutil.Process(self.serving.pid).children(recursive=True), psutil.Process(self.serving.pid)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.serving.wait()

    def driver(self, place: Path, host: str, levels: int = 8) -> subprocess.Popen[str]:
        """The study, begun in a mount by a machine of that name; tracked beside its journal."""
        study = words(levels=levels)
        del study[study.index("--tracking-uri") : study.index("none") + 1]
        inside = ["unshare", "--uts", sys.executable, "-c", NAMED, host, *study]
        driver = subprocess.Popen(
            inside, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.running.append(driver)
        return driver


@contextmanager
def exported(kind: str) -> Iterator[Export]:
    """A server of this kind; in the end nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="net-", dir="/tmp", ignore_cleanup_errors=True) as place:
        export = Export(kind, Path(place))
        (export.folder / "export").mkdir()
        for name, text in {"sshd_config": SSHD, "server.vol": BRICK, "client.vol": CLIENT}.items():
            (export.folder / name).write_text(text.format(folder=place, port=PORT))
        if kind == "sshfs":
            Path("/run/sshd").mkdir(exist_ok=True)
            for key in ("host", "user"):
                _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{place}/{key}")
        try:
            export.serve()
            yield export
        finally:
            for driver in export.running:
                with suppress(ProcessLookupError):
                    os.killpg(driver.pid, signal.SIGKILL)
                driver.wait()
                if driver.stderr:
                    driver.stderr.close()
            for mounted in export.folder.iterdir():
                export.unmount(mounted.name)
            export.die()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, (command, done.stderr)


def _until_heard() -> None:
    """The server listens."""
    end = time.monotonic() + 30
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", PORT), timeout=1):
            return
        assert time.monotonic() < end, "the server does not listen"
        time.sleep(0.1)
