"""The compromise between several responses, against a search through all settings."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from doe.analyses.desirability import desirability
from doe.model import Asked, Cell, Factor, Finding, Objective, Results
from tests import golden


def _rows(finding: Finding | None) -> dict[str, dict[str, Cell]]:
    assert finding is not None
    return {str(row["best"]): dict(row) for row in finding.table}


def _l9(*also: Objective) -> Results:
    """The founding plan with two responses that pull apart."""
    results = golden.founding_l9()
    levels = [sorted(set(results.table[name].tolist())) for name in ("optimizer", "epochs", "dropout", "batch_size")]
    codes = np.column_stack(
        [[some.index(value) for value in results.table[name]] for name, some in zip(_NAMES, levels, strict=True)]
    )
    noise = np.random.default_rng(0).normal(0, 0.1, (9, 2))
    table = results.table.assign(
        y=codes @ [1.0, 2.0, 0.5, 1.0] + noise[:, 0], cost=codes @ [0, 3.0, -1, 0.5] + noise[:, 1]
    )
    return Results(results.factors, Objective("y"), table, asked=Asked(also=also))


_NAMES = ("optimizer", "epochs", "dropout", "batch_size")


@pytest.mark.parametrize(
    "also", [Objective("cost", "minimize"), Objective("cost", "target", 3.0)], ids=["less", "target"]
)
def test_the_compromise_is_the_best_of_all_settings(also: Objective) -> None:
    """Of 81, each predicted by means of levels, rated over what was seen, and joined by the geometric mean."""
    results = _l9(also)
    rows = _rows(desirability(results))
    table = results.table
    rated = {}
    for setting in product(*(sorted(set(table[name].tolist())) for name in _NAMES)):
        each = []
        for objective in (results.objective, also):
            seen = table[objective.response]
            means = [seen[table[name] == level].mean() for name, level in zip(_NAMES, setting, strict=True)]
            predicted = sum(means) - 3 * seen.mean()
            if objective.target is None:
                low, high = (seen.min(), seen.max()) if objective.goal == "maximize" else (seen.max(), seen.min())
                each.append(min(max((predicted - low) / (high - low), 0), 1))
            else:
                far = np.abs(seen - objective.target).max()
                each.append(max(1 - abs(predicted - objective.target) / far, 0))
        rated[setting] = float(np.sqrt(each[0] * each[1]))
    assert rows["compromise"]["desirability"] == pytest.approx(max(rated.values()))
    words = {", ".join(f"{n}={v}" for n, v in zip(_NAMES, key, strict=True)): value for key, value in rated.items()}
    assert words[str(rows["compromise"]["setting"])] == pytest.approx(max(rated.values()))
    assert words[str(rows["y alone"]["setting"])] == pytest.approx(rows["y alone"]["desirability"])
    assert list(rows) == ["compromise", "y alone", "cost alone", "observed"]


def test_what_was_seen_is_rated_by_its_means() -> None:
    """The ends of each response's range are 0 and 1, and the note states them."""
    results = _l9(Objective("cost", "minimize"))
    finding = desirability(results)
    seen = _rows(finding)["observed"]
    y, cost = results.table["y"], results.table["cost"]
    each = (y - y.min()) / np.ptp(y) * (cost.max() - cost) / np.ptp(cost)
    assert seen["desirability"] == pytest.approx(float(np.sqrt(each.max())))
    assert finding is not None
    assert f"cost {cost.max():.4g} to {cost.min():.4g}" in finding.note


def test_the_compromise_of_two_surfaces() -> None:
    """Two summits, at -0.5 and 0.5: halfway between, where neither alone would go."""
    points = np.random.default_rng(0).uniform(-1, 1, (30, 2))
    frame = pd.DataFrame(points, columns=["x", "z"])
    noise = np.random.default_rng(1).normal(0, 0.005, (30, 2))
    frame["y"] = -((frame["x"] + 0.5) ** 2) - frame["z"] ** 2 + noise[:, 0]
    frame["u"] = (frame["x"] - 0.5) ** 2 + frame["z"] ** 2 + noise[:, 1]
    factors = (Factor("x", (-1.0, 1.0), "linear"), Factor("z", (-1.0, 1.0), "linear"))
    results = Results(factors, Objective("y"), frame, asked=Asked(also=(Objective("u", "minimize"),)))
    rows = _rows(desirability(results))

    def place(kind: str) -> list[float]:
        return [float(part.partition("=")[2]) for part in str(rows[kind]["setting"]).split(", ")]

    assert place("compromise") == pytest.approx([0, 0], abs=0.1)
    assert place("y alone") == pytest.approx([-0.5, 0], abs=0.05)
    assert place("u alone") == pytest.approx([0.5, 0], abs=0.05)
    assert float(rows["compromise"]["desirability"] or 0) >= float(rows["y alone"]["desirability"] or 0)


def test_without_a_model_the_best_seen_is_told() -> None:
    """An L9 that lost a run: no factor can be told from another, but runs can be rated."""
    results = _l9(Objective("cost", "minimize"))
    finding = desirability(replace(results, table=results.table.drop(index=4)))
    assert list(_rows(finding)) == ["observed"]
    assert finding is not None
    assert "No model can be fitted" in finding.note


def test_nothing_to_weigh() -> None:
    """Nothing else asked, or a response that never moved."""
    assert desirability(_l9()) is None
    results = _l9(Objective("cost", "minimize"))
    assert desirability(replace(results, table=results.table.assign(cost=1.0))) is None
