"""A design in place of a grid, under scikit-learn's own checks of estimators."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from doe.integrations.sklearn import DesignSearchCV
from doe.model import DoeError, Factor


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")  # of scikit-learn's own check
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [DesignSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2, error_score="raise")],
    # scikit-learn 1.9 excuses its own GridSearchCV from this one in the same words
    expected_failed_checks=lambda _: {"check_supervised_y_2d": "DataConversionWarning not caught"},
)
def test_it_is_an_estimator_of_scikit_learn(estimator: Any, check: Any) -> None:
    """Every check of scikit-learn's, for a regressor, but one that its own grid search does not pass."""
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")  # of scikit-learn's own check
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [DesignSearchCV(LogisticRegression(), {"C": [0.1, 1.0], "fit_intercept": [True, False]}, cv=2, error_score="raise")]
)
def test_it_is_a_classifier_of_scikit_learn(estimator: Any, check: Any) -> None:
    """Every check of scikit-learn's."""
    check(estimator)


def search(**told: Any) -> DesignSearchCV:
    """Four parameters of a support vector machine, in nine runs of 81."""
    factors = {
        "svc__C": {"levels": [0.01, 1.0, 100.0], "scale": "log"},
        "svc__gamma": {"levels": np.logspace(-4, 0, 3), "scale": "log"},
        "svc__kernel": ["rbf", "poly", "sigmoid"],
        "scale": [StandardScaler(), MinMaxScaler(), None],
    }
    steps = Pipeline([("scale", StandardScaler()), ("svc", SVC())])
    return DesignSearchCV(steps, factors, **{"cv": StratifiedKFold(5, shuffle=True, random_state=0), **told})


def test_nine_runs_and_the_setting_they_predict_stand_in_for_81() -> None:
    """The user's own objects come back; what is predicted is tried, and the best of all is refitted."""
    images, labels = load_iris(return_X_y=True)
    found = search().fit(images, labels)
    params = found.cv_results_["params"]
    assert len(params) == 10
    assert params[9] == found.predicted_params_
    assert found.predicted_params_ not in params[:9]
    assert all(isinstance(each["scale"], StandardScaler | MinMaxScaler | None) for each in params)
    assert found.best_score_ == pytest.approx(max(found.cv_results_["mean_test_score"]))
    assert found.best_estimator_.score(images, labels) > 0.9
    assert len(found.results_.table) == 9 * 5
    unconfirmed = search(confirm=False).fit(images, labels)
    assert len(unconfirmed.cv_results_["params"]) == 9
    assert unconfirmed.predicted_params_ == found.predicted_params_ or str(unconfirmed.predicted_params_) == str(
        found.predicted_params_
    )


def test_a_full_factorial_is_a_grid_search() -> None:
    """The same scores, the same choice: GridSearchCV is the oracle."""
    images, labels = load_iris(return_X_y=True)
    levels = {"C": [0.1, 1.0, 10.0], "gamma": [0.01, 0.1, 1.0]}
    ours = DesignSearchCV(SVC(), levels, design="full_factorial", cv=4, return_train_score=True).fit(images, labels)
    theirs = GridSearchCV(SVC(), levels, cv=4, return_train_score=True).fit(images, labels)
    assert ours.cv_results_.keys() == theirs.cv_results_.keys()
    for part in ("mean_test_score", "std_test_score", "mean_train_score", "split3_test_score"):
        scores = [
            {str(params): score for params, score in zip(each["params"], each[part], strict=True)}
            for each in (ours.cv_results_, theirs.cv_results_)
        ]
        assert scores[0] == scores[1]
    assert ours.best_params_ == theirs.best_params_
    assert (ours.predict(images) == theirs.predict(images)).all()


def test_folds_are_blocks_of_the_analysis_of_variance() -> None:
    """The F ratios are those of statsmodels for C + gamma + fold."""
    images, labels = load_iris(return_X_y=True)
    found = DesignSearchCV(SVC(), {"C": [0.1, 1.0], "gamma": [0.01, 0.1, 1.0]}, cv=4, confirm=False).fit(images, labels)
    (anova,) = (finding for finding in found.findings_ if finding.name == "anova")
    ours = {row["term"]: row["F"] for row in anova.table if row["F"] is not None}
    model = ols("score ~ C(c) + C(gamma) + C(replicate)", found.results_.table.rename(columns={"C": "c"}))
    theirs = anova_lm(model.fit(), typ=2)["F"]
    assert ours["C"] == pytest.approx(theirs["C(c)"])
    assert ours["gamma"] == pytest.approx(theirs["C(gamma)"])


def test_repetitions_of_all_folds_are_averaged_each() -> None:
    """Three repetitions of four folds are three replicates; their mean is scikit-learn's."""
    images, labels = load_iris(return_X_y=True)
    folds = RepeatedStratifiedKFold(n_splits=4, n_repeats=3, random_state=1)
    found = DesignSearchCV(SVC(), {"C": [0.1, 1.0, 10.0]}, cv=folds).fit(images, labels)
    table = found.results_.table
    assert table.groupby("run").size().tolist() == [3, 3, 3]
    assert table.groupby("run")["score"].mean().to_numpy() == pytest.approx(found.cv_results_["mean_test_score"][:3])


def test_several_metrics_and_a_search_that_is_stored() -> None:
    """``refit`` names the objective, the other metrics matter also; pickled and read again it finds the same."""
    images, labels = load_iris(return_X_y=True)
    names = ["accuracy", "balanced_accuracy"]
    found = search(scoring=names, refit="balanced_accuracy").fit(images, labels)
    assert found.results_.objective.response == "balanced_accuracy"
    assert [each.response for each in found.results_.asked.also] == ["accuracy"]
    again = pickle.loads(pickle.dumps(found))
    assert [finding.note for finding in again.findings_] == [finding.note for finding in found.findings_]


def test_fits_that_break_are_left_out() -> None:
    """A level that the estimator refuses costs its runs, and not the search."""
    images, labels = load_iris(return_X_y=True)
    broken = DesignSearchCV(SVC(), {"C": [0.1, 1.0, -1.0], "kernel": ["rbf", "linear"]}, cv=KFold(3, shuffle=True))
    with pytest.warns(FitFailedWarning, match="6 fits failed"), pytest.warns(UserWarning, match="are non-finite"):
        broken.fit(images, labels)
    assert broken.best_params_["C"] > 0
    assert any("left out" in finding.note for finding in broken.findings_)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"factors": {}}, "no factors are given; wanted a mapping of each factor's name to its levels"),
        ({"factors": {"C": 1.0}}, "factor 'C': wanted a list of levels, not 1.0"),
        ({"design": "l4"}, "l4 "),
        ({"factors": {"score": [1, 2]}}, "Invalid parameter"),
        ({"factors": {"C": Factor("C", (1, 2), "log", "within")}}, "factor 'C' is read off along each training"),
    ],
)
def test_what_makes_no_sense_is_one_line(told: dict[str, Any], said: str) -> None:
    """Said when it is fitted, as scikit-learn's estimators do."""
    images, labels = load_iris(return_X_y=True)
    wrong = DesignSearchCV(SVC(), {"C": [0.1, 1.0, 10.0], "gamma": [1.0, 2.0, 3.0]}).set_params(**told)
    with pytest.raises((DoeError, ValueError)) as refused:
        wrong.fit(images, labels)
    assert str(refused.value).startswith(said)
