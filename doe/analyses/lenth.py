"""Lenth's method: which effects stand out from the others where nothing else tells the error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from doe.analyses._contrasted import LEAST, contrasted, reading_order, surroundings
from doe.analyses._observed import LEVEL, caveats, fitted, observed, sentences
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.effects import Effects
    from doe.statistics.lenth import Null

ROUNDING = 1e-10
"""A spread this small beside the largest effect is rounding."""

Row = Mapping[str, Cell]


def lenth(results: Results) -> Finding | None:
    """Every effect beside the pseudo standard error of all, the largest first.

    ``effect`` is on the scale of a difference between the means of two halves of the runs, which for a factor of two
    levels is its effect; ``pse_t`` is its ratio to Lenth's pseudo standard error; ``p_simulated`` is the probability
    of so large a ratio for any one effect where nothing has an effect, ``p_simultaneous`` for the largest of them all.
    Both are simulated for this very number of effects. Does not apply to fewer than three effects, to tables of more
    than 128 settings, and where a factor took values between its levels.
    """
    from doe.statistics.lenth import null, pseudo_standard_error

    seen = observed(results)
    contrasts = contrasted(results, seen)
    if contrasts is None or len(contrasts.found) < LEAST:
        return None
    error = float(pseudo_standard_error(contrasts.estimates))
    known = error > ROUNDING * float(abs(contrasts.estimates).max())
    simulated = null(len(contrasts.found))
    rows = _rows(contrasts, error if known else None, simulated)
    note = sentences(
        _verdict(rows) if known else "More than half of the effects are zero, so that their spread cannot be told.",
        _margins(error, simulated, len(rows)) if known else "",
        "It rests on most effects doing nothing: where half of them or more are active, none stands out.",
        _levels(contrasts),
        *surroundings(contrasts, seen.within),
        reading_order(results, fitted(results), contrasts),
        caveats(results, seen),
    )
    return Finding("lenth", f"Effects on {results.objective.response} beside their spread (Lenth)", tuple(rows), note)


def _rows(contrasts: Effects, error: float | None, simulated: Null) -> list[Row]:
    ratios = None if error is None else contrasts.estimates / error
    single = None if ratios is None else simulated.p(abs(ratios))
    joint = None if ratios is None else simulated.simultaneous_p(abs(ratios))
    rows: list[Row] = [
        {
            "term": effect.name,
            "effect": effect.value,
            "pse_t": None if ratios is None else float(ratios[place]),
            "p_simulated": None if single is None else float(single[place]),
            "p_simultaneous": None if joint is None else float(joint[place]),
        }
        for place, effect in enumerate(contrasts.found)
    ]
    return sorted(rows, key=lambda row: -abs(float(row["effect"] or 0.0)))


def _verdict(rows: Sequence[Row]) -> str:
    """Which effects stand out, and how many would by chance."""
    clear = [str(row["term"]) for row in rows if float(row["p_simultaneous"] or 0.0) < LEVEL]
    alone = [str(row["term"]) for row in rows if float(row["p_simulated"] or 0.0) < LEVEL][len(clear) :]
    if not clear and not alone:
        return f"No effect stands out from the spread of all {len(rows)}."
    said = f"Stands out, even as the largest of {len(rows)} (p_simultaneous < {LEVEL}): {'; '.join(clear)}."
    chance = f"{LEVEL * len(rows):.1f} of {len(rows)} would by chance"
    maybe = f"Stands out taken by itself only, as {chance}: {'; '.join(alone)}."
    return sentences(said if clear else "", maybe if alone else "")


def _margins(error: float, simulated: Null, count: int) -> str:
    one, all_of_them = error * simulated.margin(LEVEL), error * simulated.simultaneous_margin(LEVEL)
    return (
        f"Pseudo standard error {error:.3g}; with 95 % confidence noise reaches {one:.3g} in one effect,"
        f" {all_of_them:.3g} in the largest of {count} (simulated)."
    )


def _levels(contrasts: Effects) -> str:
    """What an effect of a factor of more than two levels means."""
    terms = [effect.term for effect in contrasts.found if len(effect.term) == 1]
    if len(terms) == len(set(terms)):
        return ""
    said = "A factor of more than two levels has an effect for each level but one, and as many chances to stand out"
    nominal = any(" against " in effect.name for effect in contrasts.found)
    return (
        f"{said}; where levels are compared one by one, they depend on the order of the levels."
        if nominal
        else f"{said}."
    )
