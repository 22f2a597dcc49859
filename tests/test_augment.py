"""``doe augment``: runs added to a design, in the study's own journal."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doe import folders
from doe.history import fold
from doe.journal import read
from tests.conftest import Said

L9 = ["run", "l9", "--trainer", "synthetic", "--set", "interaction=0.05", "--set", "noise=0.001", "--replicates", "2"]
QUICK = [*L9, "--replicates", "1"]
L4 = ["run", "l4", "--trainer", "synthetic", "--factor", "optimizer=adam,sgd", "--factor", "dropout=0.3,0.5"]
THIRD = ["--factor", "batch_size=32,64", "--set", "epochs=3"]
QUIET = ["--executor", "serial", "--tracking-uri", "none"]
CLEAR = ["augment", "l9", "--to", "clear", "dropout:batch_size"]
BROKEN = """
def train(dataset=None, epochs: int = 1, seed: int = 0, *, a: int = 1, b: int = 1, c: int = 1):
    loss = float("nan") if (a, b, c) == (2, 2, 1) else 1.0
    yield {"val_accuracy": 0.1 * a + 0.05 * b + 0.01 * c, "train_loss": loss}
"""


def _page(doe: Said, *words: str, code: int = 0, manner: list[str] = QUIET) -> dict[str, Any]:
    found, out, error = doe(*words, *manner, "--json")
    assert found == code, error
    page: dict[str, Any] = json.loads(out)
    return page


def _finding(page: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(finding for finding in page["findings"] if finding["name"] == name)
    return found


def _settings(page: dict[str, Any], first: int, last: int = 10_000) -> list[tuple[Any, ...]]:
    runs = {t["run"]: tuple(t["setting"].values()) for t in page["trials"] if first <= t["run"] <= last}
    return list(runs.values())


def test_an_aliased_interaction_is_told_apart(doe: Said) -> None:
    """The L9 lays dropout x batch_size on optimizer and epochs; five runs more, and each has its own back.

    What was shown before is what is trained.
    """
    before = _page(doe, *L9)
    planned = {trial["run"]: trial["setting"] for trial in _page(doe, *CLEAR, "--dry-run")["trials"]}
    assert "dropout x batch_size" not in {row["term"] for row in _finding(before, "anova")["table"]}
    page = _page(doe, *CLEAR)
    assert page["trials"][:18] == before["trials"]
    assert {(t["run"], t["replicate"]) for t in page["trials"][18:]} == {(r, k) for r in range(10, 15) for k in (1, 2)}
    assert planned == {trial["run"]: trial["setting"] for trial in page["trials"][18:]}
    rows = {row["term"]: row for row in _finding(page, "anova")["table"]}
    largest = max((row for name, row in rows.items() if name != "total"), key=lambda row: row["sum_sq"])
    assert (largest["term"], largest["df"]) == ("dropout x batch_size", 4)
    assert rows["phase"]["df"] == 1
    means = {row["level"]: row["mean"] for row in _finding(page, "response-table")["table"]}
    assert means["adam"] - means["adadelta"] == pytest.approx(0.045, abs=0.002)
    assert abs(means["adam"] - means["adagrad"] - 0.020) < 0.002
    best = {row["best"]: row for row in _finding(page, "optimum")["table"]}["predicted"]
    assert best["setting"] == "optimizer=adam, epochs=50, dropout=0.6, batch_size=128"
    assert best["predicted"] == pytest.approx(0.938, abs=0.003), "0.9 + 0.015 + 0.05 - 0.002 - 0.3 exp(-50/20)"
    early = {row["level"]: row["mean"] for row in _finding(before, "response-table")["table"]}
    assert early["adam"] - early["adadelta"] > 0.09, "or nothing was planted"


def test_no_fewer_runs_would_clear_it(doe: Said) -> None:
    """Rank by rank: no four further runs of 72 leave nothing open, as a count of directions says; the five do."""
    old = _settings(_page(doe, *QUICK), 1)
    new = _settings(_page(doe, *CLEAR, "--dry-run"), 10)
    assert not set(old) & set(new)
    levels = [sorted(set(column), key=str) for column in zip(*old, strict=True)]

    def row(setting: tuple[Any, ...], block: int) -> list[float]:
        one_hot = [[float(value == level) for level in known] for known, value in zip(levels, setting, strict=True)]
        cells = [x * y for x in one_hot[2] for y in one_hot[3]]
        return [1.0, float(block), *(x for part in one_hot for x in part), *cells]

    have, more = [row(each, 0) for each in old], [row(each, 1) for each in new]
    whole = 1 + 1 + 2 + 2 + 2 + 2 + 4
    assert np.linalg.matrix_rank(np.array(have + more)) == whole
    assert np.linalg.matrix_rank(np.array(have)) == whole - 5
    for fewer in combinations(more, 4):
        assert np.linalg.matrix_rank(np.array([*have, *fewer])) < whole


def test_dry_run_shows_runs_and_aliases_and_trains_nothing(doe: Said) -> None:
    """What is told before and after, and what main effects may be besides."""
    _page(doe, *QUICK)
    journal = folders.journal_of("l9-synthetic").read_bytes()
    page = _page(doe, *CLEAR, "--dry-run")
    assert folders.journal_of("l9-synthetic").read_bytes() == journal
    told = {row["effect"]: row for row in _finding(page, "told")["table"]}
    assert (told["dropout:batch_size"]["told before"], told["dropout:batch_size"]["told then"]) == (0, 4)
    shares = _finding(page, "aliases")["table"]
    assert all(row["before"] == 1 and row["then"] < 1 for row in shares)
    assert {row["then"] for row in shares if row["aliased with"] == "dropout x batch_size"} == {0}
    assert page["why"][0] == "as asked: --clear dropout:batch_size"


def test_a_driver_killed_in_the_phase_loses_and_repeats_nothing(doe: Said, workplace: Path) -> None:
    """The same command goes on, and so does one without a wish; another wish is refused."""
    _page(doe, *L4, *THIRD, "--set", "seconds=0.02")
    shutil.copytree(workplace / "mlruns", workplace / "whole/mlruns")
    words = [sys.executable, "-m", "doe", "augment", "l4", "--runs", "4", *QUIET]
    whole = subprocess.Popen(words, cwd=workplace / "whole", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = folders.journal_of("l4-synthetic")
    driver = subprocess.Popen(words, cwd=workplace, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while driver.poll() is None and journal.read_bytes().count(b'"completed"') < 5:
        time.sleep(0.005)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    assert 5 <= len(fold(read(journal)).completed) < 8
    code, _, error = doe("augment", "l4", "--foldover", *QUIET)
    assert (code, error.count("\n")) == (2, 1)
    assert "l4-synthetic has trials of --runs 4 left; doe augment l4-synthetic goes on" in error
    assert _page(doe, "augment", "l4")["status"] == "complete"
    lines = list(read(journal))
    assert sum(line["event"] == "phase" for line in lines) == 1
    assert Counter(line["run"] for line in lines if line["event"] == "completed") == dict.fromkeys(range(1, 9), 1)
    assert whole.wait() == 0
    expected = fold(read(workplace / "whole" / journal)).completed
    assert {k: c.readings for k, c in fold(lines).completed.items()} == {k: c.readings for k, c in expected.items()}


def test_a_half_is_folded_over_into_the_whole(doe: Said) -> None:
    """Four runs and their mirror are all eight, once; there is no second mirror."""
    old = _settings(_page(doe, *L4, *THIRD), 1)
    page = _page(doe, "augment", "l4", "--foldover")
    new = _settings(page, 5)
    assert len(set(old + new)) == 8
    other = {"adam": "sgd", "sgd": "adam", 0.3: 0.5, 0.5: 0.3, 32: 64, 64: 32}
    assert {tuple(other[level] for level in setting) for setting in old} == set(new)
    code, _, error = doe("augment", "l4", "--foldover", *QUIET)
    assert (code, error.count("\n")) == (2, 1)
    assert "no foldover of optimizer, dropout, batch_size: all its mirrored runs are there already" in error


def test_a_foldover_of_some_and_of_more_levels_is_stated(doe: Said) -> None:
    """Three levels each give way to the next."""
    old = _settings(_page(doe, *QUICK), 1)
    page = _page(doe, "augment", "l9", "--foldover", "--of", "optimizer", "--dry-run")
    shift = {"adam": "adagrad", "adagrad": "adadelta", "adadelta": "adam"}
    assert {(shift[setting[0]], *setting[1:]) for setting in old} == set(_settings(page, 10))
    assert "optimizer: at the next level, and at the first in place of the last" in page["why"]
    assert "epochs, dropout, batch_size: as before" in page["why"]


def test_noise_is_crossed_and_blocks_are_phases(doe: Said) -> None:
    """Each added run comes under every noise setting, as the old ones did."""
    words = ["--factor", "epochs=3,5", "--factor", "batch_size:noise=32,64", "--layout", "outer=full_factorial"]
    _page(doe, *L4, *words)
    page = _page(doe, "augment", "l4", "--runs", "2", "--dry-run")
    assert len(page["trials"]) == 4
    assert Counter(setting[-1] for setting in _settings(page, 1)) == {32: 2, 64: 2}
    done = _page(doe, "augment", "l4", "--runs", "2")
    assert {t["run"] for t in done["trials"]} == set(range(1, 13))
    assert next(row["df"] for row in _finding(done, "anova")["table"] if row["term"] == "phase") == 1


def test_a_diverged_run_is_made_up_for_by_others(doe: Said, workplace: Path) -> None:
    """The fewest runs that bring every effect back, the diverged setting not among them."""
    (workplace / "broken.py").write_text(BROKEN)
    levels = [word for name in "abc" for word in ("--factor", f"{name}=1,2")]
    page = _page(doe, "run", "l4", "--trainer", "broken.py", *levels, code=3)
    failed = [tuple(t["setting"].values()) for t in page["trials"] if t["status"] == "failed"]
    assert failed == [(2, 2, 1)]
    after = _page(doe, "augment", "l4", "--repair", code=3)
    new = _settings(after, 5)
    assert len(new) == 2
    assert not set(new) & set(_settings(after, 1, 4))
    assert {row["df"] for row in _finding(after, "anova")["table"] if row["term"] in "abc"} == {1}
    means = {(row["factor"], row["level"]): row["mean"] for row in _finding(after, "response-table")["table"]}
    assert means["a", 2] - means["a", 1] == pytest.approx(0.1)
    assert means["c", 2] - means["c", 1] == pytest.approx(0.01)
    code, _, error = doe("augment", "l4", "--repair", *QUIET)
    assert code == 2
    assert "every effect of l4-broken can be told without what was lost: 1 of its runs" in error


def test_a_full_factorial_is_run_again_under_fresh_seeds(doe: Said) -> None:
    """Where no setting is left, the new runs are old settings, and no training is repeated."""
    words = ["--design", "full_factorial", "--factor", "dropout=0.3,0.5", "--factor", "batch_size=32,64"]
    _page(doe, "run", "full_factorial", "--trainer", "synthetic", *words[2:], "--set", "epochs=2")
    page = _page(doe, "augment", "full_factorial", "--runs", "4")
    assert set(_settings(page, 5)) == set(_settings(page, 1, 4))
    assert {t["seed"] for t in page["trials"]} == {0, 1}
    assert {t["seed"] for t in page["trials"] if t["run"] > 4} == {1}


REFUSED = [
    ([], "wanted one of --clear A:B, --foldover, --runs N, --repair; nothing was said"),
    (["--foldover", "--repair"], "wanted one of --clear A:B, --foldover, --runs N, --repair; not --foldover"),
    (["--runs", "2", "--of", "dropout"], "not --of dropout --runs 2"),
    (["--clear", "dropout"], "interaction 'dropout': wanted FACTOR:FACTOR"),
    (["--clear", "dropout:rate"], "'rate' is none of the factors optimizer, dropout, batch_size"),
    (["--foldover", "--of", "dropuot"], "did you mean 'dropout'?"),
    (["--runs", "1"], "--runs 1: wanted 2 or more"),
    (["--runs", "9"], "has 8 settings that could be added, not 9"),
    (["--clear", "dropout:batch_size,dropout:optimizer", "--runs", "2"], "--runs 2: wanted 3 or more"),
    (["--to", "cleer", "dropout:batch_size"], "--to cleer dropout:batch_size: wanted --to clear A:B, or in short"),
    (["dropout:batch_size"], "dropout:batch_size: wanted --to clear A:B"),
    (["--to", "clear"], "--to clear: wanted --to clear A:B"),
    (["--repair"], "no run of l4-synthetic was lost: there is nothing to repair"),
]


def test_bad_input_is_one_line(doe: Said) -> None:
    """And nothing is written."""
    _page(doe, *L4, *THIRD)
    journal = folders.journal_of("l4-synthetic").read_bytes()
    for words, said in REFUSED:
        code, _, error = doe("augment", "l4", *words, *QUIET)
        assert (code, error.count("\n")) == (2, 1), words
        assert said in error
    assert folders.journal_of("l4-synthetic").read_bytes() == journal


def test_a_search_has_no_design_to_add_to(doe: Said) -> None:
    """It says why."""
    search = [
        "run",
        "tpe",
        "--trainer",
        "synthetic",
        "--budget",
        "2",
        "--factor",
        "dropout=0.3,0.5",
        "--set",
        "epochs=2",
    ]
    _page(doe, *search)
    code, _, error = doe("augment", "tpe", "--runs", "2", *QUIET)
    assert (code, error.count("\n")) == (2, 1)
    assert "tpe chooses each run in the light of the last: there is no design to add to" in error
