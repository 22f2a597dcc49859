"""Trials at once, although Ray takes seconds to start: the first ones are begun without it."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing

from doe.executors.local import Local
from doe.executors.ray import Ray
from doe.model import Completed, Failed, Trial
from doe.protocols import Event, Executor, Resources, Started, Task

TURN = 0.05
"""Seconds for which one executor is listened to while the other has trials under way as well."""


def ray_at_once(resources: Resources) -> Executor:
    """Has Ray's workers fork the trials; a Ray of our own is started while the first trials are under way."""
    running = sys.modules.get("ray")
    found = running is not None and running.is_initialized()
    own = not found and resources.address in {None, "local"}
    return Meanwhile(resources) if own else Ray(resources)


class Meanwhile:
    """The local executor until a Ray on this machine has started; each trial ends where it was begun."""

    def __init__(self, resources: Resources) -> None:
        """Be ready for trials, and have a thread start Ray."""
        self._here: dict[tuple[int, int], tuple[str, ...] | None] = {}
        """The trials under way without Ray, and the GPUs of each; None until they are known."""
        self._local = Local(resources)
        self._ray: Ray | None = None
        self._closed = False
        self._over = threading.Event()
        self._started: Future[Ray] = Future()
        # so that whoever listens to the local trials hears at once that Ray has started, or has not
        self._bell, self._rope = os.pipe()
        self._local.watch(self._bell)
        self._started.add_done_callback(lambda _: os.write(self._rope, b"!"))
        told = resources, self._here, self._started, self._over
        self._thread = threading.Thread(target=_keep, args=told, name="doe Ray", daemon=True)
        self._thread.start()

    @property
    def slots(self) -> int:
        """The same number before and after: what Ray is told of this machine is what the local executor finds."""
        return (self._ray or self._local).slots

    def submit(self, trial: Trial, task: Task) -> None:
        """Fork it here, or give it to Ray once it is there."""
        if self._ray is not None:
            self._ray.submit(trial, task)
        else:
            self._local.submit(trial, task)
            self._here[trial.key] = None

    def events(self) -> Iterator[Event]:
        """What happens here and there.

        Raises:
            ClusterError: Ray does not start; the trials begun here are not waited for.
        """
        while busy := [each for each in (self._local, self._ray) if each is not None and each.busy]:
            for executor in busy:
                if (event := executor.hear(TURN if len(busy) > 1 else None)) is not None:
                    self._place(event)
                    yield event
            self._hand_over()

    def stop(self, trial: Trial, reason: str) -> None:
        """Have it killed where it is."""
        if trial.key in self._here:
            self._local.stop(trial, reason)
        elif self._ray is not None:
            self._ray.stop(trial, reason)

    def close(self) -> None:
        """Kill the trials, then Ray, even where it is just starting."""
        if self._closed:
            return
        self._closed = True
        self._over.set()
        self._local.close()
        self._thread.join()
        os.close(self._bell)
        os.close(self._rope)

    def _place(self, event: Event) -> None:
        """Keep which GPUs the trials here hold, until they end."""
        match event:
            case Started() if event.trial.key in self._here:
                self._here[event.trial.key] = _gpus(event.where)
            case Completed() | Failed():
                self._here.pop(event.trial.key, None)

    def _hand_over(self) -> None:
        """Once Ray is there, begin nothing here any more, and let go of what that took."""
        if self._ray is None and self._started.done():
            self._ray = self._started.result()
            os.read(self._bell, 1)
        if self._ray is not None and not self._local.busy:
            self._local.close()


def _gpus(where: Mapping[str, object]) -> tuple[str, ...]:
    """The GPUs that a trial was begun on, as CUDA_VISIBLE_DEVICES names them."""
    kind, _, names = str(where["device"]).partition(":")
    return tuple(names.split(",")) if kind == "cuda" else ()


def _keep(
    resources: Resources,
    beside: Mapping[tuple[int, int], tuple[str, ...] | None],
    started: Future[Ray],
    over: threading.Event,
) -> None:
    """Start Ray, and stay as long as it does: Linux kills its servers when the thread ends that has begun them.

    That is how they end with a driver that is killed (PR_SET_PDEATHSIG in prctl(2)).
    """
    try:
        importlib.import_module("ray")  # takes a second, in which a short study may have ended
        if over.is_set():
            return
        made = Ray(resources, beside)
    except BaseException as error:  # noqa: BLE001, whatever it is, the driver is to be told
        started.set_exception(error)
        return
    with closing(made):
        try:
            made.gather(over.is_set)
        except BaseException as error:  # noqa: BLE001, the same
            started.set_exception(error)
        else:
            started.set_result(made)
        over.wait()
