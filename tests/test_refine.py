"""``doe refine``: a search that goes on from what the design found, in the study's own journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from doe import folders
from doe.journal import read
from tests.conftest import Said
from tests.killing import killed_at_work

STUDY = ["run", "l9", "--trainer", "synthetic", "--replicates", "2"]
QUIET = ["--executor", "serial", "--tracking-uri", "none"]
RATE = ["--factor", "learning_rate:log=1e-4,1e-3,1e-2"]


def _page(doe: Said, *words: str) -> dict[str, Any]:
    code, out, error = doe(*words, *QUIET, "--json")
    assert code == 0, error
    page: dict[str, Any] = json.loads(out)
    return page


def _phase(name: str = "l9-synthetic") -> dict[str, Any]:
    return next(dict(line) for line in read(folders.journal_of(name)) if line["event"] == "phase")


def _levels(name: str = "l9-synthetic") -> dict[str, list[Any]]:
    return {factor["name"]: factor["levels"] for factor in _phase(name)["study"]["factors"]}


def test_what_matters_is_searched_and_the_rest_is_fixed(doe: Said) -> None:
    """By the constants of the synthetic trainer adam, many epochs and large batches are best; dropout does nothing."""
    before = {finding["name"]: finding for finding in _page(doe, *STUDY)["findings"]}
    page = _page(doe, "refine", "l9", "--trials", "6")
    levels = _levels()
    assert levels["optimizer"] == ["adam"]
    assert levels["epochs"] == [40, 50, 60]
    assert levels["batch_size"] == [64, 128, 192]
    assert len(levels["dropout"]) == 1
    why = " ".join(_phase()["why"])
    assert "as adagrad, adadelta are told to be worse than adam" in why
    assert "dropout is not told from chance" in why
    assert "50 is its best level and the outermost: searched from 40 to 60" in why
    assert "6 trials by gp under seed 2, with the 18 before as its past" in why
    later = [trial for trial in page["trials"] if trial["run"] > 9]
    assert [trial["run"] for trial in later] == list(range(10, 16))
    assert {trial["seed"] for trial in later} == {2}
    assert all(40 <= trial["setting"]["epochs"] <= 60 for trial in later)
    after = {finding["name"]: finding for finding in page["findings"]}
    assert after.pop("refinement")["table"][1]["settings"] == 6
    assert after == before, "what was searched is no part of the table of the design"


def test_what_was_not_told_from_chance_is_kept_on_request(doe: Said) -> None:
    """With all its range."""
    _page(doe, *STUDY)
    _page(doe, "refine", "l9", "--trials", "2", "--keep")
    assert _levels()["dropout"] == [0.4, 0.5, 0.6]
    assert any("dropout is not told from chance" in why and "kept: searched from 0.4 to 0.6" in why for why in _why())


def _why() -> list[str]:
    return list(_phase()["why"])


def test_without_an_error_all_is_searched(doe: Said) -> None:
    """A saturated L9 tests nothing, and the first sentence says so."""
    _page(doe, *STUDY[:-2])
    _page(doe, "refine", "l9", "--trials", "2")
    assert _levels()["optimizer"] == ["adam", "adagrad", "adadelta"]
    assert _levels()["dropout"] == [0.4, 0.5, 0.6]
    assert _why()[0].startswith("No factor can be told from chance, as nothing is left for error")


def test_a_best_level_with_others_on_both_sides_is_searched_around(doe: Said) -> None:
    """0.001 is the best learning rate of five, so its neighbours bound the range; the scale stays."""
    factors = ["--factor", "learning_rate:log=1e-5,1e-4,1e-3,1e-2,1e-1", "--factor", "dropout=0.4,0.6"]
    _page(doe, "run", "full_factorial", "--trainer", "synthetic", *factors, "--set", "epochs=5", "--replicates", "2")
    _page(doe, "refine", "full_factorial", "--trials", "3")
    assert _levels("full_factorial-synthetic")["learning_rate"] == [1e-4, 1e-3, 1e-2]


@pytest.mark.parametrize(
    ("factor", "levels"),
    [
        ("learning_rate:log=1e-6,1e-5,1e-4", [1e-5, 1e-4, 1e-3]),
        ("learning_rate:linear=0.001,0.03,0.06", [0.001 - 0.029 / 32, 0.001, 0.03]),
        ("epochs=2,4,8", [4, 8, 12]),
    ],
    ids=["a ratio", "no further than is allowed", "whole numbers"],
)
def test_a_best_level_at_the_edge_extends_the_range_by_its_own_step(
    doe: Said, factor: str, levels: list[float]
) -> None:
    """A ratio on a log scale, a difference on a linear one, halved until the trainer's signature takes it."""
    other = ["--factor", "weight_decay:log=1e-4,1e-3"]
    _page(doe, "run", "full_factorial", "--trainer", "synthetic", "--factor", factor, *other, "--replicates", "3")
    _page(doe, "refine", "full_factorial", "--trials", "2")
    assert _levels("full_factorial-synthetic")[factor.partition("=")[0].partition(":")[0]] == pytest.approx(levels)


def test_what_was_read_along_the_trainings_becomes_their_length(doe: Said) -> None:
    """Epochs within are set to the best; seeds as noise and blocks are not searched."""
    factors = ["--factor", "epochs:within=4,8", "--factor", "optimizer=adam,sgd,adagrad", "--factor", "seed:noise=1,2"]
    _page(doe, "run", "l9", "--trainer", "synthetic", *factors, *RATE, "--set", "noise=0.001")
    page = _page(doe, "refine", "l9", "--trials", "3")
    levels = _levels()
    assert levels["epochs"] == [8]
    assert "seed" not in levels
    later = page["trials"][-3:]
    assert all(trial["setting"]["epochs"] == 8 for trial in later)
    assert any("epochs was read along each training: all are trained to 8 now" in why for why in _why())


def test_a_search_by_any_sampler_of_optunas(doe: Said) -> None:
    """By its own name."""
    _page(doe, *STUDY)
    _page(doe, "refine", "l9", "--trials", "2", "--sampler", "QMCSampler")
    assert _phase()["study"]["design"] == "optuna"


def test_a_search_that_was_killed_goes_on_with_the_very_same_proposals(doe: Said, workplace: Path) -> None:
    """Killed twice: every trial is begun with the setting that it would have had, none is completed twice."""
    factors = [
        "--factor",
        "optimizer=adam,sgd",
        "--factor",
        "batch_size=8,64",
        *RATE[:1],
        "learning_rate:log=1e-4,1e-3",
    ]
    study = ["run", "l4", "--trainer", "synthetic", *factors, "--set", "epochs=3", "--set", "seconds=0.05"]
    _page(doe, *study, "--replicates", "2")
    journal = folders.journal_of("l4-synthetic")
    begun = journal.read_bytes()
    whole = _page(doe, "refine", "l4", "--trials", "8")
    journal.write_bytes(begun)
    for trials in (2, 5):
        killed_at_work(workplace, trials, "refine", "l4", "--trials", "8", *QUIET)
    again = _page(doe, "refine", "l4")
    assert [{**trial, "seconds": 0} for trial in again["trials"]] == [{**t, "seconds": 0} for t in whole["trials"]]
    lines = list(read(journal))
    assert sum(line["event"] == "phase" for line in lines) == 1
    assert sum(line["event"] == "completed" for line in lines) == 8 + 8


def test_a_trial_that_was_lost_while_a_later_one_ended_keeps_its_number(doe: Said) -> None:
    """As after a kill with two under way: no run lies beyond those planned, where the next phase begins."""
    _page(doe, *STUDY[:-2])
    _page(doe, "refine", "l9", "--trials", "4")
    journal = folders.journal_of("l9-synthetic")
    lines = journal.read_text().splitlines(keepends=True)
    kept = [line for line in lines if '"completed"' not in line or json.loads(line)["run"] != 11]
    journal.write_text("".join(kept))
    assert [trial["run"] for trial in _page(doe, "refine", "l9")["trials"]] == list(range(1, 14))


def test_the_best_of_the_search_is_confirmed_with_the_others(doe: Said) -> None:
    """One study from the first array to the verdict."""
    _page(doe, *STUDY)
    _page(doe, "refine", "l9", "--trials", "6")
    page = _page(doe, "confirm", "l9", "--replicates", "2")
    rows = next(finding for finding in page["findings"] if finding["name"] == "confirmation")["table"]
    assert [row["setting"] for row in rows] == ["predicted", "searched", "observed", "baseline"]
    table = {trial["run"]: trial for trial in page["trials"]}
    best = max((table[run] for run in range(10, 16)), key=lambda trial: trial["responses"]["val_accuracy"])
    assert table[17]["setting"] == best["setting"]


def test_bad_input_is_one_line(doe: Said) -> None:
    """And nothing is written."""
    wrong = {
        "l8": "no study 'l8' has been run here",
        "l9 --sampler tpee": "no sampler 'tpee'; did you mean 'tpe'?",
        "l9 --sampler GPSamplar": "no sampler 'GPSamplar'",
        "l9 --sampler cmaes": "cmaes moves numbers only, and factor 'optimizer' is nominal",
        "l9 --executor sireal": "no executor 'sireal'; did you mean 'serial'?",
    }
    _page(doe, *STUDY[:-2])
    before = folders.journal_of("l9-synthetic").read_bytes()
    for words, said in wrong.items():
        code, _, error = doe("refine", *words.split(), "--tracking-uri", "none")
        assert (code, error.count("\n")) == (2, 1)
        assert said in error
    assert folders.journal_of("l9-synthetic").read_bytes() == before


def test_a_study_is_not_refined_before_any_trial(doe: Said) -> None:
    """Nor where another phase is unfinished, nor where the search under way is another."""
    _page(doe, *STUDY)
    journal = folders.journal_of("l9-synthetic")
    whole = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(whole[:2]))
    code, _, error = doe("refine", "l9", *QUIET)
    assert (code, error) == (
        2,
        "doe: no trial of l9-synthetic has completed; refine it when doe run has completed some\n",
    )
    journal.write_text("".join(whole))
    _page(doe, "refine", "l9", "--trials", "3")
    cut = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(cut[: len(whole) + 3]))
    code, _, error = doe("confirm", "l9", *QUIET)
    assert (code, error) == (
        2,
        "doe: l9-synthetic has trials of refine left; doe refine l9-synthetic goes on with them\n",
    )
    code, _, error = doe("refine", "l9", "--trials", "4", *QUIET)
    assert code == 2
    assert "l9-synthetic has a search of 3 trials by gp under way; doe refine l9-synthetic goes on with it" in error


def test_nothing_left_to_search_is_said(doe: Said) -> None:
    """Where no factor was told from chance; --keep searches them all the same."""
    factors = ["--factor", "dropout=0.49,0.5", "--set", "noise=0.05", "--set", "epochs=3"]
    _page(doe, "run", "full_factorial", "--trainer", "synthetic", *factors, "--replicates", "4")
    code, _, error = doe("refine", "full_factorial", *QUIET)
    assert code == 2
    assert "has no factor left to search; --keep searches what was not told from chance as well" in error
    assert len(_page(doe, "refine", "full_factorial", "--keep", "--trials", "2")["trials"]) == 10
