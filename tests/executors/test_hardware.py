"""The kind of a trial's GPU: a block of the analysis where there are several."""

from __future__ import annotations

from pathlib import Path

import pytest

from doe.designs import DESIGNS
from doe.fitting import fitted
from doe.history import History
from doe.loading import Wishes, load_study
from doe.model import Completed, Reading
from doe.results import tabulate

TRAINER = Path(__file__).parents[1] / "plain_trainer.py"


@pytest.mark.parametrize(
    ("where", "levels"),
    [
        ([{"device": "cuda:0", "hardware": "H200"}, {"device": "cuda:1", "hardware": "A100"}], ("A100", "H200")),
        ([{"device": "cuda:0", "hardware": "H200"}, {"device": "cpu"}], ("H200", "cpu")),
        ([{"device": "cuda:0", "hardware": "H200"}, {"device": "cuda:1", "hardware": "H200"}], None),
        ([{"device": "cuda:0"}, {"device": "cuda:0", "hardware": "H200"}], None),
        ([{"device": "cpu"}, {}], None),
    ],
)
def test_hardware_is_a_block_where_it_differs(where: list[dict[str, str]], levels: tuple[str, ...] | None) -> None:
    """And is left out where all had the same kind, or where a trial's is not known."""
    ready = load_study("full_factorial", DESIGNS, Wishes(trainer=str(TRAINER), factors=("a=x,y", "c=1,2"), name="s"))
    trials = list(DESIGNS["full_factorial"].runs(ready.study))
    history = History(study=ready.study)
    for trial, told in zip(trials, where * 2, strict=True):
        history.completed[trial.key] = Completed(trial, (Reading(1, {"val_accuracy": trial.run / 10}),), 1.0)
        history.attempts[trial.key] = 1
        history.where[trial.key] = told
    results = tabulate(ready.study, history)
    assert next((f.levels for f in results.factors if f.role == "block"), None) == levels
    assert ("hardware" in results.table) == (levels is not None)
    assert [set(outcome.trial.setting) for outcome in results.completed] == [
        {"a", "c"} | ({"hardware"} if levels else set())
    ] * 4
    fit = fitted(results)
    assert fit is not None
    assert ("hardware" in fit.observations.blocks) == (levels is not None)
