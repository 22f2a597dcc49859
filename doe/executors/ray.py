"""Trials side by side on the machines and GPUs that Ray looks after."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from doe.executors._cluster import Cluster
from doe.executors._slots import Node, ResourcesError, Seat, lacking, seat_map
from doe.executors._trust import Trust
from doe.executors._worker import NOTHING, Worker, emptiest, places
from doe.model import Completed, Failed, Trial
from doe.protocols import Epoch, Event, Resources, Task

PATIENCE = 2.0
"""Seconds that workers may take to kill their trials, before they are killed themselves."""

LOOK = 5.0
"""Seconds from one look at which machines are in the cluster to the next."""

ABSENCE = 600.0
"""Seconds that trials wait for a machine when all have left the cluster."""

TRIES = 3
"""How often in a row a worker may die before it was ready; then it is not asked for again."""


class Ray:
    """Has workers fork trials on its behalf; each GPU gets a trial before any gets a second."""

    def __init__(
        self, resources: Resources, beside: Mapping[tuple[int, int], tuple[str, ...] | None] = MappingProxyType({})
    ) -> None:
        """Start Ray, or find it running, and ask for workers; they import while the driver goes on.

        Args:
            resources: What it may use.
            beside: The trials that another executor has under way, and the GPUs of each, None until they are known;
                read anew each time, so that no GPU is given what one of these holds.
        """
        self._resources = resources
        self._beside = beside
        self._events: deque[Event] = deque()
        self._waiting: deque[tuple[Trial, Task]] = deque()
        self._workers: list[Worker] = []
        self._trust = Trust()
        self._closed = False
        self._given_up: dict[str | None, str] = {}
        """The machines on which no worker stays alive, and why."""
        self._last_seen = self._next_look = time.monotonic()
        self._cluster = Cluster(resources.address)
        try:
            nodes = self._cluster.first_nodes()
            self._on_gpus = resources.gpus_per_trial != 0 and any(node.gpus for node in nodes)
            if not self._on_gpus and resources.gpus_per_trial is None:
                self._resources = replace(resources, gpus_per_trial=0)  # a GPU that joins later changes no reading
            self._workers += [self._hire(seat) for seat in seat_map(self._resources, nodes)]
        except BaseException:
            self.close()
            raise

    @property
    def slots(self) -> int:
        """As many as were asked for, else as many as the GPUs have shares, else one a core; of the machines there now.

        One where there is none: a trial that waits for a machine is still to be done.
        """
        left = self._trust.left(places(self._workers))
        return sum(each.seat.slots for each in self._workers if not each.ready or each.place in left) or 1

    @property
    def busy(self) -> bool:
        """Whether anything is under way, or is still to be told."""
        return bool(self._events or self._waiting or any(worker.trials for worker in self._workers))

    def submit(self, trial: Trial, task: Task) -> None:
        """Give it to the worker with the fewest trials, as soon as one has room."""
        under_way = len(self._waiting) + sum(len(worker.trials) for worker in self._workers)
        if under_way + len(self._beside) >= self.slots:
            raise RuntimeError(f"all {self.slots} slots are taken")
        self._waiting.append((trial, task))
        self._give_out()

    def events(self) -> Iterator[Event]:
        """What the workers report, and what becomes of the trials of one that dies."""
        while self.busy:
            if (event := self.hear()) is not None:
                yield event

    def hear(self, patience: float | None = None) -> Event | None:
        """What happened next, waited for at most so many seconds; None where nothing has happened by then."""
        if not self._events:
            self._give_out()
            self._turn(patience)
        return self._events.popleft() if self._events else None

    def gather(self, unwanted: Callable[[], bool]) -> None:
        """Wait until all workers could begin a trial at once, or are not wanted after all; before the first trial."""
        while any(worker.starting for worker in self._workers) and not unwanted():
            self._turn(0.1)
        for worker in self._workers:
            if worker.ready:
                worker.take(*NOTHING)
        while any(worker.trials for worker in self._workers) and not unwanted():
            self._turn(0.1)
        self._events.clear()

    def stop(self, trial: Trial, reason: str) -> None:
        """Have its worker kill it; one that waits for a worker is not begun."""
        for waiting in [each for each in self._waiting if each[0].key == trial.key]:
            self._waiting.remove(waiting)
            self._events.append(Failed(trial, "pruned", reason))
        for worker in self._workers:
            if trial.key in worker.trials:
                worker.actor.stop.remote(trial, reason)

    def close(self) -> None:
        """Kill the trials, then the workers, then Ray if it was started here."""
        if self._closed:
            return
        self._closed = True
        import ray

        with suppress(Exception):  # a worker or a cluster that is gone already is what is wanted
            farewells = [worker.actor.close.remote() for worker in self._workers if worker.ready]
            if farewells:
                ray.wait(farewells, num_returns=len(farewells), timeout=PATIENCE)
        for worker in self._workers:
            with suppress(Exception):
                ray.kill(worker.actor)
        self._workers.clear()
        self._waiting.clear()
        self._cluster.close()

    def _hire(self, seat: Seat) -> Worker:
        actor = self._cluster.worker(self._resources, seat)
        return Worker(seat, actor, actor.ready.remote())

    def _give_out(self) -> None:
        beside = [gpus for gpus in self._beside.values() if gpus is not None]
        if len(beside) < len(self._beside):
            return  # the other executor will tell in a moment which GPUs are left
        for trial, task in tuple(self._waiting):
            if not any(worker.room(beside) for worker in self._workers):
                return
            if (worker := emptiest(self._workers, trial, self._trust, beside)) is not None:
                self._waiting.remove((trial, task))
                worker.take(trial, task)

    def _turn(self, patience: float | None) -> None:
        """Wait until a worker has something to say, at most so long."""
        import ray

        self._look_round()
        if not self._workers:
            self._wait_for_machines()
            return
        asked = {worker.answer: worker for worker in self._workers}
        waits = [patience, 1.0 if self._waiting else None, None if self._cluster.ours else LOOK]
        ray.wait(list(asked), num_returns=1, timeout=min((each for each in waits if each is not None), default=None))
        answered, _ = ray.wait(list(asked), num_returns=len(asked), timeout=0)
        for answer in answered:
            try:
                said = ray.get(answer)
            except ray.exceptions.RayError as error:
                self._bury(asked[answer], error)
            else:
                self._take_in(asked[answer], said)
        self._give_out()

    def _look_round(self) -> None:
        """Let go of machines that have left the cluster, and take on those that have joined."""
        if self._cluster.ours or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK
        nodes = self._cluster.nodes()
        there = {node.name for node in nodes}
        for worker in [worker for worker in self._workers if worker.seat.node.name not in there]:
            self._dismiss(worker, "its machine has left the cluster")
        held = [worker.seat for worker in self._workers]
        wanted = self._seats([node for node in nodes if node.name not in self._given_up])
        self._workers += [self._hire(seat) for seat in lacking(wanted, held, self._resources.slots)]

    def _seats(self, nodes: list[Node]) -> tuple[Seat, ...]:
        """The workers that these machines are to have; none where they cannot carry a trial of this study."""
        if not nodes or (self._on_gpus and not any(node.gpus for node in nodes)):
            return ()
        try:
            return seat_map(self._resources, nodes)
        except ResourcesError:
            return ()

    def _wait_for_machines(self) -> None:
        """Trials wait where all machines have left, and fail where none can carry them, or none comes."""
        why = next(iter(self._given_up.values()), "")
        if not why and time.monotonic() - self._last_seen > ABSENCE:
            why = f"no machine has been in the Ray cluster for {ABSENCE:g} s"
        if why:
            self._events += [Failed(trial, "crashed", why) for trial, _ in self._waiting]
            self._waiting.clear()
        else:
            time.sleep(1.0)

    def _take_in(self, worker: Worker, said: Any) -> None:
        """First which GPUs a worker has, then again and again what happens there."""
        worker.answer = worker.actor.poll.remote()
        if not worker.ready:
            worker.gpus, said = said, ()
        for event in said:
            key = event.trial.key
            if isinstance(event, Epoch):
                worker.readings.setdefault(key, []).append(event.reading)
            elif isinstance(event, Completed | Failed):
                worker.trials.pop(key, None)
                worker.readings.pop(key, None)
            self._events.append(self._trust.hear(event, worker.place, places(self._workers)))

    def _bury(self, worker: Worker, error: Exception) -> None:
        """A worker has died, or its machine; another is asked for in its place, unless it never lives there."""
        import ray

        reason = f"its Ray worker died: {str(error).strip().partition(chr(10))[0]}"
        if isinstance(error, ray.exceptions.ActorUnavailableError):
            reason = "its Ray worker died: its machine does not answer"
        self._dismiss(worker, reason)
        # a moment later Ray may know that the whole machine is gone
        self._next_look = min(self._next_look, time.monotonic() + 1.0)
        if worker.ready or worker.tries < TRIES:
            another = self._hire(worker.seat)
            another.tries = 1 if worker.ready else worker.tries + 1
            self._workers.append(another)
        else:
            self._given_up[worker.seat.node.name] = reason

    def _dismiss(self, worker: Worker, reason: str) -> None:
        """What it had under way has crashed."""
        import ray

        for key, trial in worker.trials.items():
            self._events.append(Failed(trial, "crashed", reason, readings=tuple(worker.readings.get(key, ()))))
        with suppress(Exception):
            ray.kill(worker.actor)
        self._workers.remove(worker)
        self._last_seen = time.monotonic()
