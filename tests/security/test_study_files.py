"""A study file from a stranger: whatever stands in it, doe says what is wrong in one line and runs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from doe.designs import DESIGNS
from doe.loading import Wishes, load_study
from doe.model import DoeError, Trial
from tests.conftest import Said

TRAINER = Path(__file__).parent.parent / "plain_trainer.py"
HEAD = f'design = "full_factorial"\ntrainer = "{TRAINER}"\n'
TABLE = HEAD.replace("full_factorial", "table")
FACTORS = '[factors]\na = ["x", "y"]\n'
BIG = "1" + "0" * 400

PAGES = {
    "a list of factors": HEAD + "factors = [1]",
    "a number for a trainer": 'design = "l9"\ntrainer = 5\n' + FACTORS,
    "a list for a design": f'design = ["l9"]\ntrainer = "{TRAINER}"\n' + FACTORS,
    "a number for constants": HEAD + "constants = 3\n" + FACTORS,
    "a number for a demo": HEAD + "demo = 3\n" + FACTORS,
    "a number for a demo's constants": HEAD + "demo = { constants = 3 }\n" + FACTORS,
    "a number for an analysis": HEAD + "analysis = 3\n" + FACTORS,
    "a text for a target": HEAD + 'target = { y = "b" }\n' + FACTORS,
    "a text for a further target": HEAD + FACTORS + '[analysis]\ntarget = { y = "b" }\n',
    "a date for a level": HEAD + "[factors]\na = [1979-05-27]\n",
    "a huge number": HEAD + f"replicates = {BIG}\n" + FACTORS,
    "a huge level": HEAD + f"[factors]\nc = [1, {BIG}]\n",
    "a number of 5,000 digits": HEAD + f"replicates = 1{'0' * 5000}\n" + FACTORS,
    "deep lists": HEAD + "x = " + "[" * 5000 + "]" * 5000,
    "deep tables": HEAD + "x = " + "{a=" * 3000 + "1" + "}" * 3000,
    "a long key": HEAD + '"' + "k" * 1_000_000 + '" = 1\n',
    "ten megabytes of a level": HEAD + '[factors]\na = ["x", "' + "y" * 10_000_000 + '"]\n',
    "a factor that moves the cursor": HEAD + '[factors]\n"a\\u001b[2J" = ["x", "y"]\n',
    "a level that names the window": HEAD + '[factors]\na = ["x", "\\u001b]0;mine\\u0007"]\n',
    "a level written backwards": HEAD + '[factors]\na = ["x", "\\u202eyx"]\n',
    "a table whose name has a zero": TABLE + 'layout = { file = "a\\u0000b" }\n' + FACTORS,
    "a folder for a table": TABLE + 'layout = { file = "/etc" }\n' + FACTORS,
    "a table that is no table": TABLE + 'layout = { file = "/etc/passwd" }\n' + FACTORS,
    "a dataset of a long name": HEAD + f'dataset = "{"d" * 5000}"\n' + FACTORS,
    "a dataset of nobody": HEAD + 'dataset = "~nobody-at-all/x"\n' + FACTORS,
    "a trainer of a long name": f'design = "l9"\ntrainer = "{"t" * 5000}.py"\n' + FACTORS,
    "a trainer elsewhere": 'design = "l9"\ntrainer = "../../../etc/passwd"\n' + FACTORS,
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_malicious_page_is_refused(page: str, workplace: Path) -> None:
    """It is a DoeError, and no other; nothing is written."""
    Path("mean.toml").write_text(page)
    with pytest.raises(DoeError):
        _first_trial()
    assert [path.name for path in workplace.iterdir()] == ["mean.toml"]


def _first_trial() -> Trial:
    study = load_study("mean.toml", DESIGNS).study
    return next(iter(DESIGNS[study.design].propose(study, (), ())))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_a_page_in_another_encoding_is_refused(encoding: str, workplace: Path) -> None:
    """It is not guessed at."""
    Path("mean.toml").write_bytes(("# Ist é größer?\n" + HEAD + FACTORS).encode(encoding))
    with pytest.raises(DoeError, match="cannot be read"):
        load_study("mean.toml", DESIGNS)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b", "..", ".", "~", "-x", "a\nb", "a\n", "a\0b", "", "a b"])
def test_a_name_never_leaves_the_folder_of_studies(name: str, workplace: Path) -> None:
    """Whether typed after --name or as the study, it holds nothing that a path could be made of."""
    Path("mean.toml").write_text(HEAD + FACTORS)
    if name:
        with pytest.raises(DoeError, match="cannot be a study's name"):
            load_study("mean.toml", DESIGNS, Wishes(name=name))
    with pytest.raises(DoeError, match="cannot be a study's name"):
        load_study(name, DESIGNS)


@pytest.mark.parametrize("stem", ["..", "a b", "-rf", "a\x1b[2J"])
def test_the_name_of_a_file_becomes_no_other_folder(stem: str, workplace: Path) -> None:
    """A file's name is a study's name, and held to the same letters."""
    Path(f"{stem}.toml").write_text(HEAD + FACTORS)
    with pytest.raises(DoeError, match="cannot be a study's name"):
        load_study(f"{stem}.toml", DESIGNS)


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "l9", "--factor", "a\x1b[2J=x,y"),
        ("plan", "l9", "--set", f"width={BIG}"),
        ("plan", "l9", "--set", "width=\udcff"),
        ("plan", "l9", "--set", "two\nlines=1"),
        ("show", "x" * 5000),
        ("plan", "x" * 5000 + ".toml"),
        ("analyze", "x" * 5000 + ".csv", "--response", "y"),
    ],
    ids=["escape", "huge", "surrogate", "lines", "long study", "long file", "long table"],
)
def test_what_is_said_is_one_line_that_moves_no_cursor(words: tuple[str, ...], doe: Said) -> None:
    """A message quotes the user's word, but in letters that only show."""
    code, out, err = doe(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.removesuffix("\n").isprintable()
    assert len(err) < 2100
