"""Aliases: which effects the plan cannot tell from one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doe.evaluations._plan import level_numbers, listed
from doe.model import Cell, Finding, Study, Trial


def aliases(study: Study, trials: Sequence[Trial]) -> Finding | None:
    """For each factor the two-factor interactions of others that its main effect is aliased with, and how far."""
    array = level_numbers(study, trials)
    if array is None or array.shape[1] < 2:  # noqa: PLR2004 - one factor has nothing to be aliased with
        return None
    from doe.statistics.aliases import main_effect_aliases

    names = [factor.name for factor in study.array_factors]
    found = main_effect_aliases(array)
    rows: list[Mapping[str, Cell]] = []
    worst = dict.fromkeys(names, 0.0)
    for (factor, (one, two)), share in sorted(found.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        rows.append({"effect": names[factor], "aliased with": f"{names[one]} x {names[two]}", "share": share})
        worst[names[factor]] = max(worst[names[factor]], share)
    note = _note(worst)
    if study.within is not None:
        note += f" Effects of {study.within.name}, read off along each training, are aliased with none of these."
    return Finding("aliases", "Aliases", tuple(rows), note, warns=any(worst.values()))


def _note(worst: Mapping[str, float]) -> str:
    """What the largest share of each effect says, in plain words."""
    wholly = [name for name, share in worst.items() if share == 1]
    partly = [name for name, share in worst.items() if name not in wholly and share]
    clear = [name for name, share in worst.items() if not share]
    if len(clear) == len(worst):
        return "No main effect is aliased with a two-factor interaction."
    parts = []
    for some, how in ((wholly, "aliased"), (partly, "partly aliased")):
        if some:
            who = "every main effect" if len(some) == len(worst) else f"the main effect of {listed(some)}"
            parts.append(f"{who} is {how} with two-factor interactions of the others")
    if partly:
        parts[-1] += f" (by {100 * max(worst[name] for name in partly):.0f} % at most with any one of them)"
    if clear:
        parts.append(f"that of {listed(clear)} is not")
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}: an effect seen may be theirs."
