"""A plan that was written to a file and read again is the same plan, whatever design it came from."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from doe.designs import DESIGNS, DesignError, Sequential
from doe.model import Factor, Level, Objective, Setting, Study, Trial
from tests.conftest import Said
from tests.designs.studies import study_for

PLANNED = [name for name, design in DESIGNS.items() if name != "table" and not isinstance(design, Sequential)]

NUMBERS = (
    Factor("learning_rate", (1e-3, 1e-2), "log"),
    Factor("width", (16, 64), "log"),
    Factor("layers", (4, 10), "linear"),
    Factor("momentum", (0.3, 0.7), "linear"),
)


def _written(file: Path, trials: Sequence[Trial]) -> None:
    """As ``doe plan --to`` writes it, the last run first."""
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["run", *trials[0].setting])
        writer.writerows([trial.run, *trial.setting.values()] for trial in reversed(trials))


def _read(study: Study, file: Path) -> list[Setting]:
    return [
        trial.setting for trial in DESIGNS["table"].runs(replace(study, design="table", layout={"file": str(file)}))
    ]


@pytest.mark.parametrize("name", PLANNED)
def test_rows_out_are_rows_in(name: str, tmp_path: Path) -> None:
    """Every setting of every run, values between and beyond levels included, under the number that it had."""
    study = study_for(name)
    trials = DESIGNS[name].runs(study)
    _written(tmp_path / "plan.csv", trials)
    assert _read(study, tmp_path / "plan.csv") == [trial.setting for trial in trials]


@pytest.mark.parametrize("alpha", ["rotatable", "orthogonal", "face", 1.2, 2.0])
@pytest.mark.parametrize("factors", [2, 3, 4])
def test_a_star_beyond_the_levels_comes_back(alpha: Level, factors: int, tmp_path: Path) -> None:
    """On either scale, and where whole numbers are rounded."""
    study = Study("any", "central_composite", NUMBERS[:factors], Objective("s"), "any", layout={"alpha": alpha})
    trials = DESIGNS["central_composite"].runs(study)
    _written(tmp_path / "star.csv", trials)
    assert _read(study, tmp_path / "star.csv") == [trial.setting for trial in trials]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            ("0.1,16", "0.01,64"),
            "row 1: learning_rate = 0.1 is none of 0.001, 0.01 nor a number between them; further out only with",
        ),
        (("0.1,16", "0.0002,64"), "row 1: learning_rate = 0.1 is none of 0.001, 0.01"),
        (
            ("0.01,65", "0.001,64"),
            "row 1: width = 65 is none of 16, 64 nor a number between them; further out only with",
        ),
        (("0.01,-8", "0.001,64"), "row 1: width = -8 is none of 16, 64 nor a number between them"),
    ],
    ids=["alone", "another distance", "whole number", "below zero"],
)
def test_a_slip_of_the_pen_is_no_star(cells: Sequence[str], said: str, tmp_path: Path) -> None:
    """A number beyond the levels is refused, in one line, where the other side has none as far away."""
    (tmp_path / "slip.csv").write_text("\n".join(["learning_rate,width", *cells]))
    study = Study("any", "table", NUMBERS[:2], Objective("score"), "any")
    with pytest.raises(DesignError) as refused:
        _read(study, tmp_path / "slip.csv")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_star_with_both_its_points_is_taken(tmp_path: Path) -> None:
    """The same numbers, with their mirror images."""
    (tmp_path / "star.csv").write_text("learning_rate,width\n0.1,32\n0.0001,32\n0.003,14\n0.003,73\n")
    study = Study("any", "table", NUMBERS[:2], Objective("score"), "any")
    assert [setting["width"] for setting in _read(study, tmp_path / "star.csv")] == [32, 32, 14, 73]


def test_a_plan_goes_out_and_comes_back_by_command(doe: Said) -> None:
    """With its replicates: each run is read once, and trained as often as is asked."""
    asked = ["--seed", "3", "--replicates", "2"]
    asked += ["--factor", "learning_rate:log=0.001,0.01", "--factor", "width:log=16,64"]
    assert doe("plan", "central_composite", "--layout", "alpha=rotatable", *asked, "--to", "one.csv")[::2] == (0, "")
    assert doe("plan", "table", "--design", "one.csv", *asked, "--to", "two.csv")[::2] == (0, "")
    assert Path("one.csv").read_text() == Path("two.csv").read_text()
    assert len(Path("one.csv").read_text().splitlines()) == 1 + 2 * 11
