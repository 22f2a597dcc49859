"""A small study as plots see it: two factors, two replicates, three epochs, a confusion matrix, no training."""

from __future__ import annotations

from itertools import product

import numpy as np

from doe.history import History
from doe.model import Completed, Factor, Objective, Reading, Results, Study, Trial
from doe.results import tabulate

CLASSES = ("happy", "sad")
STUDY = Study(
    "plotted",
    "full-factorial",
    (Factor("rate", (0.1, 1.0, 10.0), "log"), Factor("depth", (1, 2, 3), "linear"), Factor("kind", ("a", "b"))),
    Objective("val_accuracy"),
    "none",
    replicates=2,
)


def studied() -> Results:
    """Effects of 0.1 a level of rate and 0.02 of depth, and an interaction of rate with kind."""
    history = History(study=STUDY)
    noise = np.random.default_rng(5)
    runs = list(product(*(factor.levels for factor in STUDY.factors)))
    for replicate in (1, 2):
        for run, levels in enumerate(runs, start=1):
            rate, depth, kind = levels
            places = (STUDY.factors[0].levels.index(rate), int(depth))
            mean = 0.5 + 0.1 * places[0] + 0.02 * places[1] - (0.05 * places[0] if kind == "b" else 0.0)
            trial = Trial(run, replicate, replicate, dict(zip(("rate", "depth", "kind"), levels, strict=True)))
            history.attempts[trial.key] += 1
            history.completed[trial.key] = _completed(trial, mean + float(noise.normal(0, 0.01)))
    return tabulate(STUDY, history)


def _completed(trial: Trial, accuracy: float) -> Completed:
    counts = {"happy/happy": 18.0, "happy/sad": 2.0, "sad/happy": 5.0, "sad/sad": 15.0}
    cells = {f"confusion/{name}": count for name, count in counts.items()}
    readings = [Reading(epoch, {"val_accuracy": accuracy * epoch / 3, **cells}) for epoch in (1, 2, 3)]
    return Completed(trial, tuple(readings), 1.0)
