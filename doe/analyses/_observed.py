"""What the analyses share: results as numbers, and what was left out of them in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.fitting import fitted, observed, term_of
from doe.model import Results

if TYPE_CHECKING:
    from doe.statistics.observations import Observations

__all__ = ["caveats", "fitted", "observed", "sentences", "term_of"]


def caveats(results: Results, seen: Observations) -> str:
    """What the table leaves out, and why; a sentence each."""
    rows = "row" if seen.dropped == 1 else "rows"
    trials = "trial" if len(results.failures) == 1 else "trials"
    said = {
        f"{len(results.failures)} failed {trials} left out.": results.failures,
        f"{seen.dropped} {rows} without a number for {results.objective.response} left out.": seen.dropped,
        f"One level left, so nothing can be said of {', '.join(seen.lone)}.": seen.lone,
        f"Values between the levels of {', '.join(seen.loose)}: no mean by level, and not held even.": seen.loose,
    }
    return " ".join(sentence for sentence, applies in said.items() if applies)


def sentences(*parts: str) -> str:
    """Parts of a note, those that say nothing left out."""
    return " ".join(part for part in parts if part)
