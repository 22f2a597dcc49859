r"""Any fixed design as a searcher of Ray Tune.

from doe.integrations.ray_tune import DesignSearch

search = DesignSearch({"lr": [1e-3, 1e-2, 1e-1], "optimizer": ["adam", "sgd", "lion"]}, replicates=2)
config = tune.TuneConfig(search_alg=search, metric="loss", mode="min", num_samples=-1)
tune.Tuner(train, tune_config=config).fit()
for finding in search.findings():
    print(finding.title, finding.note, sep="\n")
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ray.tune.search import Searcher

from doe.analyses import analyze
from doe.integrations._planned import Ended, Given, Wish, plan_for, results_of
from doe.model import DoeError, Finding, Objective, Results, StudyError, Trial, is_number

__all__ = ["DesignSearch"]

TIME = "time_total_s"
"""Under which name Ray Tune reports how long a trial took."""


class SavedError(DoeError):
    """What is to be restored is of another design."""


@dataclass(frozen=True, slots=True)
class Told:
    """A trial of Ray's, and what it came to."""

    id: str
    run: int
    replicate: int
    metrics: Mapping[str, float] | None = None
    """What it last reported; None while it runs, and where it failed."""
    failed: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """The row of the design."""
        return self.run, self.replicate


class DesignSearch(Searcher):  # type: ignore[misc] # Ray's own face
    """Suggests each row of a fixed design, replicates included, and then says that it has finished.

    A row whose trial fails, or ends without a finite number for the metric, is suggested again. Ray counts the trials,
    and with them those begun again: ``num_samples=-1`` leaves the counting to the design.

    Args:
        factors: For each factor its levels, ``{"levels": [...], "scale": "log"}``, or a ``doe.Factor``; constants go
            into the ``param_space``.
        design: Any of ``doe list designs`` whose runs are known beforehand.
        replicates: How often each run is trained.
        layout: What the design is told besides.
        seed: What the order and the seeds are derived from.
        seed_as: The name under which a trial is told its seed; it is not told unless it has one.
        retries: How often a row is suggested again whose trial failed.
        max_concurrent: How many trials may be under way at once; None: as many as Ray has room for.
        metric: The response; what ``TuneConfig`` says unless told.
        mode: ``min`` or ``max``; what ``TuneConfig`` says unless told.

    Raises:
        DoeError: The factors do not fit the design.
    """

    def __init__(
        self,
        factors: Given,
        design: str = "auto",
        *,
        replicates: int = 1,
        layout: Mapping[str, Any] | None = None,
        seed: int = 0,
        seed_as: str | None = None,
        retries: int = 1,
        max_concurrent: int | None = None,
        metric: str | None = None,
        mode: str | None = None,
    ) -> None:
        super().__init__(metric=metric, mode=mode)
        self._metric: str | None = metric
        self._mode: str | None = mode
        if retries < 0:
            raise StudyError(f"retries = {retries}: wanted 0 or more")
        self._planned = plan_for(factors, Wish(design, replicates, layout, seed))
        if seed_as in factors:
            raise StudyError(f"seed_as = {seed_as!r} is a factor")
        self._seed_as, self._retries, self._most = seed_as, retries, max_concurrent
        self._told: dict[str, Told] = {}

    @property
    def size(self) -> int:
        """How many trials the design has, replicates included."""
        return len(self._planned.trials)

    def set_search_properties(self, metric: str | None, mode: str | None, config: Mapping[str, Any], **_: Any) -> bool:
        """Take the metric of the ``TuneConfig``; what is varied is the design's to say.

        Raises:
            StudyError: A factor is in the param_space as well.
        """
        if both := sorted({factor.name for factor in self._planned.study.factors} & set(config or {})):
            raise StudyError(f"{both[0]!r} is a factor and in the param_space at once")
        self._metric, self._mode = self._metric or metric, self._mode or mode
        return True

    def set_max_concurrency(self, max_concurrent: int) -> bool:
        """Take what a ``ConcurrencyLimiter`` says, so that it need not count."""
        self._most = max_concurrent
        return True

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """The next row; None while all are begun that may be and some may yet fail; FINISHED when all have ended."""
        running = [told for told in self._told.values() if told.metrics is None and not told.failed]
        if self._most is not None and len(running) >= self._most:
            return None
        row = next(self._free(), None)
        if row is None:
            return None if running else str(Searcher.FINISHED)
        self._told[trial_id] = Told(trial_id, row.run, row.replicate)
        seeded = {self._seed_as: row.seed} if self._seed_as else {}
        return {**self._planned.told(row.setting), **seeded}

    def on_trial_complete(self, trial_id: str, result: Mapping[str, Any] | None = None, error: bool = False) -> None:  # noqa: FBT001, FBT002
        """Note what a trial came to."""
        if trial_id not in self._told:
            return
        metrics = {name: value for name, value in (result or {}).items() if is_number(value)}
        failed = error or not metrics or (self._metric is not None and self._metric not in metrics)
        told = self._told[trial_id]
        self._told[trial_id] = Told(trial_id, told.run, told.replicate, None if failed else metrics, failed)

    def _free(self) -> Iterator[Trial]:
        """The rows that may be suggested, first first."""
        held = {told.key for told in self._told.values() if not told.failed}
        failed = Counter(told.key for told in self._told.values() if told.failed)
        return (row for row in self._planned.trials if row.key not in held and failed[row.key] <= self._retries)

    def results(self) -> Results:
        """The table of what has ended: a row for each row of the design that has.

        Raises:
            StudyError: No trial has ended yet, or nobody has said what the metric is.
        """
        if not self._metric:
            raise StudyError("no metric is named; DesignSearch(..., metric=NAME, mode='max'), or TuneConfig, names it")
        rows = {row.key: row for row in self._planned.trials}
        ended: dict[tuple[int, int], Ended] = {}
        for told in self._told.values():
            before = ended.get(told.key)
            if told.metrics is not None and (before is None or before.metrics is None):
                seconds = float(told.metrics.get(TIME, 0.0))
                value = {self._metric: float(told.metrics[self._metric])}
                ended[told.key] = Ended(rows[told.key], value, seconds=seconds)
            elif told.failed and before is None:
                ended[told.key] = Ended(rows[told.key], None, f"trial {told.id} failed")
        if all(each.metrics is None for each in ended.values()):
            raise StudyError("no trial has ended yet")
        objective = Objective(self._metric, "maximize" if self._mode == "max" else "minimize")
        return results_of(self._planned.study.factors, objective, list(ended.values()))

    def findings(self) -> list[Finding]:
        """What doe's analyses find in what has ended.

        Raises:
            StudyError: No trial has ended yet, or nobody has said what the metric is.
        """
        return analyze(self.results())

    def get_state(self) -> dict[str, Any]:
        """All that it knows, as plain values."""
        told = [asdict(each) for each in self._told.values()]
        return {"plan": self._planned.study.digest, "metric": self._metric, "mode": self._mode, "told": told}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take up what ``get_state`` told.

        Raises:
            SavedError: It told of another design.
        """
        if state["plan"] != self._planned.study.digest:
            raise SavedError("what was saved is of another design: other factors, levels, layout or seed")
        self._metric, self._mode = state["metric"], state["mode"]
        self._told = {each["id"]: Told(**each) for each in state["told"]}

    def save(self, checkpoint_path: str) -> None:
        """Write what it knows into a file."""
        Path(checkpoint_path).write_text(json.dumps(self.get_state()))

    def restore(self, checkpoint_path: str) -> None:
        """Read what it knew from a file; trials that ran then are Ray's to go on with.

        Raises:
            SavedError: The file is of another design.
        """
        self.set_state(json.loads(Path(checkpoint_path).read_text()))
