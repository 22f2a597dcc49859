"""Levels that mean something to whoever reads a report: they are shown, and do nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.conftest import Said

TRAINER = str(Path(__file__).parent.parent / "plain_trainer.py")
LEVELS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=a()>',
    r"\input{/etc/passwd}",
    r"\write18{touch x}",
    "[x](javascript:a())",
    "![x](http://e.org/x.png)",
    "`code` | <b>",
    r"$\frac{$ $x_{$",
    "{{7*7}} ${jndi:x} %s",
)


class Tags(HTMLParser):
    """The elements of a page, and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study file whose question and levels are all hostile."""
    folder = tmp_path_factory.mktemp("page")
    quoted = ", ".join(f"'{level}'" for level in LEVELS)
    text = f'# Is {LEVELS[0]} better?\ndesign = "full_factorial"\ntrainer = "{TRAINER}"\n'
    text += f"[factors]\nmark = [{quoted}]\nb = [1.0, 2.0]\n"
    (folder / "hostile.toml").write_text(text)
    return folder / "hostile.toml"


@pytest.mark.filterwarnings("ignore:constrained_layout not applied")  # so long names leave a figure no room
def test_every_report_of_a_hostile_study_is_written_and_inert(page: Path, doe: Said, workplace: Path) -> None:
    """No element, script, address or command of theirs is in the page, and the figures are drawn as well."""
    run = ["run", str(page), "--executor", "serial", "--tracking-uri", "none", "--yes"]
    code, _, err = doe(*run)
    assert code == 0, err
    for suffix in (".html", ".md", ".tex", ".pdf", ".docx"):
        assert doe("report", "hostile", "--to", f"report{suffix}")[0] == 0
    assert doe("plan", str(page), "--to", "plan.html")[0] == 0
    assert doe("analyze", "hostile")[0] == 0
    for name in ("report.html", "plan.html"):
        text = Path(name).read_text()
        tags = Tags()
        tags.feed(text)
        assert not [tag for tag, _ in tags.found if tag in {"img", "iframe", "object", "embed", "base", "form"}]
        assert not [attribute for _, attributes in tags.found for attribute in attributes if attribute.startswith("on")]
        addresses = [
            value for _, of in tags.found for name, value in of.items() if name in {"href", "src", "xlink:href"}
        ]
        assert all(value is not None and value.startswith(("#", "data:image/")) for value in addresses)
        assert "<script>alert" not in text
    latex = Path("report.tex").read_text()
    assert not re.search(r"\\(?:input|write18|include)\b", latex)
    markdown = Path("report.md").read_text()
    assert not re.search(r"(?<!\\)\]\((?:javascript|http)", markdown)
    assert not re.search(r"(?<!\\)<(?:script|img|b)\b", markdown)


def test_a_page_asks_no_other_host_for_anything(page: Path, doe: Said, workplace: Path) -> None:
    """It can be opened where there is no network, and tells nobody that it was."""
    assert doe("plan", str(page), "--to", "plan.html")[0] == 0
    text = Path("plan.html").read_text()
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*['"]?(?:https?:)?//""", text)
