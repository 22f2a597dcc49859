"""A Ray cluster of several nodes on this machine, one of which may be lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psutil

from doe.executors._cluster import ALONE, QUIET

CORES = 2
"""Of each machine, as it tells Ray; on paper only."""
STORE = 80 * 2**20
"""Bytes of shared memory a node; Ray wants at least 75 MiB."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """A head, which the driver is on, and nodes that may go; trials are carried out on all of them."""

    cluster: Any

    @property
    def address(self) -> str:
        """Where its head listens."""
        return str(self.cluster.address)

    def lose(self, random: Random, at_work: set[int]) -> bool:
        """Kill every process of a node on which one of these trials is carried out, and have another node join."""
        nodes = sorted(self.cluster.worker_nodes, key=lambda node: str(node.unique_id))
        busy = [node for node in nodes if at_work & _family(node)]
        if not busy:
            return False
        self.cluster.remove_node(random.choice(busy), allow_graceful=False)
        self.join()
        return True

    def join(self, **has: Any) -> None:
        """One node more, with two cores, or what it is said to have."""
        self.cluster.add_node(object_store_memory=STORE, **({"num_cpus": CORES} | has))


@contextmanager
def nodes(count: int, folder: Path, cores: int = CORES) -> Iterator[Nodes]:
    """A cluster of a head with so many cores, and so many nodes.

    Ray's own files lie in the folder, whose path must be short.
    """
    # else whoever starts a Ray on this machine meanwhile would find this one's address, and join it
    (folder / "ray").mkdir(parents=True, exist_ok=True)
    os.environ.update(QUIET | ALONE | {"RAY_TMPDIR": str(folder)})
    from ray.cluster_utils import Cluster

    head = {
        "num_cpus": cores,
        "object_store_memory": STORE,
        "include_dashboard": False,
        "temp_dir": str(folder / "ray"),
    }
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        made = Nodes(cluster)
        for _ in range(count):
            made.join()
        yield made
    finally:
        cluster.shutdown()
        os.environ.pop("RAY_TMPDIR")


def _family(node: Any) -> set[int]:
    """All processes of a node."""
    with suppress(psutil.NoSuchProcess):
        raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
        return {process.pid for process in raylet.children(recursive=True)}
    return set()
