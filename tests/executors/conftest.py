"""One Ray for all tests of executors, with four GPUs that exist on paper only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import TypeAlias

import pytest

from doe.executors import EXECUTORS
from doe.executors._cluster import ALONE, QUIET
from doe.executors._meanwhile import Meanwhile
from doe.protocols import Executor, Resources

Open: TypeAlias = Callable[[str, Resources], Executor]

MEANWHILE = "ray, at first without it"
"""What ``ray`` is where none is running yet; here one is, so that it takes over a second later."""


@pytest.fixture(scope="session")
def ray_running() -> Iterator[None]:
    """Ray, started once; executors that find it running use it."""
    os.environ.update(QUIET | ALONE)
    import ray

    ray.init(
        address="local",  # else it would join whatever cluster RAY_ADDRESS or the last one's record names
        num_cpus=4,
        num_gpus=4,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=80 * 2**20,
    )
    yield
    ray.shutdown()


@pytest.fixture
def opened(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Make executors that are closed after the test."""
    with ExitStack() as stack:

        def make(name: str, resources: Resources) -> Executor:
            if name in {"ray", MEANWHILE}:
                request.getfixturevalue("ray_running")
            made = Meanwhile(resources) if name == MEANWHILE else EXECUTORS[name](resources)
            return stack.enter_context(closing(made))

        yield make
