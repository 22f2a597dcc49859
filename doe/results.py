"""From the outcomes of a study to the table that analyses see, and to the files that people take away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doe.model import Cell, Completed, Failed, Outcome, Reading, Results, Study


def tabulate(study: Study, outcomes: Sequence[Outcome]) -> Results:
    """One row a reading that counts: the last of each training, or one at each level of a ``within`` factor."""
    import pandas as pd

    completed = [outcome for outcome in outcomes if isinstance(outcome, Completed)]
    rows = [row for outcome in sorted(completed, key=lambda o: o.trial.key) for row in rows_of(study, outcome)]
    columns = ["run", "replicate", "seed", *(factor.name for factor in study.factors), "seconds"]
    table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=[*columns, study.objective.response])
    failures = tuple(outcome for outcome in outcomes if isinstance(outcome, Failed))
    return Results(study.factors, study.objective, table, failures)


def rows_of(study: Study, outcome: Completed) -> Iterator[dict[str, Cell]]:
    """The rows of one trial: its place, its setting, its time, and the responses of each reading that counts."""
    trial = outcome.trial
    place: dict[str, Cell] = {"run": trial.run, "replicate": trial.replicate, "seed": trial.seed}
    within = study.within
    for reading in readings_that_count(study, outcome):
        read = {within.name: reading.epoch} if within else {}
        setting = {**trial.setting, **read}
        yield {
            **place,
            **{f.name: setting[f.name] for f in study.factors},
            "seconds": outcome.seconds,
            **reading.metrics,
        }


def readings_that_count(study: Study, outcome: Completed) -> tuple[Reading, ...]:
    """The last reading, or those at the levels of the ``within`` factor."""
    if study.within is None:
        return outcome.readings[-1:]
    return tuple(reading for reading in outcome.readings if reading.epoch in study.within.levels)
