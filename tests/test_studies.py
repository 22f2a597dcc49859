"""Every study of the shelf is conducted to its end, made smaller still."""

from __future__ import annotations

import json

import pytest

from doe.loading import study_names
from tests.conftest import Said

FEW = ["--set", "train_images=100", "--set", "val_images=60", "--set", "test_images=60"]
SMALLER: dict[str, list[str]] = {
    "l9": ["--set", "epochs=1,2,3"],
    "l9_five": ["--factor", "epochs:within=1,2,3"],
    "cnn_by_hand": ["--set", "epochs=1,2", "--set", "width=0.0625"],
    "adversarial": ["--set", "epochs=4", "--set", "width=0.0625"],
    "color": ["--set", "epochs=2"],
    "model_zoo": ["--set", "epochs=1"],
    "augmentation": ["--set", "epochs=1", "--set", "gan_epochs=1"],
    "multi_task": ["--set", "epochs=1"],
    "divide_and_conquer": ["--factor", "epochs:within=2,3", "--set", "flat_epochs=1"],
    "people_counting": ["--set", "frames=120", "--set", "epochs=2", "--set", "segment_frames=60"],
}
"""Fewer epochs of each, on fewer faces."""
VIDEO = {"people_counting"}
"""Studies of no faces; an error of a count may be greater than the count."""


def test_every_study_is_here() -> None:
    """None is left out."""
    assert set(SMALLER) == set(study_names())


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALLER)
def test_every_study_runs_to_its_end(name: str, doe: Said) -> None:
    """With a response from each trial, an answer, and a report."""
    told = [*([] if name in VIDEO else FEW), *SMALLER[name], "--replicates", "1", "--tracking-uri", "none", "--json"]
    code, out, error = doe("run", name, *told)
    assert code == 0, error
    page = json.loads(out)
    assert page["status"] == "complete"
    response = page["objective"]["response"]
    assert all(0 <= trial["responses"][response] <= (9 if name in VIDEO else 1) for trial in page["trials"])
    assert {"response-table", "optimum"} <= {finding["name"] for finding in page["findings"]}
