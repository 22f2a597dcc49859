"""The additive model: strata, least-squares means and intervals, against R and textbooks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from doe.statistics.linear import p_value
from doe.statistics.observations import observe
from doe.statistics.strata import Fit, fit
from tests import golden


def _fitted(frame: pd.DataFrame, names: str, blocks: tuple[str, ...] = (), within: str | None = None) -> Fit:
    levels = {name: list(dict.fromkeys(frame[name].tolist())) for name in names.split()}
    return fit(observe(frame, "y", levels, blocks, within))


def test_split_plot_strata_are_those_of_r() -> None:
    """Yates' oats: variety is judged between plots, nitrogen and its interaction within them, as R's aov has it."""
    model = _fitted(golden.table("yates_oats_split_plot"), "B V N", blocks=("B",), within="N")
    reference = golden.case("yates_oats_split_plot")["expected"]["reference_R"]["aov"]
    assert model.within is not None
    assert model.between.mean_square is not None
    assert model.within.mean_square is not None
    block, variety = model.between.lines
    assert block.sum_sq == pytest.approx(reference["Error: B"][0]["Sum Sq"])
    assert variety.sum_sq == pytest.approx(reference["Error: B:V"][0]["Sum Sq"])
    assert model.between.error_sum_sq == pytest.approx(reference["Error: B:V"][1]["Sum Sq"])
    statistic = variety.sum_sq / variety.df / model.between.mean_square
    assert p_value(statistic, 2, model.between.error_df) == pytest.approx(reference["Error: B:V"][0]["Pr(>F)"])
    for line, row in zip(model.within.lines, reference["Error: Within"], strict=False):
        statistic = line.sum_sq / line.df / model.within.mean_square
        assert statistic == pytest.approx(row["F value"])
        assert p_value(statistic, line.df, model.within.error_df) == pytest.approx(row["Pr(>F)"])
    assert model.within.error_df == 45


def test_a_lost_run_gives_least_squares_means() -> None:
    """An L9 without its fifth run: means that hold the other factor even, and sums of squares as R's drop1."""
    case = golden.case("L9_missing_run")["expected"]
    frame = golden.table("L9_missing_run").sort_values(["A", "C3"], ignore_index=True)
    levels = {"A": [1, 2, 3], "C3": [1, 2, 3]}
    model = fit(observe(frame, "y", levels))
    for name in levels:
        means = [estimate.mean for level in range(3) if (estimate := model.mean(name, level))]
        assert means == pytest.approx(case["recomputed"]["ls_means"][name])
    assert [line.sum_sq for line in model.between.lines] == pytest.approx([153.0, 1.0])
    assert model.between.error_sum_sq == pytest.approx(20.3333333333333)


def test_the_interval_at_a_setting_is_the_textbook_one() -> None:
    """Yang and El-Haik's optimum with the smallest factor pooled: 21.67, with 95 % between 19.78 and 23.56."""
    expected = golden.case("yang_elhaik_L9_yield")["expected"]["recomputed"]
    model = _fitted(golden.table("yang_elhaik_L9_yield"), "A C")
    estimate = model.at({"A": 2, "C": 1})
    assert estimate is not None
    assert estimate.half_width is not None
    assert estimate.mean == pytest.approx(expected["predicted"])
    assert estimate.mean - estimate.half_width == pytest.approx(expected["ci95_pooled"]["lo"])
    assert estimate.mean + estimate.half_width == pytest.approx(expected["ci95_pooled"]["hi"])


def test_what_lost_runs_leave_open_has_no_mean() -> None:
    """Where two factors moved together only, the levels of neither can be held even."""
    frame = pd.DataFrame({"a": [0, 1, 0, 1], "b": [0, 1, 0, 1], "y": [1.0, 2.0, 1.2, 2.1]})
    assert _fitted(frame, "a b").mean("a", 0) is None


def test_seeds_are_a_block_and_readings_are_no_runs() -> None:
    """Replicates take their degrees of freedom; three readings of six trainings are six trainings."""
    rows = [
        {"run": run, "replicate": seed, "a": run % 2, "epochs": epochs, "y": run + seed + epochs / 10 + run * seed / 9}
        for run in (1, 2, 3)
        for seed in (1, 2)
        for epochs in (5, 10, 20)
    ]
    model = _fitted(pd.DataFrame(rows), "a epochs", within="epochs")
    assert model.within is not None
    assert [(line.term, line.df) for line in model.between.lines] == [(("replicate",), 1), (("a",), 1)]
    assert model.between.error_df == 6 - 1 - 1 - 1
    assert sum(line.df for line in model.within.lines) + model.within.error_df == 6 * 2


def test_one_reading_a_training_is_an_ordinary_table() -> None:
    """Without a within factor the error of the model is that of the rows, whatever the replicates."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"a": [0, 0, 1, 1] * 3, "y": generator.normal(size=12)})
    model = _fitted(frame, "a")
    assert model.within is None
    assert model.between.error_df == 10
    estimate = model.mean("a", 1)
    assert estimate is not None
    assert estimate.mean == pytest.approx(frame.loc[frame["a"] == 1, "y"].mean())


@pytest.mark.slow
def test_checkpoints_of_one_training_do_not_make_false_positives() -> None:
    """With trainings of sd 1 and checkpoints of sd 0.3, a factor that does nothing is found 5 times in 100, not 41."""
    found = 0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        rows = []
        for run in range(12):
            level = generator.normal()
            rows += [
                {"run": run, "a": run % 3, "epochs": e, "y": level + generator.normal(0, 0.3)} for e in (5, 10, 20)
            ]
        model = _fitted(pd.DataFrame(rows), "a epochs", within="epochs")
        assert model.between.mean_square is not None
        (line,) = model.between.lines
        found += p_value(line.sum_sq / line.df / model.between.mean_square, line.df, model.between.error_df) < 0.05
    assert 8 <= found <= 34


def test_a_difference_has_the_error_of_a_difference() -> None:
    """Two means of three rows each, their variance by hand; in strata each factor by its own error."""
    model = _fitted(golden.table("yang_elhaik_L9_yield"), "A B C")
    estimate = model.difference({"A": 2}, {"A": 0})
    assert estimate is not None
    assert estimate.mean == pytest.approx(10.0)
    assert estimate.standard_error == pytest.approx(np.sqrt(2 / 3 / 3))
    assert estimate.df == pytest.approx(2)
    oats = _fitted(golden.table("yates_oats_split_plot"), "B V N", blocks=("B",), within="N")
    errors = [oats.difference({name: 1}, {name: 0}) for name in "VN"]
    assert [each.df for each in errors if each] == pytest.approx([10, 45])
    assert [each.standard_error for each in errors if each] == pytest.approx(
        [np.sqrt(601.330555555557 / 12), np.sqrt(177.083333333333 / 9)]
    )


def test_contrasts_among_means_are_sums_of_squares() -> None:
    """All contrasts of a factor together are its line of type III, as the rows of an unbalanced table have it."""
    frame = golden.table("L9_missing_run")
    model = _fitted(frame, "A C3")
    line = model.contrast("A", np.array([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]]))
    assert line is not None
    assert line.df == 2
    assert line.sum_sq == pytest.approx(153.0)
    hidden = _fitted(pd.DataFrame({"a": [0, 1, 0, 1], "b": [0, 1, 0, 1], "y": [1.0, 2.0, 1.2, 2.1]}), "a b")
    assert hidden.contrast("a", np.array([[1.0, -1.0]])) is None


def test_orthogonal_is_what_makes_all_types_agree() -> None:
    """A whole L9 is; without a run, or with an interaction that a column shares, it is not."""
    whole = golden.table("yang_elhaik_L9_yield")
    levels = {name: [1, 2, 3] for name in "ABC"}
    assert fit(observe(whole, "y", levels)).is_orthogonal
    assert not fit(observe(whole[1:], "y", levels)).is_orthogonal
    assert not fit(observe(whole, "y", levels), [("A", "B")]).is_orthogonal
