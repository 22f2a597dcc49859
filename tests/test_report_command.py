"""``doe report``: a study or a table as a page in every format, and what is refused."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from doe.provenance import command
from tests import golden
from tests.conftest import Said

TRAINER = str(Path(__file__).parent / "plain_trainer.py")
TABLE = "founding_l9.csv"
RUN = ["run", "full_factorial", "--trainer", TRAINER, "--factor", "a=x,y", "--factor", "c=1,2", "--executor", "serial"]
QUIET = ["--tracking-uri", "none"]
NAME = "full_factorial-plain_trainer"


@pytest.fixture
def table(workplace: Path) -> Path:
    """The founding table in the working folder."""
    path = workplace / TABLE
    path.write_bytes((golden.FOLDER / TABLE).read_bytes())
    return path


@pytest.mark.parametrize("suffix", ["html", "pdf", "md", "docx", "tex"])
def test_a_table_is_reported_in_every_format(doe: Said, table: Path, suffix: str) -> None:
    """What was written is printed, figures that lie beside the page as well."""
    code, out, err = doe("report", TABLE, "--response", "accuracy", "--to", f"out.{suffix}")
    assert (code, err) == (0, "")
    files = out.splitlines()
    assert files[0] == f"out.{suffix}"
    assert all(Path(file).stat().st_size > 1000 for file in files)
    assert (len(files) > 1) == (suffix in {"md", "tex"})


def test_a_table_tells_what_a_study_would(doe: Said, table: Path) -> None:
    """Its aliases in words, its hash, the command that analyses it again, and nothing of a study."""
    doe("report", TABLE, "--response", "accuracy", "--factors", "optimizer,epochs,dropout,batch_size", "--to", "r.md")
    page = Path("r.md").read_text()
    assert "half of dropout x batch_size" in page
    assert "No degrees of freedom are left for error" in page
    assert "--replicates" not in page
    assert re.search(r"sha256 [0-9a-f]{64}", page)
    again = "doe analyze founding_l9.csv --response accuracy --factors optimizer,epochs,dropout,batch_size"
    assert again in page
    assert doe(*shlex.split(again)[1:])[0] == 0


def test_a_table_is_reported_as_its_analysis_was_asked(doe: Said, table: Path) -> None:
    """The model of the analysis is an option of both, and stands in the command that repeats it."""
    asked = ["--response", "accuracy", "--factors", "optimizer,dropout", "--interactions", "optimizer:dropout"]
    assert doe("report", TABLE, *asked, "--type", "III", "--to", "r.md")[0] == 0
    page = Path("r.md").read_text()
    assert f"doe analyze founding_l9.csv {' '.join(asked)} --type III" in page
    assert "optimizer x dropout" in page


def test_a_study_is_reported_with_the_commands_that_repeat_it(doe: Said) -> None:
    """What is typed again is the same plan; what would tell more runs as it stands there."""
    doe(*RUN, *QUIET)
    code, _, err = doe("report", "full_factorial", "--to", "r.md")
    assert (code, err) == (0, "")
    page = Path("r.md").read_text()
    commands = [shlex.split(line)[1:] for line in page.splitlines() if line.startswith("    doe ")]
    (confirm,) = (words for words in commands if words[0] == "confirm")
    repeat = commands[-1]
    assert repeat == [*RUN, *QUIET]
    again = json.loads(doe(*repeat, "--dry-run", "--json")[1])
    assert f"digest {again['digest']}" in page
    code, _, err = doe(*confirm, *QUIET, "--executor", "serial")
    assert code == 0, err
    assert "confirmation" in doe("show", NAME, "--json")[1]


def test_the_report_lies_beside_every_study(doe: Said) -> None:
    """Written when the study ends, the machine that trained it told, the same as when it is asked for."""
    doe(*RUN, *QUIET)
    written = Path(f"mlruns/studies/{NAME}/report.html")
    doe("report", "full_factorial", "--to", "again.html")
    assert written.read_bytes() == Path("again.html").read_bytes()
    page = written.read_text()
    assert "<dt>trials&#x27; device</dt><dd>cpu</dd>" in page
    assert f"--trainer {TRAINER}" in page


def test_failures_are_named(doe: Said) -> None:
    """A trainer that breaks at one level: its trials, and why."""
    Path("broken.py").write_text(
        '"""A trainer."""\nfrom collections.abc import Iterator\n\n\n'
        "def train(dataset: object = None, epochs: int = 2, seed: int = 0, *, a: int = 1, b: int = 1)"
        " -> Iterator[dict[str, float]]:\n"
        '    """Yield."""\n'
        "    for epoch in range(epochs):\n"
        '        yield {"val_accuracy": float("nan") if a == b == 2 else 0.1 * a + 0.01 * b}\n'
    )
    words = ["run", "full_factorial", "--trainer", "broken.py", "--factor", "a=1,2,3", "--factor", "b=1,2,3"]
    assert doe(*words, "--executor", "serial", *QUIET)[0] == 3
    doe("report", "full_factorial", "--to", "r.md")
    page = Path("r.md").read_text()
    assert "8 trials completed on full\\_factorial · 1 failed" in page or "1 failed" in page
    assert "1 trial failed and is left out." in page
    assert "| diverged |" in page


def test_replicates_are_proposed_where_nothing_can_be_tested(doe: Said) -> None:
    """The command of the study itself, with one replicate more; once that is run it is proposed no more."""
    factors = [word for name in "abc" for word in ("--factor", f"{name}=1,2")]
    Path("plain.py").write_text(
        '"""A trainer."""\nfrom collections.abc import Iterator\n\n\n'
        "def train(dataset: object = None, epochs: int = 1, seed: int = 0, *, a: int = 1, b: int = 1, c: int = 1)"
        " -> Iterator[dict[str, float]]:\n"
        '    """Yield."""\n'
        '    yield {"val_accuracy": 0.1 * a + 0.02 * b + 0.01 * c + 0.001 * (seed % 7)}\n'
    )
    words = ["run", "l4", "--trainer", "plain.py", *factors, "--executor", "serial", *QUIET]
    doe(*words)
    doe("report", "l4", "--to", "r.md")
    page = Path("r.md").read_text()
    more = shlex.join(["doe", *words, "--replicates", "2"])
    assert f"    {more}" in page.splitlines()
    assert "ranked, not tested" in page
    assert doe(*shlex.split(more)[1:])[0] == 0
    doe("report", "l4", "--to", "r.md")
    assert "--replicates 3" not in Path("r.md").read_text()


BAD: list[Any] = [
    pytest.param(["report", "l9", "--to", "r.html"], ["no study 'l9' has been run here"], id="unknown study"),
    pytest.param(["report", TABLE, "--to", "r.html"], ["--response COLUMN"], id="no response"),
    pytest.param(
        ["report", TABLE, "--response", "acuracy", "--to", "r.html"], ["no column 'acuracy'", "'accuracy'"], id="column"
    ),
    pytest.param(["report", "no.csv", "--response", "a", "--to", "r.html"], ["no.csv cannot be read"], id="no table"),
    pytest.param(
        ["report", TABLE, "--response", "accuracy", "--to", "r.doc"],
        ["--to r.doc", ".html, .pdf, .md, .docx or .tex", "'.doc'"],
        id="suffix",
    ),
    pytest.param(["report", TABLE, "--response", "accuracy", "--to", "r"], ["not 'nothing'"], id="no suffix"),
    pytest.param(
        ["report", TABLE, "--response", "accuracy", "--to", "no/r.pdf"], ["cannot write no/r.pdf"], id="no folder"
    ),
    pytest.param(
        ["report", TABLE, "--response", "accuracy", "--goal", "best", "--to", "r.md"], ["no goal 'best'"], id="goal"
    ),
    pytest.param(["report", "empty.csv", "--response", "y", "--to", "r.md"], ["no row with a number for y"], id="NaN"),
    pytest.param(
        ["report", "l9", "--response", "accuracy", "--to", "r.md"], ["--response is for a .csv table"], id="not a table"
    ),
    pytest.param(["analyze", "l9", "--block", "seed"], ["--block is for a .csv table"], id="analyze"),
]


@pytest.mark.parametrize(("words", "wanted"), BAD)
def test_what_is_typed_wrong_is_answered_in_one_line(
    doe: Said, table: Path, words: list[str], wanted: list[str]
) -> None:
    """Their word and what was wanted; exit code 2, nothing on stdout, and no file."""
    Path("empty.csv").write_text("a,y\n1,\n2,\n1,nan\n2,\n")
    code, out, err = doe(*words)
    assert (code, out) == (2, "")
    assert err.startswith("doe: ")
    assert err.count("\n") == 1
    assert all(part in err for part in wanted), err
    assert sorted(path.name for path in Path().iterdir()) == ["empty.csv", TABLE]


def test_a_study_without_a_completed_trial_has_nothing_to_report(doe: Said) -> None:
    """All of them failed: said in a line, and nothing lies beside the journal."""
    Path("broken.py").write_text(
        '"""A trainer."""\nfrom collections.abc import Iterator\n\n\n'
        "def train(dataset: object = None, epochs: int = 1, seed: int = 0, *, a: int = 1)"
        " -> Iterator[dict[str, float]]:\n"
        '    """Yield."""\n'
        '    yield {"val_accuracy": float("nan")}\n'
    )
    words = ["run", "full_factorial", "--trainer", "broken.py", "--factor", "a=1,2", "--executor", "serial"]
    doe(*words, *QUIET)
    code, out, err = doe("report", "full_factorial", "--to", "r.html")
    assert (code, out) == (2, "")
    assert "no trial of full_factorial-broken has completed" in err
    assert not Path("mlruns/studies/full_factorial-broken/report.html").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/home/me/.venv/bin/doe", "run", "l9"], "doe run l9"),
        (["doe", "run", "l9", "--tracking-uri", "https://me:secret@host/x"], "https://***@host/x"),
        (["doe", "run", "l9", "--tracking-uri=https://token@host/x"], "https://***@host/x"),
        (["doe", "run", "l9", "--factor", "a b=1,2"], "--factor 'a b=1,2'"),
        (["mine/study.py", "7"], "python study.py 7"),
    ],
    ids=["path", "password", "token", "quoted", "script"],
)
def test_the_command_is_kept_without_what_is_secret(words: list[str], said: str) -> None:
    """As it can be typed again, without machine paths and without who logs in."""
    kept = command(words)
    assert said in kept
    assert "secret" not in kept
    assert "token" not in kept
    assert "/home" not in kept
