"""Which device a slot has."""

from __future__ import annotations

import pytest

from doe.executors._slots import Node, ResourcesError, seat_map, slot_map
from doe.protocols import Resources

BOX = Node("box", cpus=8, gpus=4)
DESK = Node("desk", cpus=2, gpus=0)
CARD = Node("card", cpus=0, gpus=1)


@pytest.mark.parametrize(
    ("resources", "gpus", "devices"),
    [
        pytest.param(Resources(), "", ["cpu"] * 8, id="one a core"),
        pytest.param(Resources(threads=3), "", ["cpu"] * 2, id="one for so many cores"),
        pytest.param(Resources(threads=30), "", ["cpu"], id="one at least"),
        pytest.param(Resources(slots=20), "", ["cpu"] * 20, id="as many as asked"),
        pytest.param(Resources(), "01", ["cuda:0", "cuda:1"], id="a whole GPU each"),
        pytest.param(Resources(gpus_per_trial=0.5), "01", ["cuda:0", "cuda:1"] * 2, id="breadth first"),
        pytest.param(Resources(gpus_per_trial=1 / 3), "0", ["cuda:0"] * 3, id="thirds"),
        pytest.param(Resources(gpus_per_trial=0.7), "0", ["cuda:0"], id="no room for a second"),
        pytest.param(Resources(gpus_per_trial=0.5, slots=3), "01", ["cuda:0", "cuda:1", "cuda:0"], id="no more slots"),
        pytest.param(Resources(gpus_per_trial=2), "01234", ["cuda:0,1", "cuda:2,3"], id="two GPUs each"),
        pytest.param(
            Resources(slots=5), "01", ["cuda:0", "cuda:1", "cuda:0", "cuda:1", "cuda:0"], id="shared if asked"
        ),
        pytest.param(Resources(gpus_per_trial=0, slots=2), "01", ["cpu", "cpu"], id="none wanted"),
    ],
)
def test_slots_of_a_machine(resources: Resources, gpus: str, devices: list[str]) -> None:
    """Each GPU has a trial before any has two."""
    assert [slot.device for slot in slot_map(resources, tuple(gpus), 8)] == devices


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        pytest.param(Resources(slots=0), "slots = 0", id="no slots"),
        pytest.param(Resources(threads=0), "threads = 0", id="no threads"),
        pytest.param(Resources(gpus_per_trial=-1), "GPUs per trial = -1", id="negative"),
        pytest.param(Resources(gpus_per_trial=float("nan")), "GPUs per trial = nan", id="not a number"),
        pytest.param(Resources(gpus_per_trial=1.5), "up to 1, or a whole number", id="one and a half"),
        pytest.param(Resources(gpus_per_trial=0.5), "none is visible", id="none there"),
    ],
)
def test_nonsense_is_refused(resources: Resources, reason: str) -> None:
    """What cannot be is said in one line."""
    with pytest.raises(ResourcesError, match=reason):
        slot_map(resources, (), 8)


@pytest.mark.parametrize(
    ("resources", "nodes", "seats"),
    [
        pytest.param(Resources(), [DESK], [("desk", 0, 2)], id="a slot a core"),
        pytest.param(Resources(slots=5), [DESK], [("desk", 0, 5)], id="as many as asked"),
        pytest.param(Resources(slots=3), [DESK, BOX], [("box", 1, 1)] * 3, id="GPUs where there are any"),
        pytest.param(Resources(gpus_per_trial=0, slots=3), [DESK, BOX], [("desk", 0, 2), ("box", 0, 1)], id="spread"),
        pytest.param(Resources(gpus_per_trial=0.5, slots=5), [BOX], [("box", 1, 2)] + [("box", 1, 1)] * 3, id="shared"),
        pytest.param(Resources(gpus_per_trial=2), [DESK, BOX], [("box", 2, 1)] * 2, id="two GPUs each"),
        pytest.param(Resources(gpus_per_trial=0), [CARD, DESK], [("desk", 0, 2)], id="no core, no trial"),
        pytest.param(Resources(gpus_per_trial=0, slots=3), [CARD, DESK], [("desk", 0, 3)], id="more than cores"),
    ],
)
def test_seats_of_a_cluster(resources: Resources, nodes: list[Node], seats: list[tuple[str, int, int]]) -> None:
    """One worker for each GPU or each machine, filled in turn."""
    assert [(seat.node.name, seat.gpus, seat.slots) for seat in seat_map(resources, nodes)] == seats
