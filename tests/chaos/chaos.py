"""Studies that are hit again and again while they run, each compared with one that was left alone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from doe.history import History, fold
from doe.journal import read

from .faults import ANYWHERE, DISK, RECORD, Fault, mounted, unmounted
from .field import PATIENCE, Field
from .nodes import Nodes

INSTANTS = 0.6
"""A fault comes at any instant of so many seconds after the journal has grown."""
STARTING = 8.0
"""The same for a Ray of our own: the first trials are begun without it, and it is to be hit at work, too."""
NODE = "node gone"
FAULTS: Mapping[str, tuple[str, ...]] = {
    "local": (*ANYWHERE, *DISK, *RECORD),
    "ray": (*ANYWHERE,),
    "cluster": (*ANYWHERE, NODE),
}
"""What is done to studies on each executor; a cluster is the executor ray at an address."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the studies that one kind of fault befell."""

    tries: int
    """How often it was inflicted on a driver or worker that was at work."""
    trials: int
    """How many trials the studies have."""
    lost: int
    """Trials that never completed."""
    repeated: int
    """Trials that were begun again though they had completed."""
    changed: int
    """Trials whose readings are not, digit by digit, those of the undisturbed study."""
    left: int
    """Processes of ours that outlived their driver by five seconds."""


def undisturbed(folder: Path, levels: int) -> History:
    """The study as it is when nothing befalls it."""
    field = Field(folder, "local", levels, Random(0))
    field.begin()
    if field.driver.wait(PATIENCE) != 0:
        raise RuntimeError(field.said.read_text())
    return fold(read(field.journal))


def inflict(
    folder: Path, executor: str, fault: str, tries: int, random: Random, whole: History, *, cluster: Nodes | None = None
) -> Tally:
    """Have a fault befall studies until it did so often, and see what became of them."""
    levels, hits, studies = len(whole.completed) // 3, 0, 0
    sums: Counter[str] = Counter()
    strike = _strike(fault, cluster)
    while hits < tries:
        place = folder / f"{executor}-{fault.replace(' ', '-')}-{studies}"
        field = Field(place, "ray" if cluster else executor, levels, random, cluster.address if cluster else None)
        with _disk(field, fault):
            hit, left = _hit_until_done(field, strike, tries - hits)
            sums += Counter(left=left, **judge(field.lines(), whole))
        hits, studies = hits + hit, studies + 1
    trials = studies * len(whole.completed)
    return Tally(hits, trials, sums["lost"], sums["repeated"], sums["changed"], sums["left"])


def judge(lines: list[Mapping[str, Any]], whole: History) -> dict[str, int]:
    """Trials lost, repeated and changed, by a journal's own lines."""
    completed: set[tuple[int, int]] = set()
    repeated: set[tuple[int, int]] = set()
    for line in lines:
        key = line.get("run", 0), line.get("replicate", 0)
        if line["event"] in {"begun", "completed"} and key in completed:
            repeated.add(key)
        if line["event"] == "completed":
            completed.add(key)
    found = fold(lines).completed
    wanted = whole.completed
    changed = [k for k in found if k not in wanted or found[k].readings != wanted[k].readings]
    return {"lost": len(wanted.keys() - found.keys()), "repeated": len(repeated), "changed": len(changed)}


def _strike(fault: str, cluster: Nodes | None) -> Fault:
    if fault != NODE:
        return {**ANYWHERE, **DISK, **RECORD}[fault]
    if cluster is None:
        raise ValueError(f"{fault} wants a cluster")
    lost_of = cluster

    def lose(field: Field) -> int | None:
        return 0 if lost_of.lose(field.random, set(field.under_way())) else None

    return lose


@contextmanager
def _disk(field: Field, fault: str) -> Iterator[None]:
    if fault not in DISK:
        yield
        return
    mounted(field)
    try:
        yield
    finally:
        unmounted(field)


def _hit_until_done(field: Field, strike: Fault, tries: int) -> tuple[int, int]:
    """Hit the study until it is done or was hit so often; then let it end. Hits, and processes left over."""
    hits = left = 0
    field.begin()
    while hits < tries and field.at_work():
        time.sleep(field.random.uniform(0, STARTING if field.starts_ray else INSTANTS))
        outlived = strike(field)
        hits, left = hits + (outlived is not None), left + (outlived or 0)
    field.finish()
    return hits, left
