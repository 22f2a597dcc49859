"""The documents are tests: links lead somewhere, commands exist, and code that is shown runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from doe.commands import COMMANDS, app
from doe.designs import DESIGNS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Links within the repository name files that are there."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_command_is_in_the_readme_and_has_help() -> None:
    """Nothing that can be typed is unexplained."""
    for name, command in COMMANDS.items():
        assert f"`doe {name}" in README
        assert command.__doc__
    assert app.info.help


def _doe_lines() -> list[str]:
    blocks = re.findall(r"```\n(.*?)```", README, flags=re.DOTALL)
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("doe run")]


@pytest.mark.parametrize("line", _doe_lines())
def test_every_run_in_the_readme_can_be_planned(line: str, workplace: Path) -> None:
    """With --dry-run each of them prints its plan; the one with a user's images gets as far as looking for them."""
    words = [sys.executable, "-m", *line.split(), "--dry-run"]
    said = subprocess.run(words, capture_output=True, text=True, cwd=workplace, check=False)
    if "path/to/images" in line:
        assert (said.returncode, "path/to/images" in said.stderr) == (2, True)
    else:
        assert said.returncode == 0, said.stderr
        assert "runs x" in said.stdout


def test_the_python_of_the_readme_runs(workplace: Path) -> None:
    """The library does what the page says, in a few lines."""
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL) if "import doe" in block)
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=workplace, check=False)
    assert said.returncode == 0, said.stderr
    assert "val_accuracy by level" in said.stdout


def test_the_study_of_the_readme_is_the_founding_one() -> None:
    """What the page shows is what is run."""
    (shown,) = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    page = tomllib.loads((ROOT / "studies/l9.toml").read_text())
    assert {name: page[name] for name in tomllib.loads(shown)} == tomllib.loads(shown)


def test_the_json_page_names_every_key(workplace: Path) -> None:
    """Each key that is printed is in the document, and the other way round."""
    words = [sys.executable, "-m", "doe", "run", "l9_five", "--trainer", "synthetic", "--executor", "serial", "--json"]
    said = subprocess.run(words, capture_output=True, text=True, cwd=workplace, check=False)
    assert said.returncode == 0, said.stderr
    page, text = json.loads(said.stdout), (ROOT / "docs/json.md").read_text()
    for key in [*page, *page["trials"][0], *(column for f in page["findings"] for row in f["table"] for column in row)]:
        assert f"`{key}`" in text or re.search(rf"`[^`]*\b{re.escape(key)}\b[^`]*`", text), key


def test_the_reserved_words_are_defined() -> None:
    """The glossary opens CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for word in (
        "factor",
        "level",
        "setting",
        "run",
        "replicate",
        "trial",
        "reading",
        "outcome",
        "response",
        "journal",
    ):
        assert f"| **{word}** |" in text


def test_every_design_says_what_it_is() -> None:
    """One line each for doe list designs."""
    assert all(design.summary and "\n" not in design.summary for design in DESIGNS.values())


def test_the_trainers_page_is_what_the_trainers_say() -> None:
    """Made anew it is the same; ``PYTHONPATH=. python docs/make_trainers.py`` writes it."""
    made = subprocess.run(
        [sys.executable, "-c", "import runpy; print(runpy.run_path('docs/make_trainers.py')['page'](), end='')"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert made.stdout == (ROOT / "docs/trainers.md").read_text()
