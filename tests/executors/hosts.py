"""Hosts of their own on this machine: network namespaces with names and addresses of their own, on one bridge."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

NAMED = "import os, socket, sys; socket.sethostname(sys.argv[1]); os.execvp(sys.argv[2], sys.argv[2:])"
"""A program that gives the host a name and becomes another."""

UNHURRIED = {
    "RAY_raylet_start_wait_time_s": "120",
    "RAY_gcs_rpc_server_connect_timeout_s": "60",
    "RAY_gcs_server_request_timeout_seconds": "120",
    "RAY_gcs_server_port_wait_time_s": "120",
    "RAY_py_gcs_connect_timeout_s": "120",
    "RAY_agent_register_timeout_ms": "300000",
}
"""What Ray 2.60 waits for at its start, where it lets itself be told; its own 5 to 60 s are few on a busy machine."""

TRIES = 5
"""How often Ray is started on a host; half a minute, after which it gives up, is written into its ``node.py``."""

LONG = 300.0
"""Seconds that one try may take, beyond all that Ray waits for."""


def why_not() -> str:
    """Why there can be no namespaces here; empty where there can."""
    try:
        done = subprocess.run(
            ["ip", "netns", "exec", "doe-none", "true"], capture_output=True, text=True, check=False, timeout=10
        )
    except FileNotFoundError:
        return "no network namespaces: ip (iproute2) is not installed"
    if "No such file" not in done.stderr and "Cannot open" not in done.stderr:
        return f"no network namespaces: {done.stderr.strip()}"
    made = subprocess.run(
        ["unshare", "--net", "--uts", "--mount", "true"], capture_output=True, text=True, check=False, timeout=10
    )
    return "" if made.returncode == 0 else f"no network namespaces: {made.stderr.strip()}"


@dataclass(slots=True)
class Host:
    """A namespace, and what runs in it."""

    name: str
    address: str
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self, words: list[str], printed: Path, folder: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Have a program run there, in a session of its own."""
        inside = ["ip", "netns", "exec", self.name, "unshare", "--uts", sys.executable, "-c", NAMED, self.name, *words]
        # what tests of Ray on this machine alone have set is not for a cluster
        own = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        with printed.open("ab") as file:
            process = subprocess.Popen(
                inside,
                cwd=folder,
                stdout=file,
                stderr=file,
                env={**own, **(variables or {})},
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def start_ray(self, words: list[str], printed: Path, variables: Mapping[str, str]) -> None:
        """Have Ray run there, and wait until it does; where it gives up, all of it is killed and started again."""
        ray = [str(Path(sys.executable).with_name("ray")), "start", "--block", f"--node-ip-address={self.address}"]
        for number in range(1, TRIES + 1):
            log = printed.with_name(f"{printed.name}-{self.name}-{number}")
            process = self.start([*ray, *words], log, variables={**UNHURRIED, **variables})
            end = time.monotonic() + LONG
            while process.poll() is None and time.monotonic() < end:
                if "Ray runtime started" in log.read_text():
                    return
                time.sleep(0.1)
            self.end()
        raise AssertionError(f"Ray did not start on {self.name} in {TRIES} tries: {log.read_text()[-2000:]}")

    def unplug(self) -> None:
        """Pull its cable: nothing reaches it any more, and it reaches nobody."""
        _ip("link", "set", f"{self.name}-b", "down")

    def end(self) -> None:
        """Kill all that runs there."""
        listed = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=False)
        for pid in map(int, listed.stdout.split()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self.running:
            process.wait()
        self.running.clear()


@contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """So many hosts that reach each other and nobody else; all that runs on them is killed in the end."""
    tag = f"d{os.getpid() % 100000}"
    made: list[Host] = []
    try:
        _ip("link", "add", f"{tag}-br", "type", "bridge")
        _ip("link", "set", f"{tag}-br", "up")
        made.extend(_host(f"{tag}-{number}", f"10.213.77.{number}", f"{tag}-br") for number in range(1, count + 1))
        yield made
    finally:
        for host in made:
            host.end()
            _ip("netns", "delete", host.name)
        _ip("link", "delete", f"{tag}-br")


def _host(name: str, address: str, bridge: str) -> Host:
    _ip("netns", "add", name)
    _ip("link", "add", f"{name}-a", "type", "veth", "peer", "name", f"{name}-b")
    _ip("link", "set", f"{name}-a", "netns", name)
    _ip("link", "set", f"{name}-b", "master", bridge, "up")
    _ip("-n", name, "address", "add", f"{address}/24", "dev", f"{name}-a")
    _ip("-n", name, "link", "set", f"{name}-a", "up")
    _ip("-n", name, "link", "set", "lo", "up")
    return Host(name, address)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, timeout=20)
