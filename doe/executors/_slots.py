"""Which trial goes to which device: slots, filled breadth-first over the GPUs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from doe.model import DoeError
from doe.protocols import Resources


class ResourcesError(DoeError):
    """More was asked for than there is."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for one trial."""

    gpus: tuple[str, ...] = ()
    """The GPUs that it sees, as CUDA_VISIBLE_DEVICES names them."""

    kind: str = ""
    """Of what kind they are, as in ``NVIDIA H200``; empty where that is not known."""

    @property
    def device(self) -> str:
        """What a record of the trial calls it."""
        return f"cuda:{','.join(self.gpus)}" if self.gpus else "cpu"


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of a cluster, and what it has."""

    name: str | None
    """Its identity within the cluster; None: whichever it may be."""

    cpus: float
    gpus: int
    kind: str = ""
    """Of what kind its GPUs are, where the cluster says so."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What one worker of a cluster holds: GPUs, and slots that share them."""

    node: Node
    gpus: int
    slots: int


def slot_map(resources: Resources, gpus: Sequence[str], cpus: int) -> tuple[Slot, ...]:
    """The slots of one machine, in the order in which they are filled: every GPU once before any is shared.

    Raises:
        ResourcesError: A number makes no sense, or there are not as many GPUs as one trial wants.
    """
    share = _share(resources, len(gpus))
    if share == 0:
        return (Slot(),) * (resources.slots or max(1, cpus // resources.threads))
    size = max(1, int(share))
    places = [Slot(tuple(gpus[at : at + size])) for at in range(0, len(gpus) - size + 1, size)]
    rounds = _trials_per_place(resources, share, len(places))
    return tuple(places * rounds)[: resources.slots]


def seat_map(resources: Resources, nodes: Sequence[Node]) -> tuple[Seat, ...]:
    """The workers that a cluster is asked for: one for each GPU, or, for trials without any, one for each machine.

    Raises:
        ResourcesError: A number makes no sense, or no machine has as many GPUs as one trial wants.
    """
    share = _share(resources, max((node.gpus for node in nodes), default=0))
    if share == 0:
        wanted = resources.slots
        nodes = [node for node in nodes if node.cpus] or nodes  # one of GPUs alone has no core to spare
        rooms = {node: max(1, int(node.cpus) // resources.threads) for node in nodes}
        if wanted is not None and wanted > sum(rooms.values()):
            rooms = dict.fromkeys(nodes, -(-wanted // len(nodes)))
        return _shared_out([(node, 0, room) for node, room in rooms.items()], wanted)
    size = max(1, int(share))
    places = [node for node in nodes for _ in range(node.gpus // size)]
    rounds = _trials_per_place(resources, share, len(places))
    return _shared_out([(node, size, rounds) for node in places], resources.slots)


def lacking(wanted: Sequence[Seat], held: Sequence[Seat], most: int | None) -> Iterator[Seat]:
    """What is wanted of each machine beyond what is held there, until there are ``most`` slots in all."""
    room = None if most is None else most - sum(seat.slots for seat in held)
    here: dict[str | None, list[Seat]] = defaultdict(list)
    for seat in held:
        here[seat.node.name].append(seat)
    for seat in wanted:
        have = here[seat.node.name]
        if seat.gpus and have:
            have.pop()
            continue
        slots = seat.slots - sum(one.slots for one in have)
        slots = slots if room is None else min(slots, room)
        if slots > 0:
            room = None if room is None else room - slots
            yield replace(seat, slots=slots)


def _shared_out(places: Sequence[tuple[Node, int, int]], wanted: int | None) -> tuple[Seat, ...]:
    """Give each place a slot, then each a second, as far as it has room, until there are as many as wanted."""
    given = [0] * len(places)
    while wanted is None or sum(given) < wanted:
        open_places = [at for at, (_, _, room) in enumerate(places) if given[at] < room]
        if not open_places:
            break
        for at in open_places[: None if wanted is None else wanted - sum(given)]:
            given[at] += 1
    return tuple(Seat(node, gpus, slots) for (node, gpus, _), slots in zip(places, given, strict=True) if slots)


def _trials_per_place(resources: Resources, share: float, places: int) -> int:
    if resources.gpus_per_trial is None and resources.slots:
        return -(-resources.slots // places)  # more slots than GPUs, and no share named: they are to be shared
    return max(1, int(1 / share + 1e-6))  # a third of a GPU three times, whatever its digits


def _share(resources: Resources, gpus: int) -> float:
    """How much of a GPU a trial takes, where so many are at hand."""
    share, slots = resources.gpus_per_trial, resources.slots
    if slots is not None and slots < 1:
        raise ResourcesError(f"slots = {slots}: wanted 1 or more")
    if resources.threads < 1:
        raise ResourcesError(f"threads = {resources.threads}: wanted 1 or more")
    if share is None:
        return 1.0 if gpus else 0.0
    if not 0 <= share < float("inf") or (share > 1 and share != int(share)):
        raise ResourcesError(f"GPUs per trial = {share:g}: wanted a share up to 1, or a whole number")
    if share > gpus:
        there = f"{gpus} {'is' if gpus == 1 else 'are'}" if gpus else "none is"
        raise ResourcesError(f"GPUs per trial = {share:g}, but {there} visible")
    return share
