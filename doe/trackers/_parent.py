"""A study in MLflow: its experiment, its parent run, and which children are there."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from doe.journal import Line
from doe.trackers._runs import Attempt, Child, Status, milliseconds, plan_params, plan_view
from doe.trackers._store import VIEW, TrackerError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment, Run

PAGE = 500
"""How many runs are asked for at once; what bounds the memory of taking a study up."""

OVER: frozenset[str] = frozenset({"FINISHED", "FAILED"})
"""Children of whom nothing more can come."""


@dataclass(slots=True)
class Parent:
    """The parent run of a study, and what is known of its children."""

    client: MlflowClient
    experiment: str
    run: str
    digest: str
    same: str
    """What finds the parent run of this journal, and any double of it."""
    running: bool
    again: bool
    """Whether it was there already, so that calls may have been broken off before."""
    children: dict[Attempt, str] = field(default_factory=dict)
    """The MLflow runs of attempts that are under way or were broken off."""
    over: set[Attempt] = field(default_factory=set)
    """The attempts of which all is there."""

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags of the parent run."""
        from mlflow.entities import RunTag

        self.client.log_batch(self.run, tags=[RunTag(name, value) for name, value in tags.items()])

    def save(self, child: Child) -> None:
        """Write what is new of an attempt, and take it out of the child."""
        from mlflow.entities import Metric, Param, RunTag

        if child.attempt not in self.over:
            if child.attempt not in self.children:
                self.children[child.attempt] = self._create(child)
                child.tags.clear()
            self.client.log_batch(
                self.children[child.attempt],
                # the store leaves out a metric that it has at the same time, epoch and value
                metrics=[Metric(point.name, point.value, point.time, point.epoch) for point in child.points],
                params=[Param(name, value) for name, value in child.params.items()],
                tags=[RunTag(name, value) for name, value in child.tags.items()],
            )
            self._close(child)
        for written in (child.tags, child.params, child.points):
            written.clear()

    def end(self, status: Status, time: int, files: Sequence[Path]) -> None:
        """Keep files and end the parent run."""
        for file in files:
            if file.is_dir():
                self.client.log_artifacts(self.run, str(file), file.name)
            else:
                self.client.log_artifact(self.run, str(file))
        self._drop_doubles()
        self.client.set_terminated(self.run, status, time)
        self.running = False

    def _drop_doubles(self) -> None:
        """Delete what a call has made of which the answer never came, so that it was made a second time.

        A slow server may carry it out long after it was given up, when nobody looks for it any more.
        """
        others = [run for run in _search(self.client, self.experiment, self.same) if run.info.run_id != self.run]
        doubles = [run for run in others if "doe.run" not in run.data.tags]
        for run in doubles:
            if not _has_children(self.client, run):
                self.client.delete_run(run.info.run_id)
        if not self.again and not doubles:
            return
        first: dict[Attempt, Run] = {}
        empty: list[Run] = []
        for run in _search(self.client, self.experiment, _children_of(self.run)):
            if (attempt := _attempt(run)) is None:
                continue
            kept = first.setdefault(attempt, run)
            if kept is not run:  # of the two, the one that less was written to
                less, first[attempt] = (kept, run) if len(kept.data.metrics) < len(run.data.metrics) else (run, kept)
                empty.append(less)
        for run in empty:
            self.client.delete_run(run.info.run_id)

    def _create(self, child: Child) -> str:
        if not self.running:
            self.client.update_run(self.run, "RUNNING")
            self.running = True
        tags = {**child.tags, **_origin(), "doe.digest": self.digest, "mlflow.parentRunId": self.run}
        created = self.client.create_run(self.experiment, start_time=child.begun, tags=tags, run_name=child.name)
        return str(created.info.run_id)

    def _close(self, child: Child) -> None:
        if child.status is None:
            return
        self.client.set_terminated(self.children[child.attempt], child.status, child.last)
        if child.status in OVER:
            self.over.add(child.attempt)
            del self.children[child.attempt]


def find_or_create(client: MlflowClient, artifacts: Path | None, line: Line) -> Parent:
    """The parent run of the journal that begins with this line, and what is there of its children."""
    from mlflow.entities import Param

    name, digest, begun = line["study"]["name"], line["digest"], milliseconds(line)
    experiment = _experiment(client, name, artifacts)
    # the same plan may have been begun anew beside the old: then its journal began at another time
    same = f"attributes.start_time = {begun} and tags.`doe.digest` = '{digest}'"
    found = max(
        (run for run in _search(client, experiment, same) if "doe.run" not in run.data.tags),
        key=lambda run: _has_children(client, run),
        default=None,
    )
    run = found or client.create_run(
        experiment, start_time=begun, tags={**_origin(), "doe.digest": digest}, run_name=name
    )
    is_running = run.info.status == "RUNNING"
    parent = Parent(client, experiment, run.info.run_id, digest, same, is_running, again=found is not None)
    client.log_batch(parent.run, params=[Param(name, value) for name, value in plan_params(line).items()])
    client.set_experiment_tag(experiment, f"mlflow.sharedViewState.{VIEW}", plan_view(line))
    if found:
        _know_children(parent)
    return parent


def _know_children(parent: Parent) -> None:
    for run in _search(parent.client, parent.experiment, _children_of(parent.run)):
        if (attempt := _attempt(run)) is None:
            continue
        if run.info.status in OVER:
            parent.over.add(attempt)
        else:
            parent.children[attempt] = run.info.run_id


def _children_of(run: str) -> str:
    return f"tags.`mlflow.parentRunId` = '{run}'"


def _has_children(client: MlflowClient, run: Run) -> bool:
    return next(_search(client, run.info.experiment_id, _children_of(run.info.run_id)), None) is not None


def _attempt(run: Run) -> Attempt | None:
    tags = run.data.tags
    if not tags.keys() >= {"doe.run", "doe.replicate", "doe.attempt"}:
        return None
    return int(tags["doe.run"]), int(tags["doe.replicate"]), int(tags["doe.attempt"])


def _search(client: MlflowClient, experiment: str, filter_string: str) -> Iterator[Run]:
    token: str | None = None
    while True:
        page = client.search_runs([experiment], filter_string, max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _experiment(client: MlflowClient, name: str, artifacts: Path | None) -> str:
    """The experiment of a study's name, made where it is missing."""
    from mlflow.exceptions import MlflowException

    found: Experiment | None = client.get_experiment_by_name(name)
    if found is None:
        location = None if artifacts is None else (artifacts.absolute() / name).as_uri()
        # what the user interface shows first: runs and charts, not traces of language models
        tags = {"mlflow.experimentKind": "custom_model_development"}
        try:
            return str(client.create_experiment(name, artifact_location=location, tags=tags))
        except MlflowException:
            # another study of this name may have made it this very moment
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    if found.lifecycle_stage != "active":
        raise TrackerError(
            f"experiment {name!r} was deleted; mlflow experiments restore -x {found.experiment_id} brings it back"
        )
    return str(found.experiment_id)


@cache
def _origin() -> Mapping[str, str]:
    """Who wrote the runs."""
    tags = {"mlflow.source.name": "doe", "mlflow.source.type": "LOCAL"}
    # a container may run under a number that has no name
    with contextlib.suppress(KeyError, OSError):
        tags["mlflow.user"] = getpass.getuser()
    return tags
