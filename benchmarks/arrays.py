"""Prints a Markdown table: the array that ``auto`` chooses for 40 requests, beside what pyDOE, DoE.base and FrF2 have.

    PYTHONPATH=. python benchmarks/arrays.py

pyDOE itself takes as many factors as an array has columns, and no fewer; what stands in its column is the smallest of
its arrays with columns enough, left to right as a user would lay them by hand. DoE.base's and FrF2's numbers are those
of tests/golden, where a request fills one of the arrays there.
"""

from __future__ import annotations

import re
import time
from collections import Counter

import numpy as np
import pydoe

from doe.designs._arrays import array
from doe.statistics.arrays import Array, level_counts, unbalanced
from doe.statistics.assignment import assign
from doe.statistics.confounding import Words
from doe.statistics.selection import select, title
from tests import golden

REQUESTS = """
2^3 | 2^4 | 2^5 | 2^7 | 2^8 | 2^11 | 2^13 | 2^15 | 2^17 | 2^19 | 2^24 | 2^31 | 2^40
3^2 | 3^3 | 3^4 | 3^5 | 3^6 | 3^7 | 3^13
2^1 3^3 | 2^1 3^7 | 2^2 3^2 | 2^2 3^4 | 2^3 3^5 | 2^4 3^1 | 2^4 4^1 | 2^11 3^12 | 3^6 6^1 | 2^3 4^2 | 4^5 | 2^1 4^4
2^2 3^1 4^2 | 2^2 3^3 4^1 | 3^5 4^1 | 2^3 5^1 | 5^4 | 2^1 5^3 | 2^8 8^1 | 7^4
"""


def _sizes(request: str) -> tuple[int, ...]:
    terms = re.findall(r"(\d+)\^(\d+)", request)
    return tuple(int(size) for size, times in terms for _ in range(int(times)))


def _by_hand(sizes: tuple[int, ...]) -> str:
    """The smallest of pyDOE's arrays with columns enough, the first of them taken."""
    fitting: list[tuple[int, str, Array]] = []
    for name in pydoe.list_orthogonal_arrays():
        rows = np.array(pydoe.get_orthogonal_array(name))
        counts = Counter(level_counts(rows))
        if all(counts[size] >= times for size, times in Counter(sizes).items()):
            fitting.append((len(rows), name, rows))
    if not fitting:
        return "none | | "
    runs, name, rows = min(fitting, key=lambda each: each[:2])
    columns: list[int] = []
    for size in sizes:
        columns.append(next(c for c, each in enumerate(level_counts(rows)) if each == size and c not in columns))
    wrong = len(unbalanced(rows[:, columns], 2))
    found = Words(rows).of(columns)
    return f"{runs}{f' ({wrong} pairs not orthogonal)' if wrong else ''} | {found.third:.2f} | {found.fourth:.2f}"


def _published(sizes: tuple[int, ...], runs: int) -> str:
    for name, case in golden.case("gwlp_catalogue")["design"].items():
        if name.startswith(f"L{runs}(") and sorted(case["levels"]) == sorted(sizes):
            pattern = [*golden.case("gwlp_catalogue")["expected"][name]["gwlp"], 0.0]
            return f"DoE.base {pattern[3]:.2f} | {pattern[4]:.2f}"
    fraction = golden.case("frf2_minimum_aberration")["expected"].get(f"{runs}x{len(sizes)}")
    if fraction and set(sizes) == {2}:
        return f"FrF2 {fraction['WLP_1_to_7'][2]:.2f} | {fraction['WLP_1_to_7'][3]:.2f}"
    return " | "


def _requests() -> None:
    print("| factors | doe runs | array | A3 | A4 | ms | pyDOE runs | A3 | A4 | published A3 | A4 |")
    print("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for request in REQUESTS.replace("\n", " | ").split(" | "):
        sizes = _sizes(request)
        if not sizes:
            continue
        began = time.perf_counter()
        selected = select(sizes)
        taken = 1000 * (time.perf_counter() - began)
        if selected is None:
            print(f"| {request} | none | | | | {taken:.0f} | {_by_hand(sizes)} | | |")
            continue
        runs, (third, fourth, _) = len(selected.array), selected.assignment
        name = "full factorial" if selected.source == "full factorial" else title(runs, selected.levels)
        ours = f"{runs} | {name} | {third:.2f} | {fourth:.2f} | {taken:.0f}"
        print(f"| {request} | {ours} | {_by_hand(sizes)} | {_published(sizes, runs)} |")


def _fractions() -> None:
    print("\n| factors on | A3 | A4 | FrF2's minimum aberration A3 | A4 |")
    print("|---|--:|--:|--:|--:|")
    for name, case in golden.case("frf2_minimum_aberration")["expected"].items():
        runs, factors = map(int, name.split("x"))
        found = assign(Words(np.array(array(f"l{runs}"))), [2] * factors)
        if found:
            third, fourth = case["WLP_1_to_7"][2:4]
            print(f"| {factors} on l{runs} | {found.third:.0f} | {found.fourth:.0f} | {third} | {fourth} |")


if __name__ == "__main__":
    _requests()
    _fractions()
