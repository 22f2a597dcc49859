"""How many trials share a GPU: as many as its memory, its occupancy and the cores take, measured on the first trial."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, update_wrapper

from doe.executors._devices import cpu_count, visible_gpus
from doe.model import Completed, Failed, Trial
from doe.protocols import Epoch, Event, Executor, Resources, Started, Task

MOST = 8
"""Trials on a GPU that are ever begun side by side; each needs half a GiB for its own CUDA alone."""

SPARE = 0.1
"""The share of a GPU's memory that is left free: a later trial may have a larger network or batch than the first."""

LOOK = 0.5
"""Seconds between two looks at a GPU; nvidia-smi itself tells of the last sixth of a second to a second."""

FEW = 3
"""Looks that must have been had while a trial was at work."""

QUERY = ("--query-gpu=index,uuid,memory.total,memory.used,utilization.gpu", "--format=csv,noheader,nounits")


@dataclass(frozen=True, slots=True)
class Load:
    """A GPU at one moment."""

    total: float
    """Its memory, in MiB."""
    used: float
    """What of it is taken, in MiB."""
    busy: float
    """The share of the time in which anything was computed on it, from 0 to 1."""


def trials_a_gpu(before: Load, looks: Sequence[Load], cores: float) -> int:
    """How many trials like this one a GPU takes side by side, from 1 to MOST.

    Kernels of several processes take turns on a GPU, so beyond the time that one leaves there is nothing to be had.

    Args:
        before: The GPU before the trial began.
        looks: The GPU while it was at work, alone; too few looks make it 1.
        cores: How many trials the cores keep busy for each GPU.
    """
    if len(looks) < FEW:
        return 1
    taken = max(look.used for look in looks) - before.used
    if taken <= 0:
        return 1  # it was not on this GPU, or nothing can be seen of it
    by_memory = ((1 - SPARE) * before.total - before.used) / taken
    busy = sum(look.busy for look in looks) / len(looks)
    by_time = 1 / busy if busy > 0 else MOST
    return max(1, int(min(by_memory, by_time + 1e-6, cores, MOST)))


def look() -> Mapping[str, Load]:
    """Every GPU of this machine by number and by identity, asked of nvidia-smi; none where it does not tell."""
    nvidia_smi = shutil.which("nvidia-smi")
    try:
        told = subprocess.run(  # noqa: S603, the path comes from which()
            [nvidia_smi or "nvidia-smi", *QUERY], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    found: dict[str, Load] = {}
    for line in told.splitlines():
        number, identity, *figures = (part.strip() for part in line.split(","))
        try:
            total, used, percent = map(float, figures)
        except ValueError:  # [N/A], as of a GPU that is divided
            continue
        found[number] = found[identity] = Load(total, used, percent / 100)
    return found


class Sharing:
    """Another executor, of whose slots only one a GPU is used until it is known how many trials fit."""

    def __init__(self, inner: Executor, most: int | None, cores: float) -> None:
        """Begin with one trial on each GPU; ``inner`` has MOST slots on each, and fills all GPUs alike."""
        self._inner = inner
        self._most = most
        self._cores = cores
        self._each = 1
        self._decided = False
        self._before = look()
        self._watched: tuple[Trial, str] | None = None
        self._at_work = 0
        self._looks: list[Load] = []
        self._over = threading.Event()

    @property
    def slots(self) -> int:
        """One a GPU at first; as soon as the first trial has shown what it takes, as many as fit."""
        places = -(-self._inner.slots // MOST)
        slots = min(places * self._each, self._inner.slots)
        return slots if self._most is None else min(slots, self._most)

    def submit(self, trial: Trial, task: Task) -> None:
        """Hand it on."""
        self._inner.submit(trial, task)

    def events(self) -> Iterator[Event]:
        """What the other executor tells; how many slots there are may change with each event."""
        for event in self._inner.events():
            self._hear(event)
            yield event

    def stop(self, trial: Trial, reason: str) -> None:
        """Hand it on."""
        self._inner.stop(trial, reason)

    def close(self) -> None:
        """Look no more, and close the other executor."""
        self._over.set()
        self._inner.close()

    def _hear(self, event: Event) -> None:
        if isinstance(event, Failed) and event.kind == "memory":
            self._each = max(1, self._each - 1)
            self._decided = True  # whatever was measured, it was too much
            self._over.set()
        if self._decided:
            return
        if isinstance(event, Started) and self._watched is None:
            self._watch(event)
        elif self._watched and event.trial == self._watched[0]:
            if isinstance(event, Epoch) and not self._at_work:
                self._at_work = len(self._looks)  # what came before was reading data and compiling
            elif isinstance(event, Failed):
                self._forget()
            elif isinstance(event, Completed) or len(self._looks) - self._at_work >= FEW:
                self._decide()

    def _watch(self, event: Started) -> None:
        """Look at the GPU of this trial from now on, if it is one of this machine's own."""
        gpu = str(event.where["device"]).removeprefix("cuda:")
        if event.where["host"] == socket.gethostname() and gpu in self._before:
            self._watched = event.trial, gpu
            into = gpu, self._over, self._looks
            threading.Thread(target=_keep_looking, args=into, name="doe GPU", daemon=True).start()

    def _forget(self) -> None:
        """What broke is no measure for others; the next that begins is."""
        self._over.set()
        self._over, self._looks = threading.Event(), []
        self._watched, self._at_work = None, 0

    def _decide(self) -> None:
        self._over.set()
        self._decided = True
        if self._watched is not None:
            looks = self._looks[self._at_work :]
            looks = looks if len(looks) >= FEW else self._looks  # of one epoch, all that was seen of it
            self._each = trials_a_gpu(self._before[self._watched[1]], looks, self._cores)


def _keep_looking(gpu: str, over: threading.Event, looks: list[Load]) -> None:
    while not over.wait(LOOK):
        if (load := look().get(gpu)) is not None:
            looks.append(load)


def sharing(make: Callable[[Resources], Executor]) -> Callable[[Resources], Executor]:
    """The same executor, which measures how many trials share a GPU where that is asked for."""
    return update_wrapper(partial(_shared, make), make, updated=())


def _shared(make: Callable[[Resources], Executor], resources: Resources) -> Executor:
    gpus = visible_gpus()
    if not resources.shared or not gpus:
        return make(resources)
    inner = make(replace(resources, slots=None, gpus_per_trial=1 / MOST))
    cores = cpu_count() / (len(gpus) * resources.threads)
    return Sharing(inner, resources.slots, cores)
