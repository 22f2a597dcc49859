"""Design tables: read as they stand, and refused with the row that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from doe.designs import DESIGNS, DesignError
from doe.model import Factor, Objective, Setting, Study

FACTORS = (
    Factor("optimizer", ("adam", "sgd")),
    Factor("learning_rate", (0.001, 0.1), "log"),
    Factor("width", (16, 64), "linear"),
    Factor("augment", (False, True)),
)
HEAD = "optimizer,learning_rate,width,augment\n"


def _settings(folder: Path, text: str) -> list[Setting]:
    file = folder / "table.csv"
    file.write_text(text)
    study = Study("any", "table", FACTORS, Objective("score"), "any", layout={"file": str(file)})
    return [run.setting for run in DESIGNS["table"].runs(study)]


def test_rows_are_runs(tmp_path: Path) -> None:
    """Columns in any order, levels as they are written or between the outermost."""
    text = "width, optimizer ,learning_rate,augment\n16,adam,0.10,true\n\n40,sgd,1e-2,False\n"
    assert _settings(tmp_path, text) == [
        {"optimizer": "adam", "learning_rate": 0.1, "width": 16, "augment": True},
        {"optimizer": "sgd", "learning_rate": 0.01, "width": 40, "augment": False},
    ]


def test_numbered_rows_may_repeat(tmp_path: Path) -> None:
    """Centre points are the same setting more than once, on purpose."""
    settings = _settings(tmp_path, f"run,{HEAD}1,adam,0.1,16,true\n2,adam,0.1,16,true\n")
    assert settings[0] == settings[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}adam,0.1,16,true\nadamw,0.1,16,true\n", "row 2: optimizer = adamw is none of adam, sgd"),
        (f"{HEAD}adam,0.5,16,true\n", "row 1: learning_rate = 0.5 is none of 0.001, 0.1 nor a number between them"),
        (f"{HEAD}adam,0.1,16.5,true\n", "row 1: width = 16.5 is none of 16, 64 nor"),
        (f"{HEAD}adam,0.1,16,1\n", "row 1: augment = 1 is none of False, True"),
        (f"{HEAD}adam,,16,true\n", "row 1: learning_rate = nothing is none of"),
        (f"{HEAD}adam,nan,16,true\n", "row 1: learning_rate = nan is none of"),
        (f"{HEAD}adam,0.1,16,true\nadam,0.1,16,true\n", "row 2 repeats row 1"),
        (f"run,{HEAD}1,adam,0.1,16,true\n1,sgd,0.1,16,true\n", "row 2: run 1 is row 1 already"),
        (f"{HEAD}adam,0.1,16\n", "row 1 has 3 cells; wanted 4"),
        ("optimiser,learning_rate,width,augment\n", "no column for factor 'optimizer'; did you mean 'optimiser'?"),
        (f"depth,{HEAD}", "column 'depth' is no factor of the study"),
        (f"width,{HEAD}", "has two columns 'width'"),
        (HEAD, "has no rows"),
        ("", "has no column for factor 'optimizer'"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    """In one line."""
    with pytest.raises(DesignError) as refused:
        _settings(tmp_path, text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_a_file_there_is_no_design(tmp_path: Path) -> None:
    """Neither where none is named, nor where there is none."""
    study = Study("any", "table", FACTORS, Objective("score"), "any")
    with pytest.raises(DesignError, match=r"table wants a layout: file=table\.csv"):
        DESIGNS["table"].runs(study)
    gone = Study("any", "table", FACTORS, Objective("score"), "any", layout={"file": str(tmp_path / "gone.csv")})
    with pytest.raises(DesignError, match=r"gone\.csv cannot be read: No such file"):
        DESIGNS["table"].size(gone)
