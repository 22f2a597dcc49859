"""Balance: whether every factor, and every pair of factors, has all its levels equally often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from doe.evaluations._plan import level_numbers
from doe.model import Finding, Level, Study, Trial


def balance(study: Study, trials: Sequence[Trial]) -> Finding | None:
    """How often each level occurs, and the strength of the plan; None for a plan that is not known beforehand."""
    array = level_numbers(study, trials)
    if array is None:
        return None
    from doe.statistics.arrays import strength, unbalanced

    reached = strength(array)
    names = [factor.name for factor in study.array_factors]
    rows = [
        {"factor": factor.name, "level": level, "runs": counts[number]}
        for factor, column in zip(study.array_factors, array.T.tolist(), strict=True)
        for counts in [Counter(column)]
        for number, level in enumerate(factor.levels)
    ]
    note = f"{len(array)} runs{_parts(study, trials)}, {_words(reached, len(names))}."
    pairs = unbalanced(array, 2)
    if pairs:
        one, two = pairs[0]
        several = f"{len(pairs)} pairs of factors are not balanced, the first" if len(pairs) > 1 else "Not balanced:"
        note += f" {several} {names[one]} and {names[two]}."
    return Finding("balance", "Balance", tuple(rows), note)


def _parts(study: Study, trials: Sequence[Trial]) -> str:
    """How the runs hang together: inner and outer array, and blocks."""
    roles = {
        role: [factor.name for factor in study.array_factors if factor.role == role] for role in ("noise", "block")
    }
    inner = {_levels(trial, set(trial.setting) - set(roles["noise"])) for trial in trials}
    outer = {_levels(trial, roles["noise"]) for trial in trials}
    met = {_levels(trial, trial.setting) for trial in trials}
    blocks = {_levels(trial, roles["block"]) for trial in trials}
    parts = []
    if roles["noise"] and len(met) == len(inner) * len(outer):
        parts.append(f"{len(trials) // len(outer)}, each under {len(outer)} noise settings")
    if roles["block"]:
        parts.append(f"in {len(blocks)} blocks, one after the other")
    return f" ({'; '.join(parts)})" if parts else ""


def _levels(trial: Trial, names: Iterable[str]) -> tuple[Level, ...]:
    return tuple(trial.setting[name] for name in sorted(names))


def _words(strength: int, factors: int) -> str:
    match strength:
        case 0:
            return "not balanced: some factor has a level more often than another"
        case _ if strength == factors:
            return f"balanced: every combination of the levels of all factors, equally often (strength {strength})"
        case 1:
            return "each level of a factor equally often, but not each pair of levels (strength 1)"
        case _:
            return f"balanced: any {strength} factors meet at all their levels equally often (strength {strength})"
