"""What the analyses of unreplicated tables share: contrasts, and which finding is to be believed first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from doe.fitting import contrasted
from doe.model import Results

if TYPE_CHECKING:
    from doe.statistics.effects import Effects
    from doe.statistics.strata import Fit

__all__ = ["LEAST", "contrasted", "reading_order", "surroundings"]

LEAST = 3
"""Of fewer contrasts no spread can be told."""


def reading_order(results: Results, fit: Fit | None, contrasts: Effects | None) -> str:
    """Which of the findings is to be believed first, given what this table says of its error; a sentence.

    Empty where there are too few contrasts for the others, or too many to need them.
    """
    if contrasts is None or len(contrasts.found) < LEAST:
        return ""
    lenth = "Lenth's margins first, then Box-Meyer"
    if fit is None or fit.between.mean_square is None:
        return f"No error was left to test by: believe {lenth}; replicates would tell more."
    replicates, error = contrasts.error[1], fit.between.error_df
    asked = {frozenset(pair) for pair in results.asked.interactions}
    if replicates:
        rest = "" if replicates == error else f" ({replicates} of its {error} degrees of freedom)"
        source = f"whose error is what replicates differ by{rest}"
    elif results.asked.pooled:
        source = f"whose error was declared beforehand ({', '.join(results.asked.pooled)})"
    elif _interactions(contrasts) - asked:
        return f"Believe {lenth}: the error of the analysis of variance holds interactions."
    else:
        source = "whose error is what no factor was assigned to, parts of interactions included"
    return f"Believe the analysis of variance first, {source}; then Lenth's margins, then Box-Meyer."


def _interactions(contrasts: Effects) -> set[frozenset[str]]:
    """The interactions that the table tells from all before them."""
    return {frozenset(effect.term) for effect in contrasts.found if len(effect.term) > 1}


def surroundings(contrasts: Effects, within: str | None) -> list[str]:
    """What must be known of the contrasts to read them; a sentence each, empty where it does not apply."""
    mains = [df for term, (_, df) in contrasts.sums.items() if len(term) == 1 and not isinstance(term, str)]
    is_full = math.prod(df + 1 for df in mains) == len(contrasts.found) + 1
    spare = any(not effect.term for effect in contrasts.found)
    return [
        "" if contrasts.is_orthogonal else "The table is not orthogonal: each effect is what those before it leave.",
        f"Not to be told from those before: {', '.join(contrasts.lost)}." if contrasts.lost else "",
        "An interaction goes by the first of those that cannot be told from it."
        if _interactions(contrasts) and not is_full
        else "",
        "Unassigned columns hold what is left of interactions, and noise." if spare else "",
        f"{within} is averaged over." if within else "",
    ]
