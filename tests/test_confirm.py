"""``doe confirm``: fresh trainings of what was predicted, in the study's own journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from doe import folders
from doe.journal import read
from tests.conftest import Said

STUDY = ["run", "l9", "--trainer", "synthetic", "--replicates", "2"]
QUIET = ["--executor", "serial", "--tracking-uri", "none"]


def _page(doe: Said, *words: str, code: int = 0) -> dict[str, Any]:
    found, out, error = doe(*words, *QUIET, "--json")
    assert found == code, error
    page: dict[str, Any] = json.loads(out)
    return page


def _lines(name: str = "l9-synthetic") -> list[dict[str, Any]]:
    return [dict(line) for line in read(folders.journal_of(name))]


def test_three_settings_are_trained_under_fresh_seeds(doe: Said) -> None:
    """Predicted, observed and baseline, one after another, under seeds and numbers that no trial had."""
    first = _page(doe, *STUDY)
    page = _page(doe, "confirm", "l9", "--replicates", "3")
    assert page["status"] == "complete"
    later = [trial for trial in page["trials"] if trial["run"] > 9]
    assert page["trials"][: len(first["trials"])] == first["trials"]
    assert {(trial["run"], trial["replicate"]) for trial in later} == {(r, k) for r in (10, 11, 12) for k in (1, 2, 3)}
    assert {trial["seed"] for trial in later}.isdisjoint(trial["seed"] for trial in first["trials"])
    begun = [line["replicate"] for line in _lines() if line["event"] == "begun" and line["run"] > 9]
    assert begun == sorted(begun), "interleaved: each setting once before any comes again"
    baseline = next(trial["setting"] for trial in later if trial["run"] == 12)
    assert baseline == {"optimizer": "adam", "epochs": 30, "dropout": 0.5, "batch_size": 64}


def test_the_verdict_is_in_the_findings_and_the_rest_is_unchanged(doe: Said) -> None:
    """What was confirmed is no part of the table from which it was predicted."""
    before = {finding["name"]: finding for finding in _page(doe, *STUDY)["findings"]}
    after = {finding["name"]: finding for finding in _page(doe, "confirm", "l9")["findings"]}
    verdict = after.pop("confirmation")
    assert after == before
    assert [row["setting"] for row in verdict["table"]] == ["predicted", "observed", "baseline"]
    assert verdict["note"].startswith("Confirmed: ")
    assert "predicted against baseline: +" in verdict["note"]


def test_the_same_command_goes_on_and_then_does_nothing(doe: Said) -> None:
    """As after a kill in the midst of it: no trial is repeated, and none is planned twice."""
    _page(doe, *STUDY)
    whole = _page(doe, "confirm", "l9")
    journal = folders.journal_of("l9-synthetic")
    lines = journal.read_text().splitlines(keepends=True)
    phase = next(place for place, line in enumerate(lines) if '"event": "phase"' in line or '"event":"phase"' in line)
    cut = next(place for place in range(phase, len(lines)) if '"run": 11' in lines[place] or '"run":11' in lines[place])
    journal.write_text("".join(lines[: cut + 2]))
    again = _page(doe, "confirm", "l9")
    assert [{**trial, "seconds": 0} for trial in again["trials"]] == [{**t, "seconds": 0} for t in whole["trials"]]
    assert sum(line["event"] == "phase" for line in _lines()) == 1
    count = len(_lines())
    _page(doe, *STUDY)
    assert sum(line["event"] == "begun" for line in _lines()[count:]) == 0


def test_more_replicates_are_another_confirmation(doe: Said) -> None:
    """With numbers and seeds of their own."""
    _page(doe, *STUDY)
    _page(doe, "confirm", "l9", "--replicates", "1")
    page = _page(doe, "confirm", "l9", "--replicates", "2")
    assert max(trial["run"] for trial in page["trials"]) == 15
    seeds = [trial["seed"] for trial in page["trials"] if trial["run"] > 12]
    assert min(seeds) > max(trial["seed"] for trial in page["trials"] if trial["run"] <= 12)


def test_what_was_read_along_the_trainings_is_trained_to(doe: Said) -> None:
    """Epochs that were within are set in a confirmation, as the settings differ in them."""
    factors = ["--factor", "epochs:within=2,4", "--factor", "optimizer=adam,sgd", "--factor", "dropout=0.3,0.5"]
    _page(doe, "run", "l4", "--trainer", "synthetic", *factors, "--replicates", "2")
    page = _page(doe, "confirm", "l4", "--replicates", "2")
    settings = [trial["setting"] for trial in page["trials"] if trial["run"] > 4]
    assert {setting["epochs"] for setting in settings} <= {2, 4, 30}
    table = next(finding for finding in page["findings"] if finding["name"] == "confirmation")["table"]
    assert [row["n"] for row in table] == [2] * len(table)


def test_the_test_split_is_read_once_and_only_here(doe: Said) -> None:
    """By a network that can: its accuracy on the test split stands beside, compared image by image."""
    small = {"width": 0.0625, "network": "first", "size": 16, "train_images": 40, "val_images": 40, "test_images": 60}
    told = [word for name, value in small.items() for word in ("--set", f"{name}={value}")]
    levels = ["--factor", "dropout=0.1,0.5", "--factor", "batch_size=10,20", "--set", "epochs=2"]
    page = _page(doe, "run", "l4", "--trainer", "cnn", "--data", "faces", *levels, *told)
    assert all("test_accuracy" not in trial["responses"] for trial in page["trials"])
    page = _page(doe, "confirm", "l4", "--replicates", "2")
    later = [trial for trial in page["trials"] if trial["run"] > 4]
    assert all(0 <= trial["responses"]["test_accuracy"] <= 1 for trial in later)
    assert {trial["responses"]["test_images"] for trial in later} == {60}
    verdict = next(finding for finding in page["findings"] if finding["name"] == "confirmation")
    assert "on 60 test images predicted has" in verdict["note"].replace("On 60", "on 60")
    assert "the test split is spent by this" in verdict["note"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["confirm", "l8"], "no study 'l8' has been run here"),
        (["confirm", "l9", "--executor", "sireal"], "no executor 'sireal'; did you mean 'serial'?"),
    ],
    ids=["no study", "no executor"],
)
def test_bad_input_is_one_line(doe: Said, words: list[str], said: str) -> None:
    """And nothing is written."""
    code, _, error = doe(*words)
    assert (code, error.count("\n")) == (2, 1)
    assert said in error


def test_an_incomplete_study_is_not_confirmed(doe: Said, workplace: Path) -> None:
    """It says how many trials are left."""
    _page(doe, *STUDY)
    journal = folders.journal_of("l9-synthetic")
    lines = journal.read_text().splitlines(keepends=True)
    ended = [place for place, line in enumerate(lines) if "completed" in line]
    journal.write_text("".join(lines[: ended[10] + 1]))
    code, _, error = doe("confirm", "l9", *QUIET)
    assert code == 2
    assert "l9-synthetic has 7 trials left; confirm it when doe run has completed them" in error


def test_under_noise_every_setting_keeps_its_name(doe: Said) -> None:
    """Each is trained at all settings of the outer array that the study named, and they stand together."""
    levels = ["--factor", "dropout=0.1,0.5", "--factor", "batch_size=32,64", "--factor", "epochs=5,9"]
    noise = ["--factor", "weight_decay:noise=0.01,0.1", "--factor", "relative_learning_rate:noise=1.0,2.0"]
    told = ["--layout", "outer=l4", "--factor", "learning_rate:noise=0.001,0.01", "--replicates", "2"]
    _page(doe, "run", "l4", "--trainer", "synthetic", *levels, *noise, *told)
    page = _page(doe, "confirm", "l4", "--replicates", "2")
    table = next(finding for finding in page["findings"] if finding["name"] == "confirmation")["table"]
    assert [row["n"] for row in table] == [8] * len(table)
