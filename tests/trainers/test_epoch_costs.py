"""What the trainers' page says of costs: measured for every trainer, in ways in which it may be told."""

import json
from pathlib import Path

import pytest

from doe.loading.trainers import load_trainer

from .test_contract import SHELF

COSTS = json.loads((Path(__file__).parents[2] / "benchmarks" / "epoch_costs.json").read_text())


@pytest.mark.parametrize("name", SHELF)
def test_every_trainer_was_measured(name: str) -> None:
    """In at least one way that its own domains admit; what it costs agrees with how many images it sees a second."""
    rows = [row for row in COSTS["rows"] if row["trainer"] == name]
    known = load_trainer(name).hyperparameters
    assert rows
    for row in rows:
        for hyperparameter, value in row["told"].items():
            known[hyperparameter].accept(value)
        if row["seconds"] > 0.1:
            images = row["told"].get("segment_frames", 100)
            assert row["images_per_second"] * row["seconds"] == pytest.approx(images, rel=0.01)


def test_it_says_where_and_when() -> None:
    """With the load of the machine, and without its name."""
    assert {"unit", "machine", "load", "versions", "date", "data"} <= set(COSTS)
    assert COSTS["date"].endswith("November 2026")
