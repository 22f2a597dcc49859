"""Ray, started quietly on this machine or found running, and what it has."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from doe.executors._bench import Bench
from doe.executors._devices import cpu_count, visible_gpus
from doe.executors._session import Session
from doe.executors._slots import Node, Seat
from doe.model import DoeError
from doe.protocols import Resources

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # it tells nobody that it is used
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # it leaves the GPUs alone that it was not asked for
    "RAY_IGNORE_UNHANDLED_ERRORS": "1",  # that a worker died is read from its answers
}
"""Environment for Ray, unless the user has set it."""

ALONE = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # on Linux, too, this makes its servers listen on the loopback only
    "RAY_memory_monitor_refresh_ms": "0",  # the kernel kills the one trial that is too large, Ray a whole worker
}
"""The same, for a Ray of our own."""

ANSWER = 5.0
"""Seconds within which a cluster's port must answer; Ray itself would try for minutes."""

GATHERING = 60.0
"""Seconds that a cluster is given until its first machine has joined; its head alone may have no cores to spare."""

KIND = "accelerator_type:"
"""What the resource is called by which Ray says of what kind a machine's GPUs are."""

OBJECT_STORE = 80 * 2**20
"""Bytes of shared memory; only events pass through it, and Ray wants at least 75 MiB."""


class ClusterError(DoeError):
    """Ray cannot be started or reached."""


class Cluster:
    """A connection to Ray, which is shut down again if it was made here."""

    def __init__(self, address: str | None) -> None:
        """Use the Ray of this process if it has one, else the cluster at the address, else start one.

        Raises:
            ClusterError: There is none at that address, or Ray does not start.
        """
        address = None if address == "local" else address  # that is Ray's word for one of its own, open to all
        for name, value in (QUIET | ({} if address else ALONE)).items():
            os.environ.setdefault(name, value)
        import ray

        self._session: Session | None = None
        self.found = ray.is_initialized()
        """Whether Ray was running in this process before."""
        self.ours = not self.found and address is None
        """Whether the machines are ours alone."""
        if not self.found:
            with _signals_kept():
                self._connect(address)
            _hush()

    def nodes(self) -> tuple[Node, ...]:
        """The machines that are up and have something for trials; a cluster of our own has what this machine has."""
        import ray

        if self.ours:
            return (Node(None, cpu_count(), len(visible_gpus())),)
        up = [_node(node) for node in ray.nodes() if node["Alive"]]
        return tuple(node for node in up if node.cpus or node.gpus)

    def first_nodes(self) -> tuple[Node, ...]:
        """The machines that are up, as soon as there are any.

        Raises:
            ClusterError: None comes.
        """
        end = time.monotonic() + GATHERING
        while not (nodes := self.nodes()):
            if time.monotonic() >= end:
                raise ClusterError(f"no machine with a core or a GPU has joined the cluster within {GATHERING:g} s")
            time.sleep(1.0)
        return nodes

    def worker(self, resources: Resources, seat: Seat) -> Any:
        """Ask for a worker; Ray makes it as soon as there is room."""
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as OnNode

        node = seat.node
        options: dict[str, Any] = {"num_gpus": seat.gpus, "num_cpus": 0 if self.ours else _cpus(resources, seat)}
        if node.name is not None:
            # elsewhere it would take the room of those who belong there; for each machine there are workers of its own
            options["scheduling_strategy"] = OnNode(node.name, soft=False)
        made = ray.remote(max_concurrency=4, max_restarts=0, **options)(Bench)
        return made.remote(resources, seat, sys.path)

    def close(self) -> None:
        """Disconnect, and end the Ray that was started."""
        import ray

        if not self.found:
            ray.shutdown()
        if self._session:
            self._session.close()
            self._session = None

    def _connect(self, address: str | None) -> None:
        import ray

        quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
        try:
            if address:
                _knock(address)
                with _unheard():
                    ray.init(address=address, log_to_driver=False, logging_level="ERROR")
                return
            self._session = Session()  # Ray keeps its logs for ever; ours go with it
            if gpus := visible_gpus():  # by these names it gives them to workers, else by numbers; a MIG part has none
                os.environ.setdefault("CUDA_VISIBLE_DEVICES", ",".join(gpus))
            # one core is told, since Ray starts a worker for each beforehand; slots are counted here
            ray.init(
                address="local",  # else RAY_ADDRESS would be joined, whose machines are not ours
                num_cpus=1,
                num_gpus=len(visible_gpus()),
                object_store_memory=OBJECT_STORE,
                _temp_dir=str(self._session.folder),
                **quiet,
            )
        except Exception as error:  # Ray raises a dozen kinds, and none that the user could tell apart
            self.close()
            place = f"no Ray cluster at {address!r}" if address else "Ray does not start"
            raise ClusterError(f"{place}: {_why(error)}") from error


def _node(told: dict[str, Any]) -> Node:
    """A machine as Ray tells of it."""
    has = told["Resources"]
    kind = next((name.removeprefix(KIND) for name in has if name.startswith(KIND)), "")
    return Node(told["NodeID"], has.get("CPU", 0.0), int(has.get("GPU", 0)), kind)


def _knock(address: str) -> None:
    """See whether anything answers there; what is no host and port (auto, ray://...) is left to Ray."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal() and "/" not in host:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER).close()


def _why(error: Exception) -> str:
    """What is wrong, in a line; what answers but lets nobody in does not say why."""
    first = (error.strerror if isinstance(error, OSError) else None) or str(error).strip().partition("\n")[0]
    if first.startswith("Failed to connect to Ray cluster"):
        first = "it is no Ray, or of another version, or wants another token (RAY_AUTH_MODE=token, RAY_AUTH_TOKEN)"
    return first or type(error).__name__


def _hush() -> None:
    """Have Ray print nothing of its own; that a machine is gone it would tell standard output, where JSON may stand."""
    from ray._private import worker

    worker._worker_logs_enabled = False  # noqa: SLF001, there is no other switch (ray 2.60, print_worker_logs)


def _cpus(resources: Resources, seat: Seat) -> float:
    """The cores that a worker reserves: one a thread, but no more than the share that goes with its GPU."""
    node = seat.node
    room = node.cpus * seat.gpus / node.gpus if seat.gpus else node.cpus
    cores = min(float(seat.slots * resources.threads), room)
    return int(cores) if cores >= 1 else max(0.0, round(cores - 0.005, 2))


@contextmanager
def _unheard() -> Iterator[None]:
    """Ray's native part writes a line a second past Python while it is not let in; what is wrong is said afterwards."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray takes SIGTERM for itself, in Python and past it; it is the driver's."""
    before = signal.getsignal(signal.SIGTERM)
    libc, action = ctypes.CDLL(None), ctypes.create_string_buffer(1024)  # more than any struct sigaction takes
    libc.sigaction(signal.SIGTERM, None, action)
    try:
        yield
    finally:
        # None stands for a handler that is not Python's; in another thread Ray has left Python's alone, and it must be
        with suppress(TypeError, ValueError):
            signal.signal(signal.SIGTERM, before)
        libc.sigaction(signal.SIGTERM, action, None)
