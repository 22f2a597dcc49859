"""Tables out and in: what ``doe plan --to`` writes is a design, and its content is part of the plan."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Said

QUIET = ("--executor", "serial", "--tracking-uri", "none")
TWO = ("--factor", "optimizer=adam,sgd", "--factor", "dropout=0.1,0.5", "--factor", "batch_size=16,64")
THREE = (
    *("--factor", "optimizer=adam,sgd,adagrad", "--factor", "dropout=0.1,0.3,0.5"),
    *("--factor", "learning_rate:log=1e-4,1e-3,1e-2"),
)
NUMBERS = ("--factor", "learning_rate:log=1e-4,1e-2", "--factor", "dropout=0.1,0.5", "--factor", "weight_decay=0.1,0.2")
DESIGNS: list[Any] = [
    pytest.param("full_factorial", TWO, (), id="full_factorial"),
    pytest.param("fraction", TWO, ("resolution=3", "foldover=full"), id="foldover"),
    pytest.param("fraction", NUMBERS, ("centre_points=2",), id="centre points"),
    pytest.param("l9", THREE, (), id="l9"),
    pytest.param("l18", (*THREE, "--factor", "batch_size=16,64"), (), id="l18"),
    pytest.param("auto", THREE, (), id="auto"),
    pytest.param("plackett_burman", TWO, ("runs=12",), id="plackett_burman"),
    pytest.param("latin_hypercube", NUMBERS, ("runs=7",), id="latin_hypercube"),
    pytest.param("sobol", NUMBERS, ("runs=8",), id="sobol"),
    pytest.param("optimal", THREE, ("runs=10",), id="optimal"),
    pytest.param("box_behnken", NUMBERS, (), id="box_behnken"),
    pytest.param("central_composite", NUMBERS, ("alpha=face",), id="central_composite"),
    pytest.param("definitive_screening", NUMBERS, (), id="definitive_screening"),
]


def _settings(doe: Said, *words: str) -> list[dict[str, Any]]:
    code, out, err = doe("plan", *words, "--json")
    assert code == 0, err
    runs: list[dict[str, Any]] = json.loads(out)["runs"]
    return runs


@pytest.mark.parametrize(("design", "factors", "layout"), DESIGNS)
def test_a_table_that_was_written_is_the_same_plan(
    doe: Said, design: str, factors: tuple[str, ...], layout: tuple[str, ...]
) -> None:
    """Written from a design, read as one: the same settings, of the same kinds, each as often."""
    told = [word for option in layout for word in ("--layout", option)]
    words = ["full_factorial", "--trainer", "synthetic", *factors]
    before = _settings(doe, *words, "--design", design, *told)
    assert doe("plan", *words, "--design", design, *told, "--to", "plan.csv")[0] == 0
    after = _settings(doe, *words, "--design", "plan.csv")
    assert sorted(map(repr, after)) == sorted(map(repr, before))
    assert doe("plan", *words, "--design", "plan.csv", "--to", "again.csv")[0] == 0
    rows = [list(csv.reader(Path(name).read_text().splitlines())) for name in ("plan.csv", "again.csv")]
    assert sorted(row[1:] for row in rows[0]) == sorted(row[1:] for row in rows[1])
    planned = json.loads(doe("run", *words, "--design", "plan.csv", "--dry-run", "--json")[1])
    assert sorted(repr(trial["setting"]) for trial in planned["trials"]) == sorted(map(repr, before))


def test_replicates_in_a_table_are_no_further_runs(doe: Said) -> None:
    """Every trial is written, and read it is the same runs once; how often each is trained is said anew."""
    words = ["full_factorial", "--trainer", "synthetic", *TWO]
    assert doe("plan", *words, "--replicates", "2", "--to", "plan.csv")[0] == 0
    assert len(Path("plan.csv").read_text().splitlines()) == 1 + 16
    after = _settings(doe, *words, "--design", "plan.csv")
    assert sorted(map(repr, after)) == sorted(map(repr, _settings(doe, *words)))


def _run(doe: Said, table: str, *more: str) -> tuple[int, str, str]:
    return doe("run", "full_factorial", "--trainer", "synthetic", *TWO, "--design", table, "--name", "t", *QUIET, *more)


@pytest.fixture
def begun(doe: Said) -> Said:
    """A study that was run on a table of eight runs, ``t.csv``."""
    assert doe("plan", "full_factorial", "--trainer", "synthetic", *TWO, "--to", "t.csv")[0] == 0
    assert _run(doe, "t.csv")[0] == 0
    return doe


def test_another_content_is_another_plan(begun: Said) -> None:
    """One row less; the same table elsewhere is the same plan."""
    whole = Path("t.csv").read_bytes()
    Path("t.csv").write_bytes(whole[: whole.rstrip().rindex(b"\n") + 1])
    code, _, err = _run(begun, "t.csv")
    assert (code, "was begun with a table with sha256" in err, "the plan changed" in err) == (4, True, True)
    Path("elsewhere.csv").write_bytes(whole)
    assert _run(begun, "elsewhere.csv")[0] == 0


def test_what_was_begun_is_recalled_without_its_table(begun: Said) -> None:
    """The study keeps a copy: gone or changed, the rest is as it was."""
    before = [begun(*words)[1] for words in (("show", "t"), ("analyze", "t"))]
    design = Path("mlruns/studies/t/design.csv").read_text()
    whole = Path("t.csv").read_text()
    for change in (lambda: Path("t.csv").write_text("run,optimizer\n1,none\n"), lambda: Path("t.csv").unlink()):
        change()
        assert [begun(*words)[1] for words in (("show", "t"), ("analyze", "t"))] == before
    code, _, err = _run(begun, "t.csv")
    assert code == 2
    assert "t.csv is gone; --design mlruns/studies/t/table.csv is the copy" in err
    assert _run(begun, "mlruns/studies/t/table.csv", "--replicates", "2")[0] == 0
    assert Path("mlruns/studies/t/table.csv").read_text() == whole
    assert Path("mlruns/studies/t/design.csv").read_text() == design


def test_begun_anew_the_copy_of_the_table_is_not_lost(begun: Said) -> None:
    """Though the folder in which it lies is set aside first."""
    assert _run(begun, "mlruns/studies/t/table.csv", "--fresh")[0] == 0
    kept = [Path(f"mlruns/studies/{name}/table.csv").read_text() for name in ("t", "t~1")]
    assert kept == [Path("t.csv").read_text()] * 2


def test_a_table_can_be_pinned_to_its_content(doe: Said) -> None:
    """With the sha256 that is meant; every other file is refused."""
    doe("plan", "full_factorial", "--trainer", "synthetic", *TWO, "--to", "t.csv")
    words = ["full_factorial", "--trainer", "synthetic", *TWO, "--design", "t.csv", "--layout"]
    import hashlib

    found = hashlib.sha256(Path("t.csv").read_bytes()).hexdigest()
    assert len(_settings(doe, *words, f"sha256={found}")) == 8
    code, _, err = doe("plan", *words, "sha256=abc")
    assert (code, f"t.csv is not the file that was meant: its sha256 is {found}, not abc" in err) == (2, True)
