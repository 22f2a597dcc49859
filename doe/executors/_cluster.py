"""Ray, started quietly on this machine or found running, and what it has."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from doe.executors._bench import Bench
from doe.executors._devices import cpu_count, visible_gpus
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
        for name, value in QUIET.items() | (set() if address else ALONE.items()):
            os.environ.setdefault(name, value)
        import ray

        self._folder: str | None = None
        self.found = ray.is_initialized()
        """Whether Ray was running in this process before."""
        self.ours = not self.found and address is None
        """Whether the machines are ours alone."""
        if not self.found:
            with _signals_kept():
                self._connect(address)

    def nodes(self) -> tuple[Node, ...]:
        """The machines that are up; a cluster of our own has what this machine has."""
        import ray

        if self.ours:
            return (Node(None, cpu_count(), len(visible_gpus())),)
        return tuple(
            Node(node["NodeID"], node["Resources"].get("CPU", 0.0), int(node["Resources"].get("GPU", 0)))
            for node in ray.nodes()
            if node["Alive"]
        )

    def worker(self, resources: Resources, seat: Seat) -> Any:
        """Ask for a worker; Ray makes it as soon as there is room."""
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as OnNode

        node = seat.node
        options: dict[str, Any] = {"num_gpus": seat.gpus, "num_cpus": 0 if self.ours else _cpus(resources, seat)}
        if node.name is not None:
            options["scheduling_strategy"] = OnNode(node.name, soft=True)
        made = ray.remote(max_concurrency=4, max_restarts=0, **options)(Bench)
        return made.remote(resources, seat, sys.path)

    def close(self) -> None:
        """Disconnect, and end the Ray that was started."""
        import ray

        if not self.found:
            ray.shutdown()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _connect(self, address: str | None) -> None:
        import ray

        quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
        try:
            if address:
                ray.init(address=address, log_to_driver=False, logging_level="ERROR")
                return
            # Ray keeps its logs for ever; ours go with it. The path must be short, sockets stand in it
            self._folder = tempfile.mkdtemp(prefix="doe-ray-", dir="/tmp")
            # one core is told, since Ray starts a worker for each beforehand; slots are counted here
            ray.init(
                num_cpus=1,
                num_gpus=len(visible_gpus()),
                object_store_memory=OBJECT_STORE,
                _temp_dir=self._folder,
                **quiet,
            )
        except Exception as error:  # Ray raises a dozen kinds, and none that the user could tell apart
            self.close()
            place = f"no Ray cluster at {address!r}" if address else "Ray does not start"
            first = str(error).strip().partition("\n")[0]
            raise ClusterError(f"{place}: {first or type(error).__name__}") from error


def _cpus(resources: Resources, seat: Seat) -> float:
    """The cores that a worker reserves: one a thread, but no more than the share that goes with its GPU."""
    node = seat.node
    room = node.cpus * seat.gpus / node.gpus if seat.gpus else node.cpus
    cores = min(float(seat.slots * resources.threads), room)
    return int(cores) if cores >= 1 else round(cores - 0.005, 2)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray takes SIGTERM for itself; it is the driver's."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        with suppress(TypeError):  # None stands for a handler that is not Python's
            signal.signal(signal.SIGTERM, before)
