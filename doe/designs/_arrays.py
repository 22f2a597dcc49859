"""Orthogonal arrays under their true names, read from pyDOE's files.

pyDOE (BSD-3-Clause) has them from https://www.itl.nist.gov/div898/software/dataplot/designs.htm (NIST, Dataplot); a
test verifies the strength of each. Its L64(2^31) is left out: 59 of its column pairs are not orthogonal (pyDOE 1.6.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, TypeAlias

Rows: TypeAlias = tuple[tuple[int, ...], ...]


class Source(NamedTuple):
    """Where an array comes from."""

    title: str
    """What it is: L18(2^1 3^7) has 18 runs, one column of 2 levels, then seven of 3."""

    parent: str
    """What pyDOE calls it, or what it is made of; two of pyDOE's names misstate the array."""


ARRAYS: Mapping[str, Source] = {
    "l4": Source("L4(2^3)", "L4(2^3)"),
    "l8": Source("L8(2^7)", "L8(2^7)"),
    "l9": Source("L9(3^4)", "L9(3^4)"),
    "l12": Source("L12(2^11)", "L12(2^11)"),
    "l16": Source("L16(2^15)", "L16(2^15)"),
    "l16b": Source("L16(4^5)", "L16(4^5)"),
    "l18": Source("L18(2^1 3^7)", "L18(6^1 3^6)"),
    "l18b": Source("L18(6^1 3^6)", "L18(6^1 3^6)"),
    "l25": Source("L25(5^6)", "L25(5^6)"),
    "l27": Source("L27(3^13)", "L27(2^1 3^12)"),
    "l32": Source("L32(2^31)", "L32(2^31)"),
    "l32b": Source("L32(2^1 4^9)", "L32(2^1 4^9)"),
    "l36": Source("L36(2^11 3^12)", "L36(3^23)"),
    "l50": Source("L50(2^1 5^11)", "L50(2^1 5^11)"),
    "l54": Source("L54(2^1 3^25)", "L54(2^1 3^25)"),
    "l64b": Source("L64(4^21)", "L64(4^21)"),
    "l81": Source("L81(3^40)", "L81(3^40)"),
}


def runs(name: str) -> int:
    """How many rows an array has, by its title."""
    return int(ARRAYS[name].title[1:].split("(")[0])


def levels(name: str) -> tuple[int, ...]:
    """How many levels each column of an array has, by its title."""
    return tuple(
        int(size) for size, times in re.findall(r"(\d+)\^(\d+)", ARRAYS[name].title) for _ in range(int(times))
    )


@cache
def array(name: str) -> Rows:
    """The rows of an array, levels counted from 0."""
    source = ARRAYS[name]
    rows = _read(source.parent)
    if name != "l18":
        return rows
    # A column of 6 levels is 2 x 3: expansive replacement (Hedayat, Sloane and Stufken 1999, section 9.3).
    return tuple((first // 3, first % 3, *rest) for first, *rest in rows)


def _read(parent: str) -> Rows:
    """Read an array from its file: to import pydoe takes a second and a half, for it loads all of scipy.stats."""
    spec = find_spec("pydoe")
    name = "_".join(re.findall(r"[A-Z]|\d+", parent))
    file = Path(spec.origin if spec and spec.origin else "").parent / f"taguchi/orthogonal_arrays/{name}.oa"
    if file.is_file():
        return tuple(tuple(int(level) - 1 for level in line.split()) for line in file.read_text().splitlines())
    return _ask(parent)


def _ask(parent: str) -> Rows:
    """Ask pydoe itself, where it keeps its arrays elsewhere."""
    import pydoe

    return tuple(tuple(map(int, row)) for row in pydoe.get_orthogonal_array(parent).tolist())
