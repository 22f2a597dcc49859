"""Writes process_improve.json: the Taguchi arrays that process-improve answers the requests of arrays.py with.

    pip install process-improve   # where doe's own environment is not
    PYTHONPATH=. python benchmarks/rivals.py > benchmarks/process_improve.json

Every factor is told as a categorical one of so many levels, the design as ``taguchi`` without centre points. What comes
back is counted by doe: pairs of columns that are not balanced, A3, A4.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.array_requests import REQUESTS, sizes_of
from doe.statistics.arrays import Array, level_counts, unbalanced, word_lengths


def answer(sizes: tuple[int, ...]) -> dict[str, Any]:
    """The array for factors of so many levels, or the first line of why there is none."""
    from process_improve.experiments import Factor, generate_design  # type: ignore[import-not-found]

    factors = [
        Factor(name=f"f{place}", type="categorical", levels=[str(level) for level in range(size)])
        for place, size in enumerate(sizes)
    ]
    began = time.perf_counter()
    try:
        design = generate_design(factors, design_type="taguchi", n_center_points=0).design
    except ValueError as error:
        return {"error": str(error).splitlines()[0]}
    taken = 1000 * (time.perf_counter() - began)
    array = _numbers(design[[factor.name for factor in factors]].to_numpy())
    if level_counts(array) != sizes:
        return {"error": f"levels are missing: {level_counts(array)}"}
    words = [*word_lengths(array), 0.0, 0.0]
    wrong = len(unbalanced(array, 2))
    return {"runs": len(array), "wrong": wrong, "A3": round(words[3], 4), "A4": round(words[4], 4), "ms": round(taken)}


def _numbers(table: Any) -> Array:
    return np.column_stack([np.unique(column.astype(str), return_inverse=True)[1] for column in table.T])


if __name__ == "__main__":
    answers = {request: answer(sizes_of(request)) for request in REQUESTS}
    measured = {
        "package": f"process-improve {version('process-improve')}",
        "date": datetime.now(UTC).date().isoformat(),
        "answers": answers,
    }
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")
