"""An account as a document of a word processor (Office Open XML)."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from doe.protocols import Account
from doe.reports._figures import as_png, first_frame
from doe.reports._numbers import columns
from doe.reports._page import Block, Facts, Heading, Paragraph, Picture, Shot, Table
from doe.reports._story import story

if TYPE_CHECKING:
    from docx.document import Document

WIDTH, HEIGHT = 6.3, 8.2
"""Inches between the margins, and as high as a figure may be to stand on a page with its heading."""

SMALL = 8
"""Points of the letters in a table."""

LETTER, PADDING = 0.08, 0.17
"""Inches that such a letter takes at the most, on average, and that are left empty in a cell."""


def docx(account: Account) -> bytes:
    """Headings, paragraphs, tables and pictures, in the styles of the word processor itself."""
    import docx as writer
    from docx.shared import Inches

    page = story(account)
    document = writer.Document()
    for part in document.sections:
        part.left_margin = part.right_margin = Inches((8.5 - WIDTH) / 2)
    document.core_properties.title = _clean(page.title)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(_clean(page.title), level=0)
    document.add_paragraph(_clean(page.question), style="Subtitle")
    document.add_paragraph(_clean(page.about))
    verdict = document.add_paragraph(style="Intense Quote")
    verdict.add_run(_clean(page.verdict)).bold = True
    verdict.add_run(f" ({_clean(page.certainty)})")
    for section in page.sections:
        document.add_heading(section.title, level=1)
        for block in section.blocks:
            _add(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add(document: Document, block: Block) -> None:
    from docx.shared import Pt

    match block:
        case Heading(text):
            document.add_heading(_clean(text), level=2)
        case Paragraph(text, "command"):
            document.add_paragraph(style="No Spacing").add_run(_clean(text)).font.name = "Courier New"
        case Paragraph(text, kind):
            document.add_paragraph(_clean(text), style="List Bullet" if kind in {"note", "warning"} else None)
        case Table(rows, more):
            found = columns(rows)
            cells = [list(line) for line in zip(*(column.cells for column in found), strict=True)]
            _table(document, [[column.name for column in found], *cells], [column.numeric for column in found])
            after = document.add_paragraph(f"... and {more:,} more." if more else "")
            after.paragraph_format.space_after = Pt(0)
        case Facts(rows):
            for name, said in rows:
                paragraph = document.add_paragraph()
                paragraph.add_run(f"{_clean(name)}: ").bold = True
                paragraph.add_run(_clean(said))
        case Picture(_, text, figure):
            wide, tall = map(float, figure.get_size_inches())
            _picture(document, as_png(figure), wide, tall, text)
        case Shot(_, text, file):
            _picture(document, *first_frame(file), text)


def _picture(document: Document, png: io.BytesIO, wide: float, tall: float, text: str) -> None:
    from docx.shared import Inches

    inches = wide * min(1.0, WIDTH / wide, HEIGHT / tall)
    picture = document.add_picture(png, width=Inches(inches))
    picture._inline.docPr.set("descr", _clean(text))  # noqa: SLF001 - there is no other way to name a picture


def _table(document: Document, lines: list[list[str]], numeric: list[bool]) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Inches, Pt

    if not lines[0]:
        return
    table = document.add_table(rows=len(lines), cols=len(lines[0]), style="Light Shading")
    table.autofit = False
    widths = _widths(lines)
    # word processors differ in whether they go by the columns or by the cells
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Inches(width)
    # the heading stands again at the top of each page
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - there is no other way
    for row, line in zip(table.rows, lines, strict=True):
        for cell, text, number, width in zip(row.cells, line, numeric, widths, strict=True):
            cell.width = Inches(width)
            paragraph = cell.paragraphs[0]
            paragraph.add_run(_clean(text)).font.size = Pt(SMALL)
            paragraph.paragraph_format.space_after = Pt(0)
            if number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(lines: list[list[str]]) -> list[float]:
    """Inches of each column: as wide as its longest cell, all of them narrower where they are too wide for the page."""
    wanted = [LETTER * max(map(len, cells)) + PADDING for cells in zip(*lines, strict=True)]
    longest = [max(len(word) for text in cells for word in text.split() or [""]) for cells in zip(*lines, strict=True)]
    least = [min(width, LETTER * letters + PADDING) for width, letters in zip(wanted, longest, strict=True)]
    spare, room = sum(wanted) - sum(least), max(0.0, WIDTH - sum(least))
    share = min(1.0, room / spare) if spare else 1.0
    return [low + share * (high - low) for low, high in zip(least, wanted, strict=True)]


def _clean(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
