"""``doe import``: results that somebody has already, as a study."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from doe import folders
from doe.commands._target import Aim, Columns
from doe.importing import Imported, Wanted, import_table, write_rows
from doe.loading import nearest
from doe.model import StudyError
from doe.trackers import experiment_rows, local, shown

MLFLOW = "mlflow:"


def import_results(
    source: Annotated[str, typer.Argument(help="A .csv table with a heading, or mlflow:EXPERIMENT.")],
    name: Annotated[str, typer.Option("--as", help="What the study is to be called.")],
    response: Annotated[str | None, typer.Option(help="The column or metric that was measured.")] = None,
    factors: Annotated[
        str | None, typer.Option(help="The columns or params that were set, perhaps with a scale: a,b:log.")
    ] = None,
    goal: Aim = None,
    trainer: Annotated[str | None, typer.Option(help="Who could train more of it (doe list trainers).")] = None,
    data: Annotated[str | None, typer.Option(help="The dataset that it was trained on.")] = None,
    tracking_uri: Annotated[
        str | None, typer.Option(help="An MLflow server or database; else mlruns/mlflow.db.")
    ] = None,
) -> None:
    """Make a study of a table, or of an MLflow experiment; nothing is trained."""
    names = tuple(each.strip() for each in factors.split(",")) if factors else ()
    wanted = Wanted(name, Columns(response, goal=goal).objective, names, trainer, data)
    if source.startswith(MLFLOW):
        made = _from_mlflow(source.removeprefix(MLFLOW), wanted, tracking_uri)
    elif tracking_uri is not None:
        raise StudyError(f"--tracking-uri is for mlflow:EXPERIMENT; {source} is a table")
    else:
        made = import_table(Path(source), wanted)
    failed = f" and {made.failed} that failed" if made.failed else ""
    typer.echo(f"{name}: {made.completed} completed trials{failed} are in {made.folder}; doe analyze {name} reads them")


def _from_mlflow(experiment: str, wanted: Wanted, tracking_uri: str | None) -> Imported:
    uri = tracking_uri or local(folders.MLRUNS)[0]
    found = experiment_rows(uri, experiment)
    if wanted.objective.response not in found.metrics:
        known = nearest(wanted.objective.response, found.metrics) if found.metrics else "it has none"
        raise StudyError(f"experiment {experiment!r} has no metric {wanted.objective.response!r}; {known}")
    names = wanted.factors or found.params
    if not names:
        raise StudyError(f"experiment {experiment!r} has no param that differs between its runs")
    set_ = {name.rpartition(":")[0] or name for name in names} | {*names}
    held = {name: value for name, value in found.held.items() if name not in set_}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / f"{experiment.replace('/', '-')}.csv"
        write_rows(found.rows, table)
        origin = f"experiment {experiment} of {shown(uri)} ({len(found.rows)} runs)"
        return import_table(table, replace(wanted, factors=names, metrics=found.metrics, held=held), origin)
