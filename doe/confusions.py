"""Which class is taken for which: the confusion matrix that stands for a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

from doe.model import Completed, Results

PREFIX = "confusion/"
"""A trainer yields its confusion matrix as metrics ``confusion/<true class>/<answered class>``: counts of images."""

Counts: TypeAlias = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of images by true and answered class."""

    of: str
    """Whose they are, in words."""
    classes: tuple[str, ...]
    counts: Counts

    def rows(self) -> list[list[float]]:
        """The counts, a row a true class."""
        return [[self.counts.get((true, answered), 0.0) for answered in self.classes] for true in self.classes]


def confusion_of(results: Results) -> Confusion | None:
    """That of the confirmed setting, over all its trainings; before there is one, of the best training.

    None where the trainer yields none.
    """
    table = results.later.get("confirm")
    if table is not None and "called" in table and len(table):
        first = table["called"].iloc[0]
        part = table[table["called"] == first]
        sums = {str(name): float(part[name].sum()) for name in part if str(name).startswith(PREFIX)}
        if counts := _counts(sums):
            said = f"{first} setting, {len(part)} training{'s' if len(part) > 1 else ''} together"
            return Confusion(said, _classes(counts), counts)
    best = _best(results)
    counts = _counts(best.readings[-1].metrics) if best else {}
    if best is None or not counts:
        return None
    value = best.readings[-1].metrics[results.objective.response]
    trial = f"run {best.trial.run}, replicate {best.trial.replicate}"
    return Confusion(f"{trial}: {results.objective.response} {value:.4g}", _classes(counts), counts)


def _best(results: Results) -> Completed | None:
    """The completed trial whose last reading is nearest to what is wanted."""
    response, loss = results.objective.response, results.objective.loss
    known = [trial for trial in results.completed if isfinite(trial.readings[-1].metrics.get(response, float("nan")))]
    return min(known, key=lambda trial: loss(trial.readings[-1].metrics[response]), default=None)


def _counts(metrics: Mapping[str, float]) -> dict[tuple[str, str], float]:
    found = {}
    for name, value in metrics.items():
        if name.startswith(PREFIX) and name.count("/") == 2:  # noqa: PLR2004 - prefix, true class, answered class
            _, true, answered = name.split("/")
            found[true, answered] = float(value)
    return found


def _classes(counts: Counts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(true for true, _ in counts))
