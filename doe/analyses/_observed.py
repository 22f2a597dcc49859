"""What the analyses share: results as numbers, and what was left out of them in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from doe.fitting import fitted, observed, term_of
from doe.model import Results

if TYPE_CHECKING:
    from doe.statistics.observations import Observations
    from doe.statistics.strata import Fit

__all__ = ["LEVEL", "caveats", "fitted", "label", "observed", "sentences", "term_of", "tested"]

LEVEL = 0.05
"""The usual level of a test."""

NAMED = 5
"""How many rows a sentence names before it stops."""


def tested(results: Results) -> Fit | None:
    """The model that the tests belong to; None where they do not apply.

    That is where all responses are equal, or a factor took values between its levels: what it does would be laid at
    the others' door.
    """
    fit = fitted(results)
    if fit is None or fit.observations.is_constant or fit.observations.loose:
        return None
    return fit


def label(term: Sequence[str]) -> str:
    """A term as findings call it."""
    return " x ".join(term)


def caveats(results: Results, seen: Observations) -> str:
    """What the table leaves out, and why; a sentence each."""
    which = f" ({_places(results)})" if seen.dropped else ""
    rows = "row" if seen.dropped == 1 else "rows"
    trials = "trial" if len(results.failures) == 1 else "trials"
    said = {
        f"{len(results.failures)} failed {trials} left out.": results.failures,
        f"{seen.dropped} {rows} without a number for {results.objective.response} left out{which}.": seen.dropped,
        f"One level left, so nothing can be said of {', '.join(seen.lone)}.": seen.lone,
        f"Values between the levels of {', '.join(seen.loose)}: no mean by level, and not held even.": seen.loose,
    }
    return " ".join(sentence for sentence, applies in said.items() if applies)


def _places(results: Results) -> str:
    """Which rows have no number: by their run where runs are numbered, else counted from 1."""
    table = results.table
    missing = [place for place, value in enumerate(table[results.objective.response]) if not math.isfinite(value)]
    runs = table["run"].tolist() if "run" in table else range(1, len(table) + 1)
    word = "run" if "run" in table else "row"
    named = list(dict.fromkeys(str(runs[place]) for place in missing))
    more = ", ..." if len(named) > NAMED else ""
    return f"{word}{'s' if len(named) > 1 else ''} {', '.join(named[:NAMED])}{more}"


def sentences(*parts: str) -> str:
    """Parts of a note, those that say nothing left out."""
    return " ".join(part for part in parts if part)
