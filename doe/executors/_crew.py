"""Trials side by side on one machine, each in a fresh process forked from one that has imported what they need."""

from __future__ import annotations

import os
import selectors
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import count

from doe.executors._endings import ending
from doe.executors._forking import fork_server
from doe.executors._logs import log_file
from doe.executors._slots import Slot
from doe.executors._surroundings import whereabouts
from doe.executors._trust import Trust
from doe.executors._under_way import UnderWay
from doe.executors._wire import plain_task
from doe.model import Failed, Outcome, Trial
from doe.protocols import Event, Resources, Started, Task


class Crew:
    """The processes of one machine; driven by ``turn``, from one thread."""

    def __init__(self, resources: Resources, slots: Sequence[Slot], places: Sequence[str]) -> None:
        """Start the fork server, which imports from these places while the driver goes on."""
        self.slots = tuple(slots)
        self.events: deque[Event] = deque()
        self._resources = resources
        self._places = tuple(places)
        self._free = set(range(len(slots)))
        self._gpus = {slot.gpus for slot in slots}
        self._trust = Trust()
        self._waiting: deque[tuple[Trial, Task]] = deque()
        """Those that have met a lost GPU, and go on as soon as another one is free."""
        self._under_way: dict[int, UnderWay] = {}
        self._numbers = count()
        self._selector = selectors.DefaultSelector()
        self._closed = False
        if resources.logs:
            resources.logs.mkdir(parents=True, exist_ok=True)
        self._start()

    @property
    def size(self) -> int:
        """How many trials there may be side by side; fewer when a GPU is lost."""
        return sum(slot.gpus in self._trust.left(self._gpus) for slot in self.slots)

    @property
    def busy(self) -> bool:
        """Whether anything is under way, or is still to be told."""
        return bool(self._under_way or self._waiting or self.events)

    def watch(self, descriptor: int) -> None:
        """End a turn when there is something to read there, too."""
        self._selector.register(descriptor, selectors.EVENT_READ)

    def submit(self, trial: Trial, task: Task) -> None:
        """Have a trial forked, in the free slot that comes first of those that suit it."""
        if len(self._under_way) + len(self._waiting) >= self.size:
            raise RuntimeError(f"all {self.size} slots are taken")
        self._waiting.append((trial, task))
        self._give_out()

    def stop(self, trial: Trial, reason: str) -> None:
        """Have it killed; if its last word comes first, that counts."""
        for waiting in [each for each in self._waiting if each[0].key == trial.key]:
            self._waiting.remove(waiting)
            self.events.append(Failed(trial, "pruned", reason))
        for number, under_way in self._under_way.items():
            if under_way.trial.key == trial.key and under_way.why_stop is None:
                under_way.why_stop = reason
                self._server.tell({"kill": number})

    def turn(self, patience: float | None = None) -> None:
        """Wait until something happens, at most so long, and put it among the events."""
        self._give_out()
        ready = {key.fd for key, _ in self._selector.select(self._patience(patience))}
        if self._server.socket.fileno() in ready:
            self._listen()
        for trial in list(self._under_way.values()):
            if trial.channel in ready:
                self._read(trial)
        now = time.monotonic()
        for number, trial in self._under_way.items():
            if trial.deadline is not None and now >= trial.deadline:
                trial.overdue = True
                self._server.tell({"kill": number})

    def close(self) -> None:
        """Kill what is under way, and the fork server."""
        if self._closed:
            return
        self._closed = True
        self._server.close(at_once=all(trial.pid is None for trial in self._under_way.values()))
        for trial in self._under_way.values():
            trial.kill()
            trial.let_go()
        self._under_way.clear()
        self._waiting.clear()
        self._selector.close()

    def _start(self) -> None:
        self._server = fork_server(self._resources, self._places)
        self.watch(self._server.socket.fileno())

    def _give_out(self) -> None:
        """Begin what waits, on the GPUs that are doubted least."""
        for trial, task in tuple(self._waiting):
            suited = [slot for slot in self._free if self._trust.suits(self.slots[slot].gpus, trial, self._gpus)]
            if suited:
                self._waiting.remove((trial, task))
                slot = min(suited, key=lambda each: (self._trust.doubts.get(self.slots[each].gpus, 0), each))
                self._begin(trial, task, slot)

    def _begin(self, trial: Trial, task: Task, slot: int) -> None:
        log = log_file(self._resources.logs, trial)
        order = {"task": plain_task(task), "threads": self._resources.threads, "log": log and str(log.resolve())}
        number = next(self._numbers)
        channel, theirs = os.pipe()
        os.set_blocking(channel, False)
        self._free.remove(slot)
        self._under_way[number] = UnderWay(trial, task, slot, channel, log)
        self._server.tell(order | {"number": number, "gpus": self.slots[slot].gpus}, theirs)
        os.close(theirs)

    def _patience(self, patience: float | None) -> float | None:
        now = time.monotonic()
        waits = [trial.deadline - now for trial in self._under_way.values() if trial.deadline is not None]
        waits += [] if patience is None else [patience]
        return max(0.0, min(waits)) if waits else None

    def _listen(self) -> None:
        reports = self._server.listen()
        if reports is None:
            self._start_again()
            return
        for report in reports:
            match report:
                case {"born": number, "pid": pid}:
                    trial = self._under_way[number]
                    trial.born(pid)
                    slot = self.slots[trial.slot]
                    where = whereabouts(slot.device, self._resources.threads, pid, slot.kind)
                    self.events.append(Started(trial.trial, where))
                    self.watch(trial.channel)
                    if trial.why_stop is not None:
                        self._server.tell({"kill": number})
                case {"unborn": number, "reason": reason}:
                    self._end(number, self._under_way[number].outcome("crashed", reason))
                case {"ended": number, "status": status}:
                    self._read(self._under_way[number])
                    self._end(number, self._under_way[number].ended(status))

    def _read(self, trial: UnderWay) -> None:
        self.events += trial.read()
        if not trial.open:  # it has closed its end; that its process is gone, the fork server will say
            self._unwatch(trial.channel)

    def _end(self, number: int, outcome: Outcome) -> None:
        trial = self._under_way.pop(number)
        self._unwatch(trial.channel)
        trial.let_go()
        self._free.add(trial.slot)
        self.events.append(self._trust.hear(outcome, self.slots[trial.slot].gpus, self._gpus))

    def _unwatch(self, descriptor: int) -> None:
        with suppress(KeyError):
            self._selector.unregister(descriptor)

    def _start_again(self) -> None:
        """The fork server has died, and its children with it."""
        self._unwatch(self._server.socket.fileno())
        _, how = ending(self._server.close(at_once=True), out_of_memory=False)
        for number, trial in list(self._under_way.items()):
            trial.kill()
            self._read(trial)
            self._end(number, trial.outcome("crashed", f"its fork server ended: {how}"))
        self._start()
