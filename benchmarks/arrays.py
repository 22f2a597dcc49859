"""Prints Markdown tables: what ``auto`` chooses for the requests of array_requests.py, beside what others have.

    PYTHONPATH=. python benchmarks/arrays.py

pyDOE itself takes as many factors as an array has columns, and no fewer; what stands in its column is the smallest of
its arrays with columns enough, left to right as a user would lay them by hand. DoE.base's and FrF2's numbers are those
of tests/golden, where a request fills one of the arrays there; process-improve's answers are those that rivals.py wrote
to process_improve.json, and are left out where that file is not.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pydoe

from benchmarks.array_requests import REQUESTS, sizes_of
from doe.designs._arrays import array
from doe.statistics.arrays import Array, level_counts, unbalanced
from doe.statistics.assignment import assign
from doe.statistics.confounding import Words
from doe.statistics.selection import select, title
from tests import golden

MEASURED = Path(__file__).with_name("process_improve.json")
STRONG = ("2^6", "2^11", "2^12 4^1", "2^7 4^1", "2^4 3^1", "3^4", "2^1 3^5", "3^8", "2^2 4^2", "4^5", "5^5", "2^7 6^1")


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


def _measured(request: str) -> str:
    """What process-improve gave, where it was asked."""
    found = json.loads(MEASURED.read_text())["answers"].get(request) if MEASURED.is_file() else None
    if found is None:
        return " | | "
    return f"{found['runs']} | {found['A3']:.2f} | {found['A4']:.2f}" if "runs" in found else "none | | "


def _requests() -> None:
    print(
        "| factors | doe runs | array | A3 | A4 | ms | pyDOE runs | A3 | A4 | process-improve runs | A3 | A4 ", end=""
    )
    print("| published A3 | A4 |")
    print("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for request in REQUESTS:
        sizes = sizes_of(request)
        began = time.process_time()
        selected = select(sizes)
        taken = 1000 * (time.process_time() - began)
        others = f"{_by_hand(sizes)} | {_measured(request)}"
        if selected is None:
            print(f"| {request} | none | | | | {taken:.0f} | {others} | | |")
            continue
        runs, (third, fourth, _) = len(selected.array), selected.assignment
        name = "full factorial" if selected.source == "full factorial" else title(runs, selected.levels)
        ours = f"{runs} | {name} | {third:.2f} | {fourth:.2f} | {taken:.0f}"
        print(f"| {request} | {ours} | {others} | {_published(sizes, runs)} |")


def _strong() -> None:
    print("\n| factors | runs of strength 2 | A3 | runs of strength 3 | array | A4 | made from | ms |")
    print("|---|--:|--:|--:|---|--:|---|--:|")
    for request in STRONG:
        sizes = sizes_of(request)
        weak = select(sizes)
        began = time.process_time()
        strong = select(sizes, strength=3)
        taken = 1000 * (time.process_time() - began)
        if weak and strong:
            name = title(len(strong.array), strong.levels)
            made = f"{name} | {strong.assignment.fourth:.2f} | {strong.source} | {taken:.0f}"
            print(f"| {request} | {len(weak.array)} | {weak.assignment.third:.2f} | {len(strong.array)} | {made} |")


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
    _strong()
    _fractions()
