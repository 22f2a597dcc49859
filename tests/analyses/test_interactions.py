"""Interactions: cells of those asked for, and a screen of the others, as statsmodels fits them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from doe.analyses.interaction_screen import interaction_screen
from doe.analyses.interactions import interactions
from doe.analyses.lack_of_fit import lack_of_fit
from doe.model import Asked, Factor, Objective, Results
from doe.statistics.comparisons import holm
from tests import golden


def _random(seed: int = 0, rows: int = 60) -> Results:
    """An unbalanced table of four factors, in which a and b act together."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({name: generator.integers(0, 2 + (name in "ab"), rows) for name in "abcd"})
    frame = frame.sort_values(list("abcd"), ignore_index=True)
    return golden.results_of(
        frame.assign(y=frame["a"] * frame["b"] - frame["c"] + generator.normal(0, 0.5, rows)), list("abcd")
    )


def _asked(results: Results, *pairs: tuple[str, str]) -> Results:
    return replace(results, asked=Asked(interactions=pairs))


def test_cells_are_predictions_with_all_else_even() -> None:
    """As statsmodels predicts them, averaged over the other factors' levels, with its intervals."""
    from statsmodels.api import OLS

    results = _asked(_random(), ("a", "b"))
    found, frame = interactions(results), results.table
    assert found is not None
    cells = pd.get_dummies(frame["a"] * 3 + frame["b"]).to_numpy(dtype=float)
    fitted = OLS(frame["y"], np.column_stack([cells, frame["c"], frame["d"]])).fit()
    for place, row in enumerate(found.table):
        assert (row["first"], row["second"]) == (f"a={place // 3}", f"b={place % 3}")
        assert row["n"] == cells[:, place].sum()
        test = fitted.t_test([*np.eye(9)[place], 0.5, 0.5])
        assert row["mean"] == pytest.approx(test.effect.item())
        assert [row["low"], row["high"]] == pytest.approx(test.conf_int()[0].tolist())


def test_only_what_was_asked_for_has_cells() -> None:
    """Without an interaction in the model there is nothing to show; where cells are left open it says so."""
    assert interactions(_random()) is None
    found = interactions(_asked(golden.founding_l9(), ("optimizer", "epochs")))
    assert found is not None
    assert {row["mean"] for row in found.table} == {None}
    assert "9 of 9 means are left open" in found.note


def test_a_cell_without_rows_is_named() -> None:
    """Its mean cannot be had once the interaction is in the model."""
    frame = _random().table
    found = interactions(
        _asked(golden.results_of(frame[(frame["a"] != 2) | (frame["b"] != 2)], list("abcd")), ("a", "b"))
    )
    assert found is not None
    assert "No row has a=2, b=2." in found.note
    assert [row["mean"] for row in found.table if not row["n"]] == [None]


def test_the_screen_is_an_f_test_for_each_pair() -> None:
    """Each alone on top of the main effects, as statsmodels compares the two models; Holm over all."""
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    results = _random()
    found = interaction_screen(results)
    assert found is not None
    mains = "y ~ C(a) + C(b) + C(c) + C(d)"
    small, theirs = ols(mains, results.table).fit(), {}
    for one, two in combinations("abcd", 2):
        both = anova_lm(small, ols(f"{mains} + C({one}):C({two})", results.table).fit())
        theirs[f"{one} x {two}"] = (both["F"][1], both["Pr(>F)"][1])
    assert {row["interaction"]: row["F"] for row in found.table} == pytest.approx({k: v[0] for k, v in theirs.items()})
    adjusted = dict(zip(theirs, holm([p for _, p in theirs.values()]), strict=True))
    assert {row["interaction"]: row["p_holm"] for row in found.table} == pytest.approx(adjusted)
    assert found.table[0]["interaction"] == "a x b"
    assert "6 tried, one at a time; by chance alone about 0.3 would have p < 0.05" in found.note
    assert "there remain: a x b;" in found.note


def test_the_screen_leaves_out_what_is_in_the_model() -> None:
    """An interaction that was asked for is tested in the analysis of variance."""
    found = interaction_screen(_asked(_random(), ("b", "a")))
    assert found is not None
    assert "a x b" not in {row["interaction"] for row in found.table}


def test_the_screen_of_an_l9_says_that_nothing_can_be_told() -> None:
    """Replicates give an error, and still every interaction is a main effect's alias."""
    table = golden.founding_l9().table
    twice = pd.concat([table, table.assign(accuracy=table["accuracy"] + np.linspace(-1e-3, 1e-3, 9) ** 2)])
    found = interaction_screen(replace(golden.founding_l9(), table=twice))
    assert found is not None
    assert found.table == ()
    assert found.note.startswith("None of 6 interactions can be told from the main effects")
    assert interaction_screen(golden.founding_l9()) is None


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_a_bend_is_what_a_straight_line_leaves(scale: str) -> None:
    """The F test of a factor's levels against its line, on its own scale, as statsmodels compares the two models."""
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    frame = _random(3, rows=120).table.assign(a=lambda t: t["a"].map({0: 1, 1: 10, 2: 40}))
    factors = (Factor("a", (1, 10, 40), scale), Factor("b", (0, 1, 2)), Factor("c", (0, 1)))  # type: ignore[arg-type]
    found = lack_of_fit(Results(factors, Objective("y"), frame))
    assert found is not None
    line = "a" if scale == "linear" else "np.log(a)"
    theirs = anova_lm(ols(f"y ~ {line} + C(b) + C(c)", frame).fit(), ols("y ~ C(a) + C(b) + C(c)", frame).fit())
    row = next(row for row in found.table if row["source"] == "a beyond a straight line")
    assert row["df"] == 1
    assert row["sum_sq"] == pytest.approx(theirs["ss_diff"][1])
    assert [row["F"], row["p"]] == pytest.approx([theirs["F"][1], theirs["Pr(>F)"][1]])
    rest = next(row for row in found.table if row["source"] == "lack of fit")
    cells = anova_lm(ols("y ~ C(a) + C(b) + C(c)", frame).fit(), ols("y ~ C(a) * C(b) * C(c)", frame).fit())
    assert rest["df"] == cells["df_diff"][1]
    assert rest["F"] == pytest.approx(cells["F"][1])
    assert "The model misses more than repeats of one setting differ" in found.note


def test_centre_points_show_a_bend() -> None:
    """A surface that bends is told from a plane; along a training there are no repeats to tell it by."""
    rows = [(-1, -1), (1, -1), (-1, 1), (1, 1), *[(0, 0)] * 4]
    frame = pd.DataFrame(rows, columns=["a", "b"]).assign(y=[1.0, 2.0, 3.0, 4.1, 5.0, 5.1, 4.9, 5.05])
    factors = (Factor("a", (-1, 0, 1), "linear"), Factor("b", (-1, 0, 1), "linear"))
    found = lack_of_fit(Results(factors, Objective("y"), frame))
    assert found is not None
    assert "the response bends, along which factor they cannot say" in found.note
    oats = golden.results_of(golden.table("yates_oats_split_plot"), ["B", "V", "N"], B="block", N="within")
    assert lack_of_fit(oats) is None


def test_too_many_pairs_are_not_tried() -> None:
    """Thirty factors over fifteen thousand rows: it says so, and asks for those that are expected."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.integers(0, 4, (15_000, 30)), columns=[f"f{number}" for number in range(30)])
    found = interaction_screen(
        golden.results_of(frame.assign(y=generator.normal(size=15_000)), [str(name) for name in frame])
    )
    assert found is not None
    assert found.table == ()
    assert found.note.startswith("435 interactions are too many to try")
