"""Pareto set: the settings of which no other is better in one response and as good in all others."""

from __future__ import annotations

from doe.analyses._models import tried, written
from doe.analyses._observed import sentences
from doe.analyses._several import aim, objectives
from doe.model import Cell, Finding, Results


def pareto(results: Results) -> Finding | None:
    """The undominated settings by their mean responses, the best in the objective first.

    Means over replicates, blocks and noise, as seen: what looks undominated may be so by chance. Applies only where
    further responses were asked for.

    Raises:
        StudyError: A response that was asked for is not there.
    """
    import numpy as np

    from doe.statistics.desirability import undominated

    several = objectives(results)
    if not several:
        return None
    means = tried(results, *(one.response for one in several[1:]))
    if not len(means.means):
        return None
    losses = np.array(
        [[one.loss(mean) for one, mean in zip(several, row, strict=True)] for row in means.means.tolist()]
    )
    kept = np.flatnonzero(undominated(losses))
    rows: list[dict[str, Cell]] = [
        {"setting": written(means.setting(place))}
        | {one.response: float(mean) for one, mean in zip(several, means.means[place], strict=True)}
        for place in kept[np.lexsort(losses[kept].T[::-1])].tolist()
    ]
    responses = [one.response for one in several]
    lost = int((~np.isfinite(results.table[responses].to_numpy(dtype=float)).all(axis=1)).sum())
    count = f"{len(rows)} of {len(means.means)} settings"
    note = sentences(
        f"Wanted: {', '.join(map(aim, several))}. One setting is the best in all of them."
        if len(rows) == 1
        else f"Wanted: {', '.join(map(aim, several))}. {count} are bettered by no other in all of these together;"
        " which of them to take is for you to weigh.",
        "Means as seen, chance included.",
        f"{lost} row{'' if lost == 1 else 's'} without all of these numbers left out." if lost else "",
    )
    return Finding("pareto", f"Best trade-offs of {' and '.join(responses)}", tuple(rows), note)
