"""Prints Markdown: how often each way of judging effects calls noise an effect, and how often it finds one.

    PYTHONPATH=. python benchmarks/inference.py [l9 l18 l27]

Tables are simulated on orthogonal arrays with normal noise of standard deviation 1, and judged by doe's own functions.
The same seed gives the same rates.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks._judges import (
    LEVEL,
    TABLES,
    Judge,
    Plan,
    declared,
    effects_active,
    factors_active,
    lenth,
    pooled_afterwards,
    replicated,
    trajectories,
    unassigned,
)
from doe.designs._arrays import array
from doe.statistics.contrasts import Matrix
from doe.statistics.lenth import null, t_margins

ARRAYS = ("l9", "l18", "l27")

SEED = 20261121

KEPT = {"l9": 2, "l18": 5, "l27": 8}
"""How many factors lie on the array where some columns are left to the error."""


class Way(NamedTuple):
    """A way of judging, and what it promises: 5 % of tests, 5 % of tables, or nothing."""

    name: str
    judge: Judge
    promise: str


def _ways(name: str, factors: int) -> list[Way]:
    few = KEPT[name]
    each, table, none = "tests", "tables", ""
    single, joint = (lambda m: null(m).margin()), (lambda m: null(m).simultaneous_margin())
    fewer = f"only {few} factors on the array"
    return [
        Way("3 seeds, as blocks: analysis of variance", replicated(blocks=True), each),
        Way("3 seeds, not as blocks", replicated(blocks=False), each),
        Way(f"{fewer}: the rest is error", unassigned(factors - few), each),
        Way("the last factor declared error", declared(lambda plan: [plan.factors - 1]), each),
        Way("the first factor declared error", declared(lambda _: [0]), each),
        Way("Lenth, simulated, each effect", lenth(single), each),
        Way("Lenth, simulated, a factor by any of its effects", lenth(single, by_factor=True), each),
        Way("Lenth, simulated, all effects together", lenth(joint), table),
        Way("Lenth, t approximation, each effect", lenth(lambda m: t_margins(m)[0]), each),
        Way("Lenth, t approximation, all effects together", lenth(lambda m: t_margins(m)[1]), table),
        Way("Box-Meyer, effect above 0.5", effects_active, none),
        Way("Box-Meyer, factor above 0.5", factors_active, none),
        Way("smallest factor pooled afterwards, largest tested", pooled_afterwards(1), table),
        Way("two smallest pooled afterwards, largest tested", pooled_afterwards(2), table),
        Way(f"{fewer}, 3 checkpoints a training: strata", trajectories(few, strata=True), each),
        Way(f"{fewer}, 3 checkpoints taken for runs", trajectories(few, strata=False), each),
        Way("one factor, 3 checkpoints a training: strata", trajectories(1, strata=True), each),
        Way("one factor, 3 checkpoints taken for runs", trajectories(1, strata=False), each),
    ]


class Rates(NamedTuple):
    """Shares, each with its Monte Carlo standard error."""

    tests: tuple[float, float]
    tables: tuple[float, float]
    power: tuple[float, float]


def _rates(plan: Plan, judge: Judge) -> Rates:
    calls = judge(plan, np.random.default_rng(SEED))
    owner = np.array(list(calls.owner))
    inert = calls.called[:, ~np.isin(owner, plan.active)]
    found = [calls.called[:, owner == factor].any(axis=1) for factor in plan.active if factor in owner]
    unknown = (float("nan"), 0.0)
    return Rates(
        _share(inert.mean(axis=1)) if inert.size else unknown,
        _share(inert.any(axis=1)) if inert.size else unknown,
        _share(np.mean(found, axis=0)) if found else unknown,
    )


def _share(tables: Matrix) -> tuple[float, float]:
    return float(np.mean(tables)), float(np.std(tables) / np.sqrt(len(tables)))


def _held(way: Way, rates: Rates) -> str:
    """Whether the promise is kept under the null, to three standard errors."""
    if not way.promise:
        return "no promise"
    rate, error = rates.tests if way.promise == "tests" else rates.tables
    if abs(rate - LEVEL) <= 3 * max(error, 1e-4):
        return f"5 % of {way.promise}: held"
    return f"5 % of {way.promise}: **{'above' if rate > LEVEL else 'below'}**"


def _percent(share: tuple[float, float]) -> str:
    return "" if np.isnan(share[0]) else f"{100 * share[0]:.1f}"


def _table(name: str) -> tuple[str, float]:
    """The table of an array, and the largest Monte Carlo error in it."""
    factors = np.array(array(name)).shape[1]
    some = tuple(range(2 if name == "l9" else 3))
    plans = [Plan(name, factors, active) for active in ((), (0,), some)]
    active = f"1 active: tests | found | {len(some)} active: tests | found"
    lines = [
        f"\n## {name.upper()}, {factors} factors\n",
        f"| way | promise under the null | tests | tables | {active} |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    worst = 0.0
    for way in _ways(name, factors):
        nothing, one, more = (_rates(plan, way.judge) for plan in plans)
        worst = max(worst, *(share[1] for rates in (nothing, one, more) for share in rates))
        cells = [way.name, _held(way, nothing), _percent(nothing.tests), _percent(nothing.tables)]
        cells += [_percent(share) for rates in (one, more) for share in (rates.tests, rates.power)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines), worst


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    cpu = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas"))
    return f"{cpu}, Python {platform.python_version()}, {packages}"


def main() -> None:
    """Print the page; each array in a process of its own, the largest first."""
    began = time.perf_counter()
    print(f"`PYTHONPATH=. python benchmarks/inference.py` · {_machine()} · {TABLES:,} tables a cell")
    names = sys.argv[1:] or ARRAYS
    with ProcessPoolExecutor(os.cpu_count(), initializer=threadpool_limits, initargs=(1,)) as pool:
        begun = {name: pool.submit(_table, name) for name in sorted(names, key=lambda name: -len(array(name)))}
        tables = [begun[name].result() for name in names]
    print("\n".join(text for text, _ in tables))
    worst = 100 * max(error for _, error in tables)
    print(f"\nMonte Carlo standard errors: at most {worst:.1f} points, 0.5 where 5 % of tables are called.")
    print(f"All took {time.perf_counter() - began:.0f} s on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
