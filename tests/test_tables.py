"""Any table with a heading can be analysed as a study is."""

from __future__ import annotations

from pathlib import Path

import pytest

from doe.analyses import analyze
from doe.loading import TableError, read_results
from doe.model import Asked, Objective
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
    ours, theirs = ({finding.name: finding for finding in analyze(each)} for each in (results, founding_l9()))
    for name in ("response-table", "anova", "optimum"):
        assert ours[name] == theirs[name]


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
    assert "2 rows without a number for y left out (rows 2, 3)." in table.note


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
        pytest.param("\n\na,y\n1,2\n\n1,x\n", "y", "line 6: y = x: wanted a number", id="blank lines are lines"),
        pytest.param("a;y\n1;2\n", "y", "has cells between semicolons; wanted commas", id="semicolons"),
        pytest.param("a\ty\n1\t2\n", "y", "has cells between tabs; wanted commas", id="tabs"),
        pytest.param("a\0,y\n1,2\n", "y", "is no table of text", id="zero bytes"),
        pytest.param(
            "a,y\n1,2\nnan,3\n1,4\n2,5\n1,1\n2,2\n", "y", "line 3: factor 'a' has an empty cell", id="NaN level"
        ),
        pytest.param(
            "a,y\n1,2\n,3\n1,4\n2,5\n2,6\n2,7\n", "y", "line 3: factor 'a' has an empty cell", id="empty level"
        ),
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("größe,y\n1,2\n".encode("latin-1"), "is not text in UTF-8: byte 0xf6 in it", id="latin-1"),
        pytest.param("a,y\n1,2\n".encode("utf-16"), "is not text in UTF-8: byte 0xff in it", id="utf-16"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not text in UTF-8: byte 0x89 in it", id="a picture"),
        pytest.param(b"a,y\n1," + b"9" * 200_000 + b"\n", "field larger than field limit", id="a cell without end"),
    ],
)
def test_a_file_that_is_no_table_is_answered_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    """Whatever its bytes."""
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as error:
        read_results(path, Objective("y"))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        pytest.param(Asked(interactions=(("a", "bb"),)), "has no factor 'bb'; did you mean 'b'?", id="interaction"),
        pytest.param(Asked(pooled=("a:c",)), "has no factor 'c'; there is a, b", id="pooled"),
        pytest.param(Asked(trials_of=100), "line 4: y = 3: --trials-of wants shares, from 0 to 1", id="no share"),
        pytest.param(Asked(also=(Objective("seconds"),)), "has no column 'seconds'", id="another response"),
    ],
)
def test_what_is_asked_must_fit_the_table(tmp_path: Path, asked: Asked, words: str) -> None:
    """Factors that are there, and shares where a share is meant."""
    path = tmp_path / "t.csv"
    path.write_text("a,b,y\n1,1,0.5\n1,2,1\n2,1,3\n2,2,0\n")
    with pytest.raises(TableError) as error:
        read_results(path, Objective("y"), asked=asked)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        pytest.param(["a", "y"], "'y' is the response, so it cannot be a factor as well", id="the response"),
        pytest.param(["a", "a"], "factor 'a' is given twice", id="twice"),
        pytest.param(["one"], "factor 'one' has one level only, 7", id="one level"),
    ],
)
def test_factors_that_are_none_are_refused(tmp_path: Path, factors: list[str], words: str) -> None:
    """In one line, with their name."""
    path = tmp_path / "t.csv"
    path.write_text("a,one,y\n1,7,0.5\n1,7,1\n2,7,3\n2,7,0\n")
    with pytest.raises(TableError) as error:
        read_results(path, Objective("y"), factors)
    assert words in str(error.value)


def test_factors_may_have_colons_in_their_names(tmp_path: Path) -> None:
    """An interaction is split where factors' names end."""
    path = tmp_path / "t.csv"
    path.write_text("a:b,c:d,y\n1,1,0.5\n1,2,1\n2,1,3\n2,2,0\n")
    results = read_results(path, Objective("y"), asked=Asked(interactions=(("a", "b:c:d"),), pooled=("c:d",)))
    assert results.asked.interactions == (("a:b", "c:d"),)
    terms = [row["term"] for finding in analyze(results) if finding.name == "anova" for row in finding.table]
    assert terms == ["a:b", "a:b x c:d", "error (holds c:d)", "total"]


def test_a_file_that_is_not_there_is_answered_in_one_line(tmp_path: Path) -> None:
    """As any other that cannot be read."""
    with pytest.raises(TableError, match=r"none\.csv cannot be read: No such file"):
        read_results(tmp_path / "none.csv", ACCURACY)
