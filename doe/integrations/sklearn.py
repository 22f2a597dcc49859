r"""A design in place of a grid: scikit-learn's search over hyperparameters, with findings beside the best estimator.

from doe.integrations.sklearn import DesignSearchCV

search = DesignSearchCV(SVC(), {"C": [0.1, 1, 10], "gamma": [1e-3, 1e-2, 1e-1], "kernel": ["rbf", "poly"]}, cv=5)
search.fit(images, labels)
for finding in search.findings_:
print(finding.title, finding.note, sep="\n")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeAlias

from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils.validation import check_is_fitted

from doe.analyses import analyze
from doe.integrations._planned import Ended, Given, Planned, Wish, plan_for, predicted_setting, results_of
from doe.model import Asked, Finding, Objective, Results, StudyError, Trial

Evaluate: TypeAlias = Callable[[Sequence[Mapping[str, Any]]], Mapping[str, Any]]


class DesignSearchCV(BaseSearchCV):  # type: ignore[misc] # scikit-learn's own face
    """Cross-validates each run of a fixed design, then the setting that it predicts to be best.

    All of GridSearchCV's arguments and attributes, and ``findings_`` and ``results_`` besides. Every run is fitted on
    the same folds, which are replicates, and as such blocks, of the analysis; with repeated cross-validation
    (``RepeatedKFold``) each repetition is one, and its folds are averaged. Folds share their training data: what is
    found holds for this data set, and its error says nothing of another one (Bengio and Grandvalet, Journal
    of Machine Learning Research 5, 2004).

    Args:
        estimator: What is tuned.
        factors: For each parameter its levels, ``{"levels": [...], "scale": "log"}``, or a ``doe.Factor``.
        design: Any of ``doe list designs`` whose runs are known beforehand.
        layout: What the design is told besides.
        random_state: A whole number: what the runs are drawn from, where the design draws them.
        confirm: Whether the setting that the analysis predicts to be best is cross-validated as well, so that it can be
            chosen; it stands last in ``cv_results_``.
        scoring: As for GridSearchCV.
        n_jobs: As for GridSearchCV.
        refit: As for GridSearchCV.
        cv: As for GridSearchCV.
        verbose: As for GridSearchCV.
        pre_dispatch: As for GridSearchCV.
        error_score: As for GridSearchCV.
        return_train_score: As for GridSearchCV.

    Raises:
        DoeError: When fitted, if the factors do not fit the design.
    """

    def __init__(
        self,
        estimator: Any,
        factors: Given,
        *,
        design: str = "auto",
        layout: Mapping[str, Any] | None = None,
        random_state: int = 0,
        confirm: bool = True,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        error_score: Any = float("nan"),
        return_train_score: bool = False,
    ) -> None:
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.factors = factors
        self.design = design
        self.layout = layout
        self.random_state = random_state
        self.confirm = confirm

    def _run_search(self, evaluate_candidates: Evaluate) -> None:
        """The runs of the design, and then the setting that they predict to be best."""
        self.__dict__.pop("findings_", None)
        planned = plan_for(self.factors, Wish(self.design, 1, self.layout, self.random_state))
        runs = sorted(planned.trials, key=lambda trial: trial.key)
        found = evaluate_candidates([planned.told(run.setting) for run in runs])
        self.results_ = self._tabulate(planned, runs, found)
        setting = predicted_setting(self.results_)
        self.predicted_params_ = None if setting is None else planned.told(setting)
        if setting is not None and self.confirm and setting not in [dict(run.setting) for run in runs]:
            evaluate_candidates([planned.told(setting)])

    @cached_property
    def findings_(self) -> list[Finding]:
        """What doe's analyses find in the runs of the design."""
        check_is_fitted(self)
        return analyze(self.results_)

    def _tabulate(self, planned: Planned, runs: Sequence[Trial], found: Mapping[str, Any]) -> Results:
        """A row for each run of the design and each fold, or each repetition of all folds.

        Raises:
            StudyError: A parameter has the name of a metric.
        """
        scores = _scores(found, getattr(self._checked_cv_orig, "n_repeats", None))
        wanted = self.refit if isinstance(self.refit, str) and self.refit in scores else next(iter(scores))
        if clash := {factor.name for factor in planned.study.factors} & scores.keys():
            raise StudyError(f"{clash.pop()!r} is a parameter and a metric at once; another name in scoring mends it")
        times = found["mean_fit_time"] + found["mean_score_time"]
        ended = [
            Ended(
                replace(run, replicate=again + 1),
                {name: float(rows[again][place]) for name, rows in scores.items()},
                seconds=float(times[place]),
            )
            for place, run in enumerate(runs)
            for again in range(len(scores[wanted]))
        ]
        also = tuple(Objective(name) for name in scores if name != wanted)
        return replace(results_of(planned.study.factors, Objective(wanted), ended), asked=Asked(also=also))


def _scores(found: Mapping[str, Any], repeats: int | None) -> dict[str, list[Any]]:
    """For each metric a row of scores a fold, or a repetition; in each the score of every candidate."""
    import numpy as np

    names = [name.removeprefix("mean_test_") for name in found if name.startswith("mean_test_")]
    scores = {}
    for name in names:
        splits = [found[key] for key in found if re.fullmatch(rf"split\d+_test_{re.escape(name)}", key)]
        size = len(splits) // repeats if repeats else 1
        scores[name] = [np.mean(splits[start : start + size], axis=0) for start in range(0, len(splits), size)]
    return scores
