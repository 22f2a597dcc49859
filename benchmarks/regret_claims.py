"""What people read off a sampler's trials: Optuna's importances, and which factors these make them believe in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.regret_responses import Response
from doe.loading import parse_level
from doe.model import Completed, Outcome, is_number

EVALUATORS = ("PedAnova", "Fanova")
"""Optuna 5's own choice, and the one before."""


def importances(outcomes: Sequence[Outcome], response: Response) -> dict[str, dict[str, float]]:
    """By evaluator, each factor's importance; they add up to 1."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize")
    space = _space(response)
    for outcome in outcomes:
        if isinstance(outcome, Completed):
            params = {name: outcome.trial.setting[name] for name in space}
            value = outcome.readings[-1].metrics["val_accuracy"]
            study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=value))
    judges = {"PedAnova": optuna.importance.PedAnovaImportanceEvaluator()}
    judges |= {"Fanova": optuna.importance.FanovaImportanceEvaluator(n_trees=16, seed=0)}
    return {
        name: {factor: float(share) for factor, share in found.items()}
        for name, judge in judges.items()
        if (found := optuna.importance.get_param_importances(study, evaluator=judge))
    }


def believed(shares: Mapping[str, float]) -> frozenset[str]:
    """The factors whose importance is above the share that each would have if all were alike, 1/k."""
    return frozenset(name for name, share in shares.items() if share > 1 / len(shares))


def first(shares: Mapping[str, float]) -> str:
    """The factor at the top of the list."""
    return max(shares, key=lambda name: shares[name])


def _space(response: Response) -> dict[str, object]:
    """As wide as was searched, for whole numbers too; a grid of numbers lies in it as well."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    space: dict[str, object] = {}
    for text in response.factors:
        typed, _, said = text.partition("=")
        name, _, scale = typed.partition(":")
        levels = [parse_level(level) for level in said.split(",")]
        numbers = [float(level) for level in levels if is_number(level)]
        log = scale == "log"
        space[name] = (
            FloatDistribution(min(numbers), max(numbers), log=log) if numbers else CategoricalDistribution(levels)
        )
    return space
