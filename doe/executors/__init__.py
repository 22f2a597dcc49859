"""Executors: where trials are carried out, each in a way of its own, and all with the same readings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from doe.executors._devices import cpu_count, visible_gpus
from doe.executors._forking import end_early, start_early
from doe.executors._meanwhile import ray_at_once
from doe.executors._sharing import sharing
from doe.executors._surroundings import processor
from doe.executors.local import Local
from doe.executors.serial import Serial
from doe.protocols import Executor, Resources

__all__ = ["EXECUTORS", "choose", "cpu_count", "early", "processor", "visible_gpus"]

EXECUTORS: Mapping[str, Callable[[Resources], Executor]] = {
    "serial": Serial,
    "local": sharing(Local),
    "ray": sharing(ray_at_once),
}
"""Every executor by its name."""


def choose(resources: Resources) -> str:
    """The executor that fits: ray where a GPU is visible or a cluster is named, else local."""
    return "ray" if resources.address or visible_gpus() else "local"


@contextmanager
def early(name: str) -> Iterator[Callable[[Resources], None]]:
    """Have what trials need imported before their executor is made; what was imported for nothing ends with this.

    Only for executors that begin trials on this machine, in processes of their own.
    """

    def begin(resources: Resources) -> None:
        if name == "local" or (name == "ray" and not resources.address):
            start_early(resources, sys.path)

    try:
        yield begin
    finally:
        end_early()
