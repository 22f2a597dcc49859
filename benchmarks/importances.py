"""What Optuna's importances say of an L9 whose effects are known, beside our analysis of the same nine responses.

Run as ``PYTHONPATH=. python benchmarks/importances.py > docs/importances.md``.
"""

from __future__ import annotations

import platform
import warnings
from collections.abc import Mapping
from importlib.metadata import version

import numpy as np
import optuna
import pandas as pd

from doe.analyses import analyze
from doe.designs._arrays import array
from doe.model import Factor, Objective, Results

EFFECTS: Mapping[str, tuple[float, float, float]] = {
    "a": (-0.03, 0.0, 0.03),
    "b": (-0.015, 0.0, 0.015),
    "c": (-0.005, 0.0, 0.005),
    "d": (0.0, 0.0, 0.0),
}
"""What each level adds to the response: a twice as much as b, c little, d nothing."""
SD = 0.002
LEVEL = 0.05
STUDIES = 200
EVALUATORS = ("PedAnovaImportanceEvaluator", "FanovaImportanceEvaluator", "MeanDecreaseImpurityImportanceEvaluator")
LEVELS = (1, 2, 3)
NAMES = tuple(EFFECTS)


def responses(seed: int, *, null: bool) -> pd.DataFrame:
    """Nine rows of the L9 and their responses; without any effect where ``null``."""
    rows = np.asarray(array("l9"), dtype=int)
    noise = np.random.default_rng(seed).normal(0, SD, len(rows))
    added = [sum(EFFECTS[name][level] for name, level in zip(NAMES, row, strict=True)) for row in rows]
    values = noise + 0.9 + (0.0 if null else np.array(added))
    return pd.DataFrame(rows + 1, columns=list(NAMES)).assign(y=values)


def ours(table: pd.DataFrame) -> tuple[dict[str, float], bool]:
    """The contribution of each factor, and whether Lenth's method calls any factor active for the whole table."""
    factors = tuple(Factor(name, LEVELS, "linear") for name in NAMES)
    found = {finding.name: finding for finding in analyze(Results(factors, Objective("y"), table))}
    shares = {str(row["term"]): float(row["contribution"] or 0) for row in found["contributions"].table}
    claims = any(float(row["p_simultaneous"] or 1) < LEVEL for row in found["lenth"].table)
    return shares, claims


def theirs(table: pd.DataFrame, evaluator: str) -> dict[str, float]:
    """Optuna's importances of the same nine trials."""
    space = {name: optuna.distributions.CategoricalDistribution(LEVELS) for name in NAMES}
    study = optuna.create_study(direction="maximize")
    for *setting, value in table.to_numpy().tolist():
        params = {name: int(level) for name, level in zip(NAMES, setting, strict=True)}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=value))
    kind = getattr(optuna.importance, evaluator)
    judge = kind() if evaluator.startswith("Ped") else kind(seed=0)
    found: dict[str, float] = optuna.importance.get_param_importances(study, evaluator=judge)
    return found


def main() -> None:
    """Print the page."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    print("# Importances of an L9, Optuna's and ours\n")
    print("Made by `PYTHONPATH=. python benchmarks/importances.py`,")
    print(f"Python {platform.python_version()}, optuna {version('optuna')}, numpy {version('numpy')}.\n")
    print(
        f"Nine trials of an L9; means of a differ by 0.06 at most, of b by 0.03, of c by 0.01, of d by 0; noise {SD}."
    )
    print(f"Means over {STUDIES} such studies; below them what the same methods say where no factor does anything.\n")
    print("| | " + " | ".join(NAMES) + " | says what is chance |")
    print("|---|" + "--:|" * len(NAMES) + ":--|")
    for null in (False, True):
        print(f"| **{'no effects at all' if null else 'known effects'}** |" + " |" * (len(NAMES) + 1))
        tables = [responses(seed, null=null) for seed in range(STUDIES)]
        judged = [ours(table) for table in tables]
        claims = f"yes: Lenth calls something active in {np.mean([c for _, c in judged]):.0%} of the studies"
        print(_row("contribution (doe)", [shares for shares, _ in judged], claims))
        for evaluator in EVALUATORS:
            few = tables if evaluator.startswith("Ped") else tables[:40]
            said = "no" if len(few) == STUDIES else f"no ({len(few)} studies)"
            print(
                _row(evaluator.removesuffix("ImportanceEvaluator"), [theirs(table, evaluator) for table in few], said)
            )
    print("\nOptuna's importances always add up to one and come without an error: where nothing does anything they")
    print("still rank the factors. PED-ANOVA compares the best tenth of the trials with all of them: one trial of")
    print("nine, in which each factor has one level, so that all four factors look alike.")


def _row(name: str, found: list[dict[str, float]], said: str) -> str:
    means = [np.mean([shares.get(factor, 0.0) for shares in found]) for factor in NAMES]
    return f"| {name} | " + " | ".join(f"{mean:.2f}" for mean in means) + f" | {said} |"


if __name__ == "__main__":
    main()
