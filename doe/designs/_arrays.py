"""Orthogonal arrays under their true names: Taguchi's, read from pyDOE's files, and those that are constructed here.

pyDOE (BSD-3-Clause) has them from https://www.itl.nist.gov/div898/software/dataplot/designs.htm (NIST, Dataplot); a
test verifies the strength of each. Its L64(2^31) is left out: 59 of its column pairs are not orthogonal (pyDOE 1.6.0).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import NamedTuple, TypeAlias

from doe.designs._errors import DesignError

Rows: TypeAlias = tuple[tuple[int, ...], ...]


class Source(NamedTuple):
    """Where an array comes from."""

    title: str
    """What it is: L18(2^1 3^7) has 18 runs, one column of 2 levels, then seven of 3."""

    parent: str = ""
    """What pyDOE calls it, or what it is made of; two of pyDOE's names misstate the array."""

    made: str = ""
    """How it is constructed; empty for what pyDOE has. The sources stand in ``doe/statistics/catalogue.py``."""


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
    "l36b": Source("L36(2^3 3^13)", made="from D(12,12,3)"),
    "l49": Source("L49(7^8)", made="Rao-Hamming"),
    "l50": Source("L50(2^1 5^11)", "L50(2^1 5^11)"),
    "l54": Source("L54(2^1 3^25)", "L54(2^1 3^25)"),
    "l64": Source("L64(2^63)", made="Rao-Hamming"),
    "l64b": Source("L64(4^21)", "L64(4^21)"),
    "l81": Source("L81(3^40)", "L81(3^40)"),
    "l8-2x4-4x1": Source("L8(2^4 4^1)", made="from D(4,4,2)"),
    "l12-2x4-3x1": Source("L12(2^4 3^1)", made="found by search"),
    "l12-2x2-6x1": Source("L12(2^2 6^1)", made="two halves a cell"),
    "l16-2x12-4x1": Source("L16(2^12 4^1)", made="from L16(4^5)"),
    "l16-2x9-4x2": Source("L16(2^9 4^2)", made="from L16(4^5)"),
    "l16-2x6-4x3": Source("L16(2^6 4^3)", made="from L16(4^5)"),
    "l16-2x3-4x4": Source("L16(2^3 4^4)", made="from L16(4^5)"),
    "l16-2x8-8x1": Source("L16(2^8 8^1)", made="from D(8,8,2)"),
    "l20-2x8-5x1": Source("L20(2^8 5^1)", made="found by search"),
    "l24-2x20-4x1": Source("L24(2^20 4^1)", made="from Hadamard matrices"),
    "l24-2x12-12x1": Source("L24(2^12 12^1)", made="from D(12,12,2)"),
    "l24-2x13-3x1-4x1": Source("L24(2^13 3^1 4^1)", made="joined columns"),
    "l24-2x11-4x1-6x1": Source("L24(2^11 4^1 6^1)", made="joined columns"),
    "l27-3x9-9x1": Source("L27(3^9 9^1)", made="from D(9,9,3)"),
    "l28-2x12-7x1": Source("L28(2^12 7^1)", made="found by search"),
    "l32-2x4-4x8": Source("L32(2^4 4^8)", made="from D(8,8,4)"),
    "l32-4x8-8x1": Source("L32(4^8 8^1)", made="from D(8,8,4)"),
    "l36-3x12-12x1": Source("L36(3^12 12^1)", made="from D(12,12,3)"),
    "l36-3x13-4x1": Source("L36(3^13 4^1)", made="from D(12,12,3)"),
    "l36-2x4-3x13": Source("L36(2^4 3^13)", made="from D(12,12,3)"),
    "l36-2x1-3x12-6x1": Source("L36(2^1 3^12 6^1)", made="from D(12,12,3)"),
    "l36-2x10-3x8-6x1": Source("L36(2^10 3^8 6^1)", made="D(12,12,3) joined"),
    "l36-2x3-3x9-6x1": Source("L36(2^3 3^9 6^1)", made="D(12,12,3) joined"),
    "l36-2x9-3x4-6x2": Source("L36(2^9 3^4 6^2)", made="D(12,12,3) joined"),
    "l36-2x2-3x5-6x2": Source("L36(2^2 3^5 6^2)", made="D(12,12,3) joined"),
    "l36-2x1-3x8-6x2": Source("L36(2^1 3^8 6^2)", made="D(12,12,3) joined"),
    "l36-3x4-6x3": Source("L36(3^4 6^3)", made="D(12,12,3) joined"),
    "l40-2x25-4x1-5x1": Source("L40(2^25 4^1 5^1)", made="joined columns"),
    "l45-3x10-5x1": Source("L45(3^10 5^1)", made="from D(15,9,3)"),
    "l48-3x1-4x13": Source("L48(3^1 4^13)", made="from D(12,12,4)"),
    "l48-2x11-4x12": Source("L48(2^11 4^12)", made="from D(12,12,4)"),
    "l54-3x24-6x1": Source("L54(3^24 6^1)", made="from D(18,18,3)"),
    "l54-3x20-6x1-9x1": Source("L54(3^20 6^1 9^1)", made="D(18,18,3) joined"),
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
    """The rows of an array, levels counted from 0; DesignError where it is not orthogonal after all."""
    source = ARRAYS[name]
    rows = _constructed(name) if source.made else _read(source.parent)
    if name == "l18":
        # A column of 6 levels is 2 x 3: expansive replacement (Hedayat, Sloane and Stufken 1999, section 9.3).
        rows = tuple((first // 3, first % 3, *rest) for first, *rest in rows)
    return checked(name, rows)


def checked(name: str, rows: Rows) -> Rows:
    """The rows, if all pairs of columns hold all pairs of levels equally often.

    What is read from another package's files is not believed on sight, nor imports numpy to be looked at.

    Raises:
        DesignError: A pair of columns does not.
    """
    columns = list(zip(*rows, strict=True))
    for (one, left), (two, right) in combinations(enumerate(columns, start=1), 2):
        met = Counter(zip(left, right, strict=True))
        if len(met) < len(set(left)) * len(set(right)) or len(set(met.values())) > 1:
            raise DesignError(
                f"{name} is not orthogonal: columns {one} and {two} do not meet at all levels equally often"
            )
    return rows


def _constructed(name: str) -> Rows:
    """The first known array of such columns, these in the order of the title."""
    from doe.statistics.catalogue import recipes

    wanted = levels(name)
    recipe = next(recipe for recipe in recipes(runs(name)) if tuple(sorted(recipe.levels)) == wanted)
    order = sorted(range(len(wanted)), key=lambda column: recipe.levels[column])
    return tuple(tuple(map(int, row)) for row in recipe.make()[:, order].tolist())


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
