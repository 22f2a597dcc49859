"""Writes docs/regret.md and docs/regret.png: how far from the best each way of training ends, and what it claims.

    PYTHONPATH=. python benchmarks/regret.py [--seeds 50] [--kept FILE] [--ways gp,tpe]

What was run is kept in a file, a line for each study, and not run again; without it the page is made of this run only.
It is written when all ways are there.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.regret_claims import importances
from benchmarks.regret_page import write_page
from benchmarks.regret_responses import RESPONSES, Response, best_of, shift_of, truth
from benchmarks.regret_ways import BUDGET, Spent, advised_way, best_seen, cost, sampled, short_way
from doe.model import Completed, Failed, Outcome

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str, int]

OURS: dict[str, Callable[[Response, int], Spent]] = {
    "doe": short_way,
    "doe-tpe": partial(short_way, sampler="tpe"),
    "next": advised_way,
}
THEIRS = {"tpe": "tpe", "gp": "gp", "random": "random", "grid": "full_factorial"}
LONGER = {"tpe-longer": "tpe", "random-longer": "random"}
"""With as many epochs as following the advice took under the same seed."""
LEFT_OUT = {
    ("gp", "flat"),
    *((way, response.name) for way in LONGER for response in RESPONSES if response.name != "interaction"),
}
"""A Gaussian process takes long, and there is nothing to find; only at an interaction advice takes much longer."""
WAYS = (*OURS, *THEIRS, *LONGER)


def measured(way: str, response: Response, seed: int, known: dict[Key, Row]) -> Row:
    """One study, in one way: what it named, how far that is from the best, what it claims, what it took."""
    begin = time.perf_counter()
    row: Row = {"way": way, "response": response.name, "seed": seed}
    shift = shift_of(seed)
    if way in OURS:
        spent = OURS[way](response, seed)
        outcomes, named = spent.outcomes, spent.named
        row |= {"claimed": sorted(spent.claimed), "doubted": spent.doubted, "steps": list(spent.steps)}
    else:
        epochs = known["next", response.name, seed]["epochs"] if way in LONGER else BUDGET
        outcomes = sampled({**THEIRS, **LONGER}[way], response, seed, epochs)
        named = best_seen(outcomes)
        row |= {"importances": importances(outcomes, response), "curve": list(_curve(outcomes, response, shift))}
    best = best_of(response.name, shift)
    row |= {"regret": best - truth(response.name, shift, named), "best": best, "named": dict(named)}
    row |= {
        "epochs": sum(map(cost, outcomes)),
        "failed": sum(isinstance(outcome, Failed) for outcome in outcomes),
    }
    return row | {"seconds": round(time.perf_counter() - begin, 3)}


def _curve(outcomes: tuple[Outcome, ...], response: Response, shift: float) -> Iterator[tuple[int, float]]:
    """After how many epochs which regret: that of the setting that would be named then."""
    best, spent = best_of(response.name, shift), 0
    for count, outcome in enumerate(outcomes, start=1):
        spent += cost(outcome)
        if any(isinstance(each, Completed) for each in outcomes[:count]) and count % 3 == 0:
            yield spent, best - truth(response.name, shift, best_seen(outcomes[:count]))


def _kept(file: Path | None) -> dict[Key, Row]:
    lines = file.read_text().splitlines() if file and file.exists() else []
    rows = [json.loads(line) for line in lines]
    return {(row["way"], row["response"], row["seed"]): row for row in rows}


def main() -> None:
    """Run what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--ways", default=",".join(WAYS))
    asked = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    warnings.simplefilter("ignore")
    known = _kept(asked.kept)
    for seed, way, response in product(range(asked.seeds), asked.ways.split(","), RESPONSES):
        key = (way, response.name, seed)
        if key not in known and key[:2] not in LEFT_OUT:
            known[key] = measured(way, response, seed, known)
            if asked.kept:
                with asked.kept.open("a") as file:
                    file.write(json.dumps(known[key]) + "\n")
    if {(way, response.name) for way in WAYS for response in RESPONSES} - LEFT_OUT <= {key[:2] for key in known}:
        write_page(list(known.values()), asked.seeds)


if __name__ == "__main__":
    main()
