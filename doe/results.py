"""From the outcomes of a study to the table that analyses see, and to the files that people take away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from doe.history import History
from doe.model import Asked, Cell, Completed, Failed, Reading, Results, Study

NOWHERE: Mapping[str, Cell] = {"order": None, "host": None, "device": None}
"""What is not known of a trial that no journal tells of."""


def tabulate(study: Study, history: History) -> Results:
    """One row a reading that counts: the last of each training, or one at each level of a ``within`` factor."""
    import pandas as pd

    outcomes = history.outcomes(study.retries)
    completed = sorted((o for o in outcomes if isinstance(o, Completed)), key=lambda outcome: outcome.trial.key)
    begun = {key: number for number, key in enumerate(history.attempts, start=1)}
    rows = [row for outcome in completed for row in rows_of(study, outcome, _place(history, begun, outcome.trial.key))]
    columns = ["run", "replicate", "seed", *NOWHERE, *(factor.name for factor in study.factors), "seconds"]
    # a factor may be called seed: each name once
    table = (
        pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(dict.fromkeys([*columns, study.objective.response])))
    )
    failures = tuple(outcome for outcome in outcomes if isinstance(outcome, Failed))
    return Results(study.factors, study.objective, table, failures, asked(study, history), tuple(completed))


def asked(study: Study, history: History) -> Asked:
    """What the study's analysis is asked, and what its journal adds: of how many images an accuracy is a share."""
    split = study.objective.response.partition("_")[0]
    counts = history.opened[-1].get("images", {}) if history.opened else {}
    if study.analysis.trials_of or "accuracy" not in study.objective.response or not counts.get(split):
        return study.analysis
    return replace(study.analysis, trials_of=int(counts[split]))


def _place(history: History, begun: Mapping[tuple[int, int], int], key: tuple[int, int]) -> dict[str, Cell]:
    where = history.where.get(key, {})
    return {"order": begun.get(key), "host": where.get("host"), "device": where.get("device")}


def rows_of(study: Study, outcome: Completed, place: Mapping[str, Cell] = NOWHERE) -> Iterator[dict[str, Cell]]:
    """The rows of one trial: its place, its setting, its time, and the responses of each reading that counts."""
    trial = outcome.trial
    place = {"run": trial.run, "replicate": trial.replicate, "seed": trial.seed, **place}
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
