"""Any table with a heading can be analysed as a study is."""

from __future__ import annotations

from pathlib import Path

import pytest

from doe.analyses import analyze
from doe.loading import TableError, read_results
from doe.model import Objective
from tests.golden import founding_l9

ACCURACY = Objective("accuracy")
FOUNDING = Path(__file__).parent / "golden" / "founding_l9.csv"


def test_the_founding_table_is_read_as_it_was_written() -> None:
    """Four factors of three levels, words in the order in which they come, numbers in their own."""
    results = read_results(FOUNDING, ACCURACY)
    assert {factor.name: factor.levels for factor in results.factors} == {
        "optimizer": ("Adam", "AdaGrad", "Adadelta"),
        "epochs": (30, 40, 50),
        "dropout": (0.4, 0.5, 0.6),
        "batch_size": (32, 64, 128),
    }
    assert analyze(results) == analyze(founding_l9())


def test_roles_and_columns_can_be_told(tmp_path: Path) -> None:
    """A block and a within factor; what is not named is left out; doe's own columns are no factors."""
    path = tmp_path / "t.csv"
    rows = [f"{run},{a},{seed},{e},{a + seed + e},1" for run, a in ((1, 0), (2, 1)) for seed in (7, 8) for e in (1, 2)]
    path.write_text("run,a,s,epochs,y,z\n" + "\n".join(rows) + "\n")
    results = read_results(path, Objective("y"), ["a"], {"s": "block", "epochs": "within"})
    assert [(f.name, f.role) for f in results.factors] == [("a", "control"), ("s", "block"), ("epochs", "within")]
    assert list(results.table.columns) == ["run", "a", "s", "epochs", "y"]
    assert [f.name for f in read_results(path, Objective("y")).factors] == ["a", "s", "epochs"]


def test_rows_without_a_response_are_counted(tmp_path: Path) -> None:
    """An empty cell and a NaN are left out, and said to be."""
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,1.0\n1,\n2,nan\n2,2.0\n")
    (table, *_) = analyze(read_results(path, Objective("y")))
    assert "2 rows without a number for y left out." in table.note


@pytest.mark.parametrize(
    ("text", "response", "words"),
    [
        pytest.param("a,y\n1,2\n1,3\n2,4\n", "yy", "has no column 'yy'; did you mean 'y'?", id="no such column"),
        pytest.param("a,y\n1,2\n1,good\n2,4\n", "y", "line 3: y = good: wanted a number", id="words for numbers"),
        pytest.param("a,y\n1,2\n1,3\n1,4\n", "y", "no column that takes a value more than once", id="one level"),
        pytest.param("a,y\n", "y", "has no rows", id="no rows"),
        pytest.param("", "y", "has no rows", id="empty"),
        pytest.param("a,y\n1,2,3\n", "y", "line 2 has 3 cells; wanted 2", id="too many cells"),
        pytest.param("a,a,y\n1,2,3\n", "y", "two columns 'a'", id="column twice"),
        pytest.param("a,,y\n1,2,3\n", "y", "a column without a name", id="no name"),
        pytest.param("a,y\n1,2\n,3\n1,4\n2,5\n2,6\n2,7\n", "y", "'a' has an empty cell in line 3", id="empty level"),
    ],
)
def test_a_table_that_is_wrong_is_answered_in_one_line(tmp_path: Path, text: str, response: str, words: str) -> None:
    """With the file, and the line where there is one."""
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(TableError) as error:
        read_results(path, Objective(response))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_answered_in_one_line(tmp_path: Path) -> None:
    """As any other that cannot be read."""
    with pytest.raises(TableError, match=r"none\.csv cannot be read: No such file"):
        read_results(tmp_path / "none.csv", ACCURACY)
