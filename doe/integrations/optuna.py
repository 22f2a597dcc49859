r"""Any fixed design as a sampler of Optuna, and doe's findings in any Optuna study.

from doe.integrations.optuna import DesignSampler, findings

study = optuna.create_study(sampler=DesignSampler({"lr": [1e-3, 1e-2, 1e-1], "optimizer": ["adam", "sgd", "lion"]}))
study.optimize(objective)
for finding in findings(study):
print(finding.title, finding.note, sep="\n")
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from threading import Condition
from typing import TYPE_CHECKING, Any

from optuna import TrialPruned
from optuna.distributions import BaseDistribution, distribution_to_json, json_to_distribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from doe.integrations import _optuna_rows as rows
from doe.integrations._optuna_results import findings, results
from doe.integrations._optuna_rows import FIRST, KIND, REFUSED, ROW, SPARE, THEN, SpentError, row_of
from doe.integrations._optuna_space import given_by, taken
from doe.integrations._planned import Given, Planned, Wish, plan_for
from doe.loading import nearest
from doe.model import StudyError

if TYPE_CHECKING:
    from optuna.study import Study as OptunaStudy

__all__ = ["DesignSampler", "SpentError", "findings", "results", "row_of"]

SPACE = "doe:space"
"""What the first trial was asked for, in the study: where no factors were given, they are these."""


class DesignSampler(BaseSampler):  # type: ignore[misc] # optuna's own face
    """Trains each row of a fixed design, replicates included, and then stops the study.

    Rows are claimed in the storage, so that several workers on one never train the same; a row whose trial fails is
    begun again. Under ``study.ask`` there is nothing to stop: asking for more than there is raises SpentError.

    Args:
        factors: For each factor its levels, or ``{"levels": [...], "scale": "log"}``, a ``doe.Factor``, or a
            distribution of Optuna's. None: what the first trial is asked for, which trains each one's first level; give
            them where several workers begin at once, or that trial is trained by each.
        design: Any of ``doe list designs`` whose runs are known beforehand.
        replicates: How often each run is trained; ``row_of(trial).seed`` says under which seed.
        layout: What the design is told besides.
        seed: What the order and the seeds are derived from.
        retries: How often a row is begun again whose trial failed.
        levels: How many levels a range of numbers gets: from end to end, equally far apart on its scale.
        then: A sampler for the trials after the design; with it the study is not stopped.

    Raises:
        DoeError: The factors do not fit the design.
    """

    def __init__(
        self,
        factors: Given | None = None,
        design: str = "auto",
        *,
        replicates: int = 1,
        layout: Mapping[str, Any] | None = None,
        seed: int = 0,
        retries: int = 1,
        levels: int = 3,
        then: BaseSampler | None = None,
    ) -> None:
        for name, value, least in (("retries", retries, 0), ("levels", levels, 2)):
            if value < least:
                raise StudyError(f"{name} = {value}: wanted {least} or more")
        self._wish = Wish(design, replicates, layout, seed)
        self._retries, self._levels, self._then = retries, levels, then
        self._known: dict[str, Planned] = {}
        self._given = plan_for({n: self._read(v) for n, v in factors.items()}, self._wish) if factors else None
        self._under_way: set[tuple[int, int]] = set()
        self._changed = Condition()

    def __getstate__(self) -> dict[str, Any]:
        # what is under way is under way here, and a lock cannot travel
        return {**self.__dict__, "_under_way": set(), "_changed": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "_changed": Condition()})

    def plan(self, study: OptunaStudy) -> Planned | None:
        """The design laid out; None while no trial has shown what the objective asks for."""
        if self._given:
            return self._given
        text = study._storage.get_study_system_attrs(study._study_id).get(SPACE)  # noqa: SLF001 - as optuna's own
        if text is None:
            return None
        if text not in self._known:
            space = {name: self._read(json_to_distribution(each)) for name, each in json.loads(text).items()}
            self._known[text] = plan_for(space, self._wish)
        return self._known[text]

    def left(self, study: OptunaStudy) -> int | None:
        """How many rows may still be begun; None while it is not known what they are."""
        planned = self.plan(study)
        return len(rows.rows_of(planned, rows.all_trials(study), self._retries).free) if planned else None

    def reseed_rng(self) -> None:
        """Nothing is drawn but by the sampler that follows."""
        if self._then:
            self._then.reseed_rng()

    def before_trial(self, study: OptunaStudy, trial: FrozenTrial) -> None:
        """Claim a row; or the first of all is begun, or one after the design."""
        attrs = rows.noted(study, trial)
        if attrs.get(ROW) or trial.params or "fixed_params" in attrs:
            return  # begun again by a callback of the storage, or queued by the user
        planned = self.plan(study)
        if planned is None:
            rows.note(study, trial, KIND, FIRST)
        elif not self._claim(study, trial, planned):
            rows.note(study, trial, KIND, THEN if self._then else SPARE)
            if self._then:
                self._then.before_trial(study, trial)
            elif not rows.stop(study):
                rows.refuse(study, trial, planned)

    def _claim(self, study: OptunaStudy, trial: FrozenTrial, planned: Planned) -> bool:
        """Get a row, if need be one that a thread beside this one has under way, should it fail."""
        mine = (study._study_id, trial.number)  # noqa: SLF001
        looped = study._thread_local.in_optimize_loop  # noqa: SLF001
        while True:
            with self._changed:
                beside = {each for each in self._under_way if each[0] == mine[0]}
            if rows.claim(study, trial, planned, self._retries):
                break
            with self._changed:
                if not looped or self._then or not beside:
                    return False
                self._changed.wait_for(lambda seen=beside: not seen <= self._under_way)  # type: ignore[misc]
        if looped:
            with self._changed:
                self._under_way.add(mine)
        return True

    def infer_relative_search_space(self, study: OptunaStudy, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Nothing is known of the ranges before the objective names them."""
        if self._then and rows.noted(study, trial).get(KIND) == THEN:
            found: dict[str, BaseDistribution] = self._then.infer_relative_search_space(study, trial)
            return found
        return {}

    def sample_relative(
        self, study: OptunaStudy, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The row's value of each parameter."""
        if self._then and rows.noted(study, trial).get(KIND) == THEN:
            found: dict[str, Any] = self._then.sample_relative(study, trial, search_space)
            return found
        return {name: self.sample_independent(study, trial, name, each) for name, each in search_space.items()}

    def sample_independent(
        self, study: OptunaStudy, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """The row's value of a parameter.

        Raises:
            TrialPruned: There is no row left.
            StudyError: The parameter is no factor, or its range does not hold the value.
        """
        attrs = rows.noted(study, trial)
        if not attrs.get(ROW) and not attrs.get(KIND) and "fixed_params" not in attrs:
            self.before_trial(study, trial)
            attrs = rows.noted(study, trial)
        if attrs.get(KIND) == SPARE:
            raise TrialPruned("every row of the design is begun")
        if attrs.get(KIND) == FIRST:
            return self._read(param_distribution)["levels"][0]
        try:
            return self._value(study, trial, param_name, param_distribution, rows.key_of(attrs))
        except StudyError:
            # what the user has to mend is no failure of the row
            rows.note(study, trial, ROW, None)
            rows.note(study, trial, KIND, REFUSED)
            raise

    def _value(
        self, study: OptunaStudy, trial: FrozenTrial, name: str, distribution: BaseDistribution, key: rows.Key | None
    ) -> Any:
        planned = self.plan(study)
        setting = next((row.setting for row in planned.trials if row.key == key), {}) if planned else {}
        if planned and name in setting:
            factor = next(each for each in planned.study.factors if each.name == name)
            return taken(factor, planned.told(setting)[name], distribution)
        if self._then:
            return self._then.sample_independent(study, trial, name, distribution)
        if key is None:
            raise StudyError(f"a queued trial leaves {name!r} open; enqueue_trial wants every parameter")
        near = nearest(name, setting)
        raise StudyError(f"parameter {name!r} is no factor of the design; {near}; then=SAMPLER would set it")

    def after_trial(
        self, study: OptunaStudy, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        """Learn from the first trial what is asked for, free a row that failed, and stop the study after the last."""
        attrs = rows.noted(study, trial)
        failed = state == TrialState.FAIL
        try:
            if attrs.get(KIND) == THEN and self._then:
                self._then.after_trial(study, trial, state, values)
            elif attrs.get(KIND) == FIRST and not failed:
                self._learn(study, trial)
            elif attrs.get(ROW) and failed:
                rows.note(study, trial, ROW, {**attrs[ROW], "failed": True})
        finally:
            with self._changed:
                self._under_way.discard((study._study_id, trial.number))  # noqa: SLF001
                self._changed.notify_all()
        if not self._then and self._is_over(study, trial, failed=failed):
            rows.stop(study)

    def _learn(self, study: OptunaStudy, trial: FrozenTrial) -> None:
        """Note what the first trial was asked for, if nobody has; if it happened to train a row, it has."""
        seen = study._storage.get_trial(trial._trial_id)  # noqa: SLF001
        space = {name: distribution_to_json(d) for name, d in seen.distributions.items() if not d.single()}
        if space and self.plan(study) is None:
            study._storage.set_study_system_attr(study._study_id, SPACE, json.dumps(space))  # noqa: SLF001
        if planned := self.plan(study):
            asked = {name: value for name, value in seen.params.items() if name in space}
            rows.claim(study, trial, planned, self._retries, lambda row: planned.told(row.setting) == asked)

    def _is_over(self, study: OptunaStudy, trial: FrozenTrial, *, failed: bool) -> bool:
        """Whether nothing is left to begin, queued, or under way in a thread beside this one."""
        trials = rows.all_trials(study)
        if any(each.state == TrialState.WAITING for each in trials):
            return False
        planned = self.plan(study)
        if planned is None:
            firsts = [each for each in trials if each.system_attrs.get(KIND) == FIRST and each.number != trial.number]
            broken = sum(each.state == TrialState.FAIL for each in firsts) + failed
            # an objective that asks for nothing leaves nothing to be designed
            return broken > self._retries or not failed
        with self._changed:
            beside = any(each[0] == study._study_id for each in self._under_way)  # noqa: SLF001
        return not beside and not rows.rows_of(planned, trials, self._retries).free

    def _read(self, value: Any) -> Any:
        return given_by(value, self._levels) if isinstance(value, BaseDistribution) else value
