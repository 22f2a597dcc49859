"""Prints how long a table of 100,000 rows and 30 factors takes to analyse, beside statsmodels' formula path.

    PYTHONPATH=. python benchmarks/analysis.py [ROWS [FACTORS]]

The table is unbalanced, its factors have two to five levels, and one in a thousand responses is missing. statsmodels
does less: it fits the main effects from a formula and gives the analysis of variance of type II. Both have one thread,
as ``doe analyze`` gives itself.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from doe.analyses import ANALYSES
from doe.loading import read_results
from doe.model import Finding, Objective

Value = TypeVar("Value")

MISSING = 1e-3
"""The share of the rows that lack their response."""


def table(rows: int, factors: int) -> pd.DataFrame:
    """Levels at random, the first factor and an interaction of two others at work."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({f"f{number}": generator.integers(0, 2 + number % 4, rows) for number in range(factors)})
    noise = generator.normal(size=rows)
    frame["y"] = 0.05 * frame["f0"] + 0.1 * frame["f1"] * frame["f2"] + noise
    return frame.assign(y=frame["y"].where(generator.random(rows) > MISSING))


def timed(said: str, work: Callable[[], Value]) -> Value:
    """Do it, and print what it took."""
    begun = _now()
    done = work()
    _say(said, begun)
    return done


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _say(said: str, begun: tuple[float, float]) -> None:
    wall, own = (now - then for now, then in zip(_now(), begun, strict=True))
    print(f"| {said} | {wall:.2f} s | {own:.2f} s |", flush=True)


def by_formula(frame: pd.DataFrame) -> pd.DataFrame:
    """What a user of statsmodels would type."""
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    names = [name for name in frame if name != "y"]
    fitted = ols("y ~ " + " + ".join(f"C({name}, Sum)" for name in names), frame).fit()
    found: pd.DataFrame = anova_lm(fitted, typ=2)
    return found


def main(rows: int = 100_000, factors: int = 30) -> None:
    """Print a Markdown table, and how far the two sums of squares are apart."""
    parts = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy", "statsmodels"))
    python, load = platform.python_version(), os.getloadavg()[0]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {python}, {parts}, load {load:.1f}"
    print(f"{rows} rows, {factors} factors; {machine}")
    print("\n| what | wall time | of the processor |\n|---|---|---|")
    frame = table(rows, factors)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        frame.to_csv(path, index=False)
        names = [name for name in frame if name != "y"]
        begun = _now()
        results = timed("read the CSV file", lambda: read_results(path, Objective("y"), names))
    found: dict[str, Finding | None] = {
        name: timed(name, lambda analysis=analysis: analysis(results)) for name, analysis in ANALYSES.items()
    }
    _say("**all of `doe analyze`**", begun)
    theirs = timed("statsmodels: ols by formula, anova_lm of type II", lambda: by_formula(frame))
    anova = found["anova"]
    assert anova is not None
    ours = [float(row["sum_sq"] or 0.0) for row in anova.table[:factors]]
    apart = np.abs(np.array(ours) / theirs["sum_sq"].to_numpy()[:factors] - 1).max()
    print(f"\nThe {factors} sums of squares differ by {apart:.1e} of themselves at most.")


if __name__ == "__main__":
    warnings.simplefilter("error")
    with threadpool_limits(limits=1, user_api="blas"):
        main(*map(int, sys.argv[1:]))
