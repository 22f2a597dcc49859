"""Noise and blocks, from what is typed to what is trained and found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from doe.concluding import design_of
from doe.designs import DESIGNS
from doe.loading import Wishes, load_study
from doe.model import DoeError
from tests.conftest import Said

CONTROL = ("optimizer=adam,sgd", "dropout=0.3,0.5")
RUN = ("run", "l4", "--trainer", "synthetic", "--executor", "serial", "--tracking-uri", "none", "--set", "epochs=2")


def _ready(*factors: str, **wishes: Any) -> Any:
    return load_study("l4", DESIGNS, Wishes(**{"trainer": "synthetic", "factors": (*CONTROL, *factors), **wishes}))


def test_noise_is_told_to_whom_it_concerns() -> None:
    """A seed becomes the training's, a dataset's option the dataset's; what only groups is told to nobody."""
    ready = _ready("seed:noise=4,7", "label_noise:noise=0,0.2", "day:block=1,2", trainer="resnet18", data="faces")
    trials = design_of(ready.study).runs(ready.study)
    assert len(trials) == 16
    for trial in trials:
        task = ready.task(trial)
        assert task.seed == trial.setting["seed"]
        assert task.options["label_noise"] == trial.setting["label_noise"]
        assert {"seed", "label_noise", "day"}.isdisjoint(task.hyperparameters)
        assert {"seed", "day"}.isdisjoint(task.options)


def test_a_block_that_the_trainer_knows_is_told_to_it() -> None:
    """And its levels are checked like any others."""
    ready = _ready("batch_size:block=32,64")
    trial = design_of(ready.study).runs(ready.study)[0]
    assert ready.task(trial).hyperparameters["batch_size"] == trial.setting["batch_size"]
    with pytest.raises(DoeError, match="batch_size = 0: wanted a whole number from 1"):
        _ready("batch_size:block=0,64")


def test_numbers_of_blocks_and_seeds_are_names() -> None:
    """Nothing lies between two of them; between two shares of wrong labels there is."""
    factors = _ready("seed:noise=1,2", "day:block=1,2", "noise:noise=0,0.1").study.factors
    scales = {factor.name: factor.scale for factor in factors}
    assert (scales["seed"], scales["day"], scales["noise"]) == ("nominal", "nominal", "linear")


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        ("seed=1,2", "factor 'seed' has role 'control'; wanted noise or block, as --factor seed:noise=1,2"),
        ("lightning:noise=1,2", "trainer 'synthetic' has no hyperparameter 'lightning'"),
        ("replicate:block=1,2", "a block cannot be called 'replicate': a table of results has that column already"),
        ("dropot:noise=0.1,0.2", "'dropout'"),
    ],
    ids=["seed", "noise", "block", "near"],
)
def test_what_nobody_knows_is_refused(factor: str, said: str) -> None:
    """In one line, before any training."""
    with pytest.raises(DoeError) as refused:
        _ready(factor)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_study_of_noise_and_blocks_is_run_and_taken_up(doe: Said) -> None:
    """Its trials in blocks, each seed its own; a replicate more only adds, and S/N is of the control factors."""
    words = [*RUN, *(word for text in (*CONTROL, "seed:noise=1,2,3", "day:block=mo,tu") for word in ("--factor", text))]
    assert doe(*words)[0] == 0
    code, out, _ = doe(*words, "--replicates", "2", "--json")
    assert code == 0
    found = json.loads(out)
    journal = [json.loads(line) for line in Path("mlruns/studies/l4-synthetic/journal.jsonl").read_text().splitlines()]
    begun = [line for line in journal if line["event"] == "begun"]
    assert len(begun) == 24
    assert {line["replicate"] for line in begun[:12]} == {1}
    days = [line["setting"]["day"] for line in begun[:12]]
    assert days in (["mo"] * 6 + ["tu"] * 6, ["tu"] * 6 + ["mo"] * 6)
    assert all(line["seed"] == line["setting"]["seed"] + 3 * (line["replicate"] - 1) for line in begun)
    tables = {finding["name"]: finding["table"] for finding in found["findings"]}
    assert {row["factor"] for row in tables["signal-to-noise"]} == {"optimizer", "dropout"}
    assert {row["factor"] for row in tables["response-table"]} == {"optimizer", "dropout", "seed"}
