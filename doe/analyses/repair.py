"""Repair: which effects were lost with failed and missing runs, and the fewest trainings that bring them back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from doe.analyses._observed import fitted, label, sentences
from doe.model import FINAL, Asked, Cell, Failed, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.strata import Fit

TITLE = "What the lost runs cost"

Lost = Mapping[str, Cell]
"""A row that lacks its response: its setting and its place."""

Row = Mapping[str, Cell]


def repair(results: Results) -> Finding | None:
    """The runs to train again, so that every effect is estimable that would be had none been lost.

    Lost are failed trials and rows without a number. Those whose setting made them fail (a loss that diverged) are
    taken only where no others do. Applies where something is lost; the table is empty where no effect is.
    """
    from doe.statistics.entangled import degrees
    from doe.statistics.repair import smallest_repair

    names = [factor.name for factor in results.factors]
    numbers = results.table[results.objective.response].tolist()
    place = [name for name in ("run", "replicate") if name in results.table and name not in names]
    columns = {name: results.table[name].tolist() for name in [*names, *place]}
    kept = [line for line, number in enumerate(numbers) if math.isfinite(number)]
    lost = [_missing(columns, line) for line, number in enumerate(numbers) if not math.isfinite(number)]
    lost += [_failed(results, failed) for failed in results.failures]
    if not lost or not kept:
        return None
    if _is_sound(results):
        return Finding("repair", TITLE, (), _note((), 0, 0, lost))
    fit = _whole(results, columns, kept, lost)
    if fit is None or fit.observations.loose:
        return None
    wanted, left = degrees(fit), degrees(fit, len(kept))
    dead = [f"{label(term)} ({left[term]} of {df})" for term, df in wanted.items() if left[term] < df]
    costs = [int(bool(row["doomed"])) for row in lost]
    chosen = smallest_repair(fit.model[: len(kept)], fit.model[len(kept) :], costs) if dead else ()
    rows = tuple(_row(lost[each], names) for each in chosen)
    doomed = sum(costs[each] for each in chosen)
    return Finding("repair", TITLE, rows, _note(dead, len(rows), doomed, lost))


def _is_sound(results: Results) -> bool:
    """Whether every effect can be estimated as it is, which is known without a look at what was lost."""
    from doe.statistics.entangled import entangled

    fit = fitted(results, pooled=False)
    if fit is None or fit.observations.loose:
        return False
    levels = fit.observations.levels
    return all(len(levels.get(each.name, ())) == len(each.levels) for each in results.factors) and not entangled(fit)


def _missing(columns: Mapping[str, Sequence[Cell]], line: int) -> Lost:
    return {name: cells[line] for name, cells in columns.items()} | {"line": line + 1, "doomed": False}


def _failed(results: Results, failed: Failed) -> Lost:
    """A failed trial; as nothing was read off along it, one reading stands for all."""
    setting = {factor.name: failed.trial.setting.get(factor.name, factor.levels[0]) for factor in results.factors}
    place = {"run": failed.trial.run, "replicate": failed.trial.replicate, "line": None}
    return {**setting, **place, "doomed": failed.kind in FINAL}


def _whole(
    results: Results, columns: Mapping[str, Sequence[Cell]], kept: Sequence[int], lost: Sequence[Lost]
) -> Fit | None:
    """The model of the table as it would be with all that was lost; of its responses nothing is used."""
    import pandas as pd

    cells = {
        name: [known[line] for line in kept] + [row[name] for row in lost]
        for name, known in columns.items()
        if all(name in row for row in lost)
    }
    frame = pd.DataFrame(cells | {results.objective.response: [0.0] * (len(kept) + len(lost))})
    asked = Asked(interactions=results.asked.interactions)
    return fitted(replace(results, table=frame, failures=(), asked=asked))


def _row(row: Lost, names: Sequence[str]) -> Row:
    return {
        "run": row.get("run"),
        "replicate": row.get("replicate"),
        "row": row["line"],
        "setting": ", ".join(f"{name}={row[name]}" for name in names),
    }


def _note(dead: Sequence[str], runs: int, doomed: int, lost: Sequence[Lost]) -> str:
    rows = f"{len(lost)} {'run was' if len(lost) == 1 else 'runs were'} lost"
    if not dead:
        return f"{rows}, and every effect can still be estimated: none need be trained again for that."
    again = "this one" if runs == 1 else f"these {runs}"
    return sentences(
        f"{rows}, and with them effects can no longer be told wholly from the others; degrees of freedom left:"
        f" {', '.join(dead)}.",
        f"Training {again} again would bring all back; fewer would not.",
        f"{doomed} of them failed because of the setting and will again, unless a level is changed." if doomed else "",
    )
