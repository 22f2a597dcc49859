"""Draws: whether what is drawn at random from the data is taken for something that can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

from doe.model import Cell, Finding, Study, Trial

DRAWN = frozenset({"fold", "split"})
"""What datasets call the number of a draw."""


def draws(study: Study, _: Sequence[Trial]) -> Finding | None:
    """Warn where a control factor is the number of a draw, such as a fold; else None.

    Its best level is the draw that happened to be easiest, and no later data will be drawn so.
    """
    chosen = [factor for factor in study.factors if factor.name in DRAWN and factor.role == "control"]
    if not chosen:
        return None
    rows: list[dict[str, Cell]] = [{"factor": factor.name, "levels": len(factor.levels)} for factor in chosen]
    typed = " ".join(f"--factor {factor.name}:noise={','.join(map(str, factor.levels))}" for factor in chosen)
    note = (
        f"{' and '.join(factor.name for factor in chosen)}: the number of a draw of the data is nothing to choose; its"
        f" best level is the easiest draw. Make it noise, so that a setting is judged over all of them: {typed}."
    )
    return Finding("draws", "Draws of the data taken for settings", tuple(rows), note, warns=True)
