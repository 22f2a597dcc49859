"""What each picture shows of results that are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from doe.model import Asked, Completed, Reading, Results
from doe.plots import PLOTS
from tests import golden
from tests.plots.results import studied

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESULTS = studied()


def _drawn(name: str, results: Results = RESULTS) -> Figure:
    figure = PLOTS[name](results)
    assert figure is not None
    return figure


def _points(figure: Figure, panel: int, cloud: int = 0) -> np.ndarray:
    return np.asarray(figure.axes[panel].collections[cloud].get_offsets())


def test_residuals_are_those_of_the_model() -> None:
    """Standardized by the error's own standard deviation; four panels, the third in the order of the trials."""
    figure = _drawn("residuals")
    assert [axes.get_title() for axes in figure.axes][2] == "against the order of trials"
    points = _points(figure, 2)
    assert sorted(points[:, 0]) == list(range(1, 37))
    df = 36 - 7  # a constant, two levels of rate and depth each, one of kind, one of the two seeds
    assert float((points[:, 1] ** 2).sum()) == pytest.approx(df)
    assert "29 degrees of freedom" in figure.get_supxlabel()


def test_a_saturated_table_leaves_no_residuals() -> None:
    """Nor anything to hold predictions against."""
    assert PLOTS["residuals"](golden.founding_l9()) is None
    assert PLOTS["predicted"](golden.founding_l9()) is None


def test_predictions_without_the_response_are_those_of_a_model_that_never_saw_it() -> None:
    """The hollow points, by leaving out each row in turn."""
    from doe.fitting import fitted

    points = _points(_drawn("predicted"), 0, 1)
    for row in (0, 7, 35):
        table = RESULTS.table.drop(index=row)
        fit = fitted(replace(RESULTS, table=table))
        assert fit is not None
        setting = RESULTS.table.iloc[row]
        places = {name: levels.index(setting[name]) for name, levels in fit.observations.levels.items()}
        seed = {"replicate": int(setting["replicate"]) - 1}
        estimate = fit.at({**places, **seed})
        assert estimate is not None
        assert points[row, 0] == pytest.approx(estimate.mean)
        assert points[row, 1] == setting["val_accuracy"]


def test_interactions_show_the_mean_of_each_cell() -> None:
    """All pairs unless some are asked for; the factor with more levels along the axis."""
    assert len(_drawn("interactions").axes) == 3
    figure = _drawn("interactions", replace(RESULTS, asked=Asked(interactions=(("kind", "rate"),))))
    (axes,) = figure.axes
    assert axes.get_xlabel() == "rate"
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
    table = RESULTS.table
    wanted = table[table["kind"] == "b"].groupby("rate")["val_accuracy"].mean()
    assert np.asarray(axes.lines[1].get_ydata()) == pytest.approx(wanted.to_numpy())


def test_a_cell_without_a_response_has_no_picture() -> None:
    """A table in which two factors never meet at some levels, and no other pair."""
    table = RESULTS.table
    lost = table[~((table["kind"] == "b") & (table["rate"] == 0.1))]
    figure = _drawn("interactions", replace(RESULTS, table=lost))
    assert len(figure.axes) == 2


def test_learning_curves_stop_where_the_first_training_stops() -> None:
    """So that the mean of a level never jumps because one has ended."""
    first = RESULTS.completed[0]
    longer = replace(first, readings=(*first.readings, Reading(4, {"val_accuracy": 9.0})))
    figure = _drawn("learning-curves", replace(RESULTS, completed=(longer, *RESULTS.completed[1:])))
    assert [axes.get_title() for axes in figure.axes] == ["rate", "depth", "kind"]
    level = figure.axes[0].lines[len(RESULTS.completed)]
    assert np.asarray(level.get_xdata()).tolist() == [1, 2, 3]
    chosen = [trial for trial in RESULTS.completed if trial.trial.setting["rate"] == 0.1]
    wanted = np.mean([trial.readings[-1].metrics["val_accuracy"] for trial in chosen])
    assert np.asarray(level.get_ydata())[-1] == pytest.approx(wanted)


def test_a_table_without_readings_has_no_learning_curves() -> None:
    """Nor a confusion matrix."""
    assert PLOTS["learning-curves"](golden.founding_l9()) is None
    assert PLOTS["confusion"](golden.founding_l9()) is None


def test_the_confusion_matrix_is_that_of_the_best_training() -> None:
    """Rows are true classes; the caption says which trial it is."""
    best = max(RESULTS.completed, key=lambda trial: trial.readings[-1].metrics["val_accuracy"])
    figure = _drawn("confusion", replace(RESULTS, completed=tuple(map(_marked, RESULTS.completed))))
    assert f"run {best.trial.run}, replicate {best.trial.replicate}:" in figure.get_supxlabel()
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == [str(best.trial.run), "2", "5", "15"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["happy", "sad"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("answered", "true")


def _marked(outcome: Completed) -> Completed:
    """The first cell says whose matrix it is."""
    marked = [
        Reading(reading.epoch, {**reading.metrics, "confusion/happy/happy": float(outcome.trial.run)})
        for reading in outcome.readings
    ]
    return replace(outcome, readings=tuple(marked))


def test_a_band_shows_what_chance_does_to_an_accuracy() -> None:
    """Where it is known on how many images it was counted, and not where it is not."""
    assert "by chance" not in _drawn("main-effects").get_supxlabel()
    figure = _drawn("main-effects", replace(RESULTS, asked=Asked(trials_of=100)))
    assert "band: ±1 sd by chance" in figure.get_supxlabel()
    low, high = figure.axes[0].patches[0].get_extents().transformed(figure.axes[0].transData.inverted()).intervaly
    mean = float(RESULTS.table["val_accuracy"].mean())
    assert (high - low) / 2 == pytest.approx((mean * (1 - mean) / 100) ** 0.5)
