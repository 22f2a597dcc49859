"""What others have in MLflow: the runs of an experiment as the rows of a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from doe.loading import nearest
from doe.trackers._store import TrackerError, connect, database, shown

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

PAGE = 1000
OURS = ("run", "replicate", "seed")
"""What doe notes of a trial in tags, and what the columns are called that say where a row comes from."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The runs of an experiment that have ended, the first begun first."""

    rows: tuple[Mapping[str, Any], ...] = field(hash=False)
    """By column; a run may lack some."""
    params: tuple[str, ...]
    """The columns that were set, and differ between runs."""
    metrics: tuple[str, ...]
    """The columns that were measured."""
    held: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The params that all runs have alike."""


def experiment_rows(uri: str, name: str) -> Rows:
    """Read an experiment: params as they stand, the last value of each metric, seconds, and whether it failed.

    A run that has runs below it is their heading, and one that is under way has nothing to say yet: both are left out.

    Raises:
        TrackerError: MLflow does not answer, or has no such experiment, or no run of it has ended.
    """
    file = database(uri)
    if file is not None and not file.exists():
        raise TrackerError(f"no MLflow database {file}; --tracking-uri says where it is")
    try:
        client = connect(uri, None)
        experiments = {each.name: each.experiment_id for each in client.search_experiments()}
        runs = list(_runs(client, experiments[name])) if name in experiments else []
    except Exception as error:  # whatever MLflow raises is one thing to the user: it is not there
        raise TrackerError(f"{shown(uri)} cannot be read: {str(error).partition(chr(10))[0]}") from error
    if name not in experiments:
        raise TrackerError(f"{shown(uri)} has no experiment {name!r}; {nearest(name, experiments)}")
    above = {run.data.tags.get("mlflow.parentRunId") for run in runs}
    ended = [run for run in runs if run.info.run_id not in above and run.info.status in {"FINISHED", "FAILED"}]
    if not ended:
        raise TrackerError(f"experiment {name!r} has no run that has ended")
    params: dict[str, set[str]] = {}
    for run in ended:
        for param, value in run.data.params.items():
            params.setdefault(param, set()).add(value)
    held = {name: run.data.params[name] for run in ended[:1] for name in run.data.params if len(params[name]) == 1}
    held = {name: value for name, value in held.items() if all(name in run.data.params for run in ended)}
    metrics = {metric: None for run in ended for metric in run.data.metrics}
    varied = tuple(param for param, values in params.items() if len(values) > 1 and param not in metrics)
    return Rows(tuple(map(_row, sorted(ended, key=lambda run: run.info.start_time))), varied, tuple(metrics), held)


def _row(run: Run) -> dict[str, Any]:
    measured = {name: value for name, value in run.data.metrics.items() if math.isfinite(value)}
    ours = {name: run.data.tags[f"doe.{name}"] for name in OURS if f"doe.{name}" in run.data.tags}
    row: dict[str, Any] = {"run_id": run.info.run_id, **run.data.params, **ours}
    if run.info.end_time:
        row["seconds"] = (run.info.end_time - run.info.start_time) / 1000
    if run.info.status == "FINISHED":
        row |= measured
    return row


def _runs(client: MlflowClient, experiment: str) -> Iterator[Run]:
    token: str | None = None
    while True:
        page = client.search_runs([experiment], max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
