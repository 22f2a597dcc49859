"""A sequential design may stop a trial that lags behind: an outcome of its own, and no failure."""

from __future__ import annotations

import json

import pytest

from doe import folders
from doe.journal import read
from tests.conftest import Said

STUDY = [
    "run",
    "tpe",
    "--trainer",
    "synthetic",
    "--factor",
    "dropout=0.0,0.9",
    "--factor",
    "learning_rate:log=1e-5,1.0",
]
TOLD = ["--budget", "14", "--set", "epochs=12", "--tracking-uri", "none", "--json"]


@pytest.mark.parametrize("executor", ["serial", "local"])
def test_trials_that_lag_are_stopped_and_the_study_is_complete(executor: str, doe: Said) -> None:
    """Fewer epochs are trained; what was stopped keeps its readings, is not tried again, and fails nothing."""
    words = [*STUDY, *TOLD, "--layout", "prune=halving", "--executor", executor]
    code, out, error = doe(*words)
    page = json.loads(out)
    assert (code, page["status"]) == (0, "complete"), error
    pruned = [trial for trial in page["trials"] if trial.get("kind") == "pruned"]
    assert pruned
    assert len(page["trials"]) == 14
    assert "failures" not in {finding["name"] for finding in page["findings"]}
    lines = list(read(folders.journal_of("tpe-synthetic")))
    epochs = sum(line["event"] == "reading" for line in lines)
    assert epochs < 14 * 12
    code, _, _ = doe(*words, "--retry-failed")
    assert code == 0
    begun = [line for line in read(folders.journal_of("tpe-synthetic")) if line["event"] == "begun"]
    assert len(begun) == 14
    _, out, _ = doe("show", "tpe")
    assert f"{len(pruned)} stopped early" in out
    assert "0 failed" in out


def test_an_array_stops_nothing(doe: Said) -> None:
    """It says why in one line."""
    code, _, error = doe("run", "l4", *STUDY[2:], "--layout", "prune=median", "--tracking-uri", "none")
    assert (code, error.count("\n")) == (2, 1)
    assert "prune" in error
