"""The same story in every format: complete, harmless whatever it is about, and the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from doe.model import Failed, Finding, Trial
from doe.protocols import Account
from doe.reporting import SUFFIXES, report_as, write_report
from doe.reports import REPORTS
from doe.reports._page import Heading, Paragraph
from doe.reports._story import story
from tests.reports import accounts

TEX = shutil.which("pdflatex")
FOUNDING, BROKEN = accounts.founding(), accounts.broken()


class Tags(HTMLParser):
    """What a page is made of, and that it is well nested."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag without content."""
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        if not self.opened or self.opened[-1] not in {"script", "style"}:
            self.text += data


def _html(account: Account) -> tuple[str, Tags]:
    page = REPORTS["html"](account)
    assert isinstance(page, str)
    tags = Tags()
    tags.feed(page)
    return page, tags


def _words_of_docx(account: Account) -> str:
    document = Document(io.BytesIO(report_as("docx", account)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def _words_of_pdf(account: Account) -> str:
    return "".join(page.extract_text() + " " for page in PdfReader(io.BytesIO(report_as("pdf", account))).pages)


READ: Mapping[str, Callable[[Account], str]] = {
    "html": lambda account: _html(account)[1].text,
    "markdown": lambda account: report_as("markdown", account).decode().replace("\\", ""),
    "latex": lambda account: _unescaped(report_as("latex", account).decode()),
    "docx": _words_of_docx,
    "pdf": _words_of_pdf,
}
"""Each format read back as plain words."""


def _unescaped(page: str) -> str:
    page = re.sub(r"\\text(less|greater)\{\}", lambda found: {"less": "<", "greater": ">"}[found.group(1)], page)
    page = page.replace(r"\ensuremath{\cdot}", "·").replace(r"\textquotesingle{}", "'").replace("-{}", "-")
    return re.sub(r"\\([#$%&_{}])", r"\1", page).replace("{[}", "[").replace("{]}", "]")


@pytest.mark.parametrize("name", READ)
def test_every_format_tells_the_whole_story(name: str) -> None:
    """Each heading and each sentence, word for word."""
    said = "".join(READ[name](FOUNDING).split())
    page = story(FOUNDING)
    wanted = [page.title, page.question, page.verdict, page.certainty, *(section.title for section in page.sections)]
    wanted += [
        block.text for section in page.sections for block in section.blocks if isinstance(block, Heading | Paragraph)
    ]
    for text in wanted:
        assert "".join(text.split()) in said, text
    assert "0.9264" in said
    assert "Adadelta" in said


@pytest.mark.parametrize("name", REPORTS)
def test_an_account_of_nothing_is_a_page_as_well(name: str) -> None:
    """No findings, no figures, no journal."""
    bare = Account("bare", replace(FOUNDING.results, table=FOUNDING.results.table[:0]), ())
    assert isinstance(report_as(name, bare), bytes)


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix != ".docx"])
def test_the_same_account_is_the_same_file(suffix: str, tmp_path: Path) -> None:
    """No clock and no chance in it, so that reports can be compared. A .docx is an archive, which has a clock."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_report(accounts.founding(), tmp_path / folder / f"report{suffix}")
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert [(tmp_path / "two" / path).read_bytes() for path in files] == [
        (tmp_path / "one" / path).read_bytes() for path in files
    ]


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_that_is_told_breaks_a_page(name: str) -> None:
    """Names, levels, reasons and notes full of what means something else."""
    page = report_as(name, BROKEN)
    if name == "markdown":
        # four spaces before it make a line of code, which is shown as it is
        assert all(line.startswith(b"    ") for line in page.replace(rb"\<", b"").splitlines() if b"<script" in line)
    if name in READ:
        assert "alert(1)" in READ[name](BROKEN)


def test_html_needs_nothing_else_and_lets_nothing_in() -> None:
    """Not one address of anything outside; a policy that lets only its own script run."""
    page, tags = _html(FOUNDING)
    outside = re.sub(r"data:image/png;base64,[\w+/=\s]+", "", page)  # pixels that it holds itself
    assert not re.findall(r"https?:|//\w|url\((?!#)|@import", outside)
    assert not [tag for tag, _ in tags.seen if tag in {"link", "img", "iframe", "object", "embed", "form", "base"}]
    for _, attributes in tags.seen:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "srcdoc"}]
        assert (attributes.get("xlink:href") or "#").startswith(("#", "data:image/png;base64,"))
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    own = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = (attributes["content"] for tag, attributes in tags.seen if attributes.get("http-equiv"))
    assert (
        policy
        == f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{own}'; base-uri 'none'"
    )
    assert tags.opened == []


def test_html_has_ids_once_and_values_to_point_at() -> None:
    """Figures do not share ids; each level's mean can be read off the main effects, cells keep full precision."""
    page, tags = _html(FOUNDING)
    ids = [attributes["id"] for _, attributes in tags.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "<title>epochs 50 · accuracy 0.9264</title>" in page
    assert f'data-value="{float(FOUNDING.results.table["accuracy"][0])!r}"' in page


def test_html_of_very_many_points_stays_small() -> None:
    """They become pixels, which cannot be pointed at; the axes stay text."""
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.scatter(range(5000), range(5000))
    axes.set_xlabel("very many")
    page, _ = _html(replace(FOUNDING, figures={"cloud": figure}))
    assert len(page) < 200_000
    assert "data:image/png;base64," in page
    assert 'class="spots"' not in page
    assert ">very many</text>" in page


def test_html_of_a_broken_account_has_one_script_and_no_foreign_tag() -> None:
    """What is told stands in the text, and only there."""
    page, tags = _html(BROKEN)
    assert [tag for tag, _ in tags.seen].count("script") == 1
    assert accounts.EVIL in tags.text
    assert accounts.ODD[:-1] in tags.text
    assert page.count("<script") == 1


@pytest.mark.parametrize("name", READ)
def test_what_is_very_long_is_told_to_its_end(name: str) -> None:
    """A reason of many pages in one cell, and a table of thirty factors."""
    failed = Failed(Trial(1, 1, 0, {"epochs": 30}), "error", "word " * 8000 + "end")
    wide = Finding("wide", "Wide", ({f"factor_number_{n}": 0.5 for n in range(30)},) * 2, "")
    results = replace(FOUNDING.results, failures=(failed,))
    said = "".join(READ[name](Account("long", results, (wide,))).split())
    assert "wordend" in said
    assert "factor_number_29" in said


def test_docx_can_be_opened_and_names_its_pictures() -> None:
    """Headings in the word processor's own styles, a table for each table, a text for each picture."""
    document = Document(io.BytesIO(report_as("docx", FOUNDING)))
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert headings == [section.title for section in story(FOUNDING).sections]
    assert len(document.inline_shapes) == len(FOUNDING.figures)
    names = [picture._inline.docPr.get("descr") for picture in document.inline_shapes]
    assert "main effects of accuracy" in names
    assert document.core_properties.author == ""


def test_pdf_has_numbered_pages_and_pictures() -> None:
    """Within the edges of the page, its title told."""
    reader = PdfReader(io.BytesIO(report_as("pdf", FOUNDING)))
    assert reader.metadata is not None
    assert reader.metadata.title == "l9-vgg16"
    for number, page in enumerate(reader.pages, start=1):
        assert str(number) in page.extract_text().split()
    assert sum(len(page.images) for page in reader.pages) == len(FOUNDING.figures)


@pytest.mark.parametrize("account", [FOUNDING, BROKEN], ids=["founding", "broken"])
def test_latex_is_balanced_and_its_figures_lie_beside_it(account: Account, tmp_path: Path) -> None:
    """Braces and environments close; every special letter is escaped; only what is there is included."""
    write_report(account, tmp_path / "my report%.tex")
    page = (tmp_path / "my report%.tex").read_text()
    body = page[page.index(r"\begin{document}") :]
    plain = re.sub(r"\\.", "", body)
    assert plain.count("{") == plain.count("}")
    assert sorted(re.findall(r"\\begin\{(\w+)\}", body)) == sorted(re.findall(r"\\end\{(\w+)\}", body))
    assert not re.search(r"[$~^#]", plain.replace("[U+#1]", ""))
    assert all(ord(letter) < 128 or letter == "é" for letter in re.sub(r"\\other\{\w+\}\{.\}", "", body))
    for file in re.findall(r"\\includegraphics\[[^]]*\]\{([^}]*)\}", body):
        assert (tmp_path / file).read_bytes().startswith(b"%PDF")


@pytest.mark.slow
@pytest.mark.skipif(TEX is None, reason="pdflatex is not installed: TeX is no part of doe, nor of its tests")
@pytest.mark.parametrize("account", [FOUNDING, BROKEN], ids=["founding", "broken"])
def test_latex_compiles(account: Account, tmp_path: Path) -> None:
    """Into pages, without an error, where there is a TeX."""
    write_report(account, tmp_path / "report.tex")
    words = [str(TEX), "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    said = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace")
    assert said.returncode == 0, said.stdout[-2000:]
    assert len(PdfReader(tmp_path / "report.pdf").pages) >= 1
