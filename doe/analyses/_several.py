"""Several responses: the objective, and those that were asked for besides."""

from __future__ import annotations

from dataclasses import replace

from doe.loading import nearest
from doe.model import Objective, Results, StudyError


def objectives(results: Results) -> tuple[Objective, ...]:
    """The objective and the further ones; none where nothing else was asked, or no trial has completed yet.

    Raises:
        StudyError: A further response is no column of the table, is not numeric, or is the objective itself.
    """
    also = results.asked.also
    if not also or not len(results.table):
        return ()
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    numeric = [
        str(name)
        for name, column in results.table.items()
        if is_numeric_dtype(column) and not is_bool_dtype(column) and name not in _no_responses(results)
    ]
    for place, further in enumerate(also):
        name = further.response
        if name in [other.response for other in (results.objective, *also[:place])]:
            raise StudyError(f"{name!r} is asked for twice; each response has one goal")
        if name not in numeric:
            what = _what(name, results)
            others = [other for other in numeric if other != results.objective.response]
            raise StudyError(
                f"{name!r}, asked for besides {results.objective.response!r}, {what}; {nearest(name, others)}"
            )
    return (results.objective, *also)


def _what(name: str, results: Results) -> str:
    """Why a name is no response."""
    if name not in results.table:
        return "was not measured"
    return "is a factor" if name in [factor.name for factor in results.factors] else "is not numeric"


def _no_responses(results: Results) -> set[str]:
    """Columns that say where a row comes from."""
    return {"run", "replicate", "seed", "order", "host", "device", *(factor.name for factor in results.factors)}


def each(results: Results, several: tuple[Objective, ...]) -> list[Results]:
    """The results of each objective by itself, of the rows that have a number for all of them."""
    import numpy as np

    names = [objective.response for objective in several]
    whole = results.table[np.isfinite(results.table[names].to_numpy(dtype=float)).all(axis=1)]
    # Of how many images an accuracy is a share is known of the objective alone.
    asked = [results.asked, *(replace(results.asked, trials_of=None) for _ in several[1:])]
    return [
        replace(results, objective=objective, table=whole, asked=some)
        for objective, some in zip(several, asked, strict=True)
    ]


def aim(objective: Objective) -> str:
    """An objective in words."""
    if objective.goal == "target":
        return f"{objective.response} at {objective.target:g}"
    return f"{'more' if objective.goal == 'maximize' else 'less'} {objective.response}"
