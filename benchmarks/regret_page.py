"""The page and the picture of the benchmark of regret."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.regret_claims import EVALUATORS, believed, first
from benchmarks.regret_plot import draw
from benchmarks.regret_responses import EPOCHS, INTERACTION, NOISE, RESPONSES, SHIFT, Response
from benchmarks.regret_ways import BUDGET, EACH, REPLICATES, TRIALS

Row: TypeAlias = Mapping[str, Any]

SAID = {
    "doe": "L9 + refine + confirm",
    "doe-tpe": "the same, refine --sampler tpe",
    "next": "what `doe next` names, to its end",
    "tpe": "TPE",
    "gp": "GP",
    "random": "random",
    "grid": "grid",
    "tpe-longer": "TPE, as long as `doe next`",
    "random-longer": "random, as long as `doe next`",
}
HEADS = ("way", "studies", "mean", "median", "quartiles", "within 1 %", "claims amiss", "misses", "epochs", "broken")
PAGE = Path("docs/regret.md")
PICTURE = Path("docs/regret.png")
TOP = """# Regret: what a study ends with, and what it claims, where the truth is known

Four synthetic responses with a known best setting, every way of spending trainings {budget} epochs, {seeds} seeds.
**Regret** is the true mean accuracy of the best setting less that of the setting that is named in the end: not of
the best reading, which luck has a part in. Made by

    PYTHONPATH=. python benchmarks/regret.py --seeds {seeds} --kept FILE

on 21 November 2026, {machine}. Other work ran beside it; nothing here is a time. Studies that are not there yet are
run by the same command, which goes on from FILE; the column *studies* says how many there were.

## What comes of it

{verdict}

## The ways

- **{doe}**: an L9 with {replicates} replicates, `doe refine --trials {trials}` where there is something to search,
  `doe confirm --replicates {each}`: {budget} epochs at most. The setting that is named has the best mean of the fresh
  trainings of the confirmation.
- **{next}**: the L9 once, then the first command of `doe next`, again and again until it names none.
- **TPE, GP, random**: Optuna's samplers as doe's sequential designs, over the same ranges. **grid**: the 81 settings
  of three levels each, in random order, as far as they come. Named is the best training, as people do; of a grid the
  best mean of a setting.
- Every training has {epochs} epochs; one that diverges ends in its third, and counts as three.

**Claims.** By doe a factor matters where a term of its analysis of variance that holds it has p < 0.05, in the end.
By a sampler it does where its importance is above the share that it would have if all were alike, 1/k: Optuna's own
choice, PED-ANOVA, of the trials that completed. **claims amiss**: studies in which a factor that does nothing is said
to matter; **misses**: in which one that acts is not. The last table has other rules. Importances add up to 1, so that
where nothing acts at least one factor is above the share.

{responses}

Noise: every training has an error of standard deviation {noise}. The best learning rate lies up to {shift} decades from
the middle level, elsewhere for every seed. `momentum` does nothing anywhere. The interaction adds {interaction} for 0.1
of dropout and a doubling of the batch.
"""


def write_page(rows: Sequence[Row], seeds: int) -> None:
    """Write both into docs/."""
    draw(rows, SAID, PICTURE)
    parts = [
        TOP.format(
            budget=BUDGET,
            seeds=seeds,
            machine=_machine(),
            verdict=_verdict(rows, seeds),
            doe=SAID["doe"],
            next=SAID["next"],
            replicates=REPLICATES,
            trials=TRIALS,
            each=EACH,
            epochs=EPOCHS,
            responses="\n".join(f"- **{response.name}**: {response.said}." for response in RESPONSES),
            noise=NOISE,
            shift=SHIFT,
            interaction=INTERACTION,
        ),
        "![Median regret by epochs, and wrong claims](regret.png)\n",
    ]
    for response in RESPONSES:
        own = [row for row in rows if row["response"] == response.name]
        parts.append(f"## {response.name}\n\n{_table(own, response)}\n")
    parts.append(f"## Other rules for importances\n\n{_rules(rows)}\n")
    PAGE.write_text("\n".join(parts))


def _ways(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for way in SAID:
        if own := [row for row in rows if row["way"] == way]:
            found[way] = own
    return found


def _table(rows: Sequence[Row], response: Response) -> str:
    lines = [f"| {' | '.join(HEADS)} |", "|---|" + "--:|" * (len(HEADS) - 1)]
    for way, own in _ways(rows).items():
        regret = np.array([row["regret"] for row in own])
        low, high = np.quantile(regret, [0.25, 0.75])
        claims = [_claimed(row) for row in own]
        cells = [
            SAID[way],
            str(len(own)),
            f"{regret.mean():.4f}",
            f"{np.median(regret):.4f}",
            f"{low:.4f} to {high:.4f}",
            _share(row["regret"] <= 0.01 * row["best"] for row in own),
            _share(bool(claimed - response.active) for claimed in claims),
            _share(bool(response.active - claimed) for claimed in claims),
            f"{np.mean([row['epochs'] for row in own]):.0f}",
            f"{np.mean([row['failed'] for row in own]):.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _claimed(row: Row) -> frozenset[str]:
    if "claimed" in row:
        return frozenset(row["claimed"])
    return believed(row["importances"][EVALUATORS[0]])


def _rules(rows: Sequence[Row]) -> str:
    """By rule and response the share of studies in which a factor that does nothing is believed in."""
    rules: dict[str, Callable[[Row], frozenset[str]]] = {}
    for name in EVALUATORS:
        rules[f"{name}, above 1/k"] = lambda row, name=name: believed(row["importances"][name])  # type: ignore[misc]
        rules[f"{name}, the first"] = lambda row, name=name: frozenset(  # type: ignore[misc]
            {first(row["importances"][name])}
        )
    lines = [
        "The share of studies in which the rule names a factor that does nothing.\n",
        f"| way | response | {' | '.join(rules)} |",
        "|---|---|" + "--:|" * len(rules),
    ]
    for way, own in _ways(rows).items():
        for response in RESPONSES:
            some = [row for row in own if row["response"] == response.name and "importances" in row]
            if some:
                shares = [_share(bool(rule(row) - response.active) for row in some) for rule in rules.values()]
                lines.append(f"| {SAID[way]} | {response.name} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _verdict(rows: Sequence[Row], seeds: int) -> str:
    """The numbers that the tables are read for, by response."""
    said = []
    for response in RESPONSES:
        own = _by_response(rows, response)
        if not own:
            said.append(f"- **{response.name}**: not run yet.")
        elif response.active:
            medians = {SAID[way]: float(np.median([row["regret"] for row in some])) for way, some in own.items()}
            order = sorted(medians, key=lambda name: medians[name])
            text = ", ".join(f"{name} {medians[name]:.4f}" for name in order)
            said.append(f"- **{response.name}**, median regret, the least first: {text}.")
        else:
            amiss = {SAID[way]: _share(bool(_claimed(row)) for row in some) for way, some in own.items()}
            text = ", ".join(f"{name} {share}" for name, share in amiss.items())
            said.append(f"- **{response.name}**, studies in which something is claimed: {text}.")
    few = min((len(some) for response in RESPONSES for some in _by_response(rows, response).values()), default=0)
    if few < seeds:
        said.insert(
            0, f"**Unfinished: some rows stand on {few} studies instead of {seeds}; see the column *studies*.**\n"
        )
    return "\n".join(said)


def _by_response(rows: Sequence[Row], response: Response) -> dict[str, list[Row]]:
    return _ways([row for row in rows if row["response"] == response.name])


def _share(told: Iterable[bool]) -> str:
    return f"{100 * float(np.mean(list(told))):.0f} %"


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    cpus = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    packages = ", ".join(f"{name} {version(name)}" for name in ("optuna", "numpy", "scipy", "pandas", "torch"))
    return f"{next(cpus, platform.processor())}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}"
