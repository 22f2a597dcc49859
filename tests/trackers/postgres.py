"""A PostgreSQL server of our own, a slow line to a server, and a small disk: what MLflow is put on to be tried."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PATIENCE = 60.0


def programs() -> Path | None:
    """The folder of PostgreSQL's programs: on the path, or where Debian has them; None where there are none."""
    found = shutil.which("initdb")
    there = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(there) if (folder / "pg_isready").exists()), None)


def why_not() -> str:
    """Why it cannot be started here; empty where it can."""
    if programs() is None:
        return "PostgreSQL is not here (Debian: postgresql)"
    if os.geteuid() == 0 and not _user():
        return "PostgreSQL refuses to be run by root, and there is no user postgres"
    return "" if find_spec("psycopg2") else "psycopg2, through which MLflow reaches it, is not installed"


class Postgres:
    """A database server on the loopback, which may be killed, halted and started again."""

    def __init__(self, folder: Path) -> None:
        """Lay out an empty cluster of databases in a folder that is the server's own."""
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")

    @property
    def uri(self) -> str:
        """What MLflow is told."""
        return f"postgresql+psycopg2://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        told = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder), "fsync": "off"}
        told |= {"max_connections": "200", "max_wal_size": "32MB", "shared_buffers": "16MB"}
        options = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
        command = [self._program("postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True, **_as())
        end = time.monotonic() + PATIENCE
        while self._asked("pg_isready", "-h", "127.0.0.1", "-p", str(self.port)):
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.1)

    def alive(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill it and all that serves somebody, at once."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
            with suppress(FileNotFoundError):
                (self.folder / "data/postmaster.pid").unlink()

    def halt(self) -> None:
        """Stop it in its tracks."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """And let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """To the server and its children, each of which is a session of its own."""
        assert self._process is not None
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self._process.pid)], capture_output=True, check=False
        )
        for pid in (self._process.pid, *map(int, listed.stdout.split())):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _run(self, program: str, *words: str) -> None:
        command = [self._program(program), *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **_as())
        assert done.returncode == 0, done.stderr

    def _asked(self, program: str, *words: str) -> int:
        return subprocess.run([self._program(program), *words], capture_output=True, check=False).returncode

    def _program(self, name: str) -> str:
        return str((programs() or Path()) / name)


@contextmanager
def small_disk(room: str) -> Iterator[Path]:
    """A file system with so much room; without one, an ordinary folder."""
    folder = Path(tempfile.mkdtemp(prefix="doe-postgres-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "doe-postgres", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def fill(file: Path) -> None:
    """Take all the room that there is."""
    with file.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


class SlowLine:
    """Hands on what comes to a port, each piece so many seconds late."""

    def __init__(self, to: int, delay: float) -> None:
        """Listen, from a thread of its own."""
        self.port, self._to, self._delay = free_port(), to, delay
        self._loop = asyncio.new_event_loop()
        self._open = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._open.wait(10)

    def close(self) -> None:
        """Hang up."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._meet, "127.0.0.1", self.port))
        self._open.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.1))
        self._loop.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
            await asyncio.gather(self._hand_on(reader, there_writer), self._hand_on(there_reader, writer))

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(65536):
                await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        writer.close()


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _user() -> bool:
    return any(entry.pw_name == "postgres" for entry in pwd.getpwall())


def _as() -> dict[str, Any]:
    """Whom it is run as: PostgreSQL refuses root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
