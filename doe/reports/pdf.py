"""An account as a PDF to be printed or sent."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from doe.protocols import Account
from doe.reports._figures import as_png, first_frame
from doe.reports._numbers import Column, columns
from doe.reports._page import Block, Facts, Heading, Page, Paragraph, Picture, Shot, Table
from doe.reports._story import story

FONTS = {"doe": "DejaVuSans.ttf", "doe-bold": "DejaVuSans-Bold.ttf", "doe-mono": "DejaVuSansMono.ttf"}
"""The fonts of matplotlib, which are there wherever it is, and have most alphabets."""

MARGIN = 51.0
"""Points: 18 millimetres."""

CELL, LEAST, GAP = 7.5, 2.5, 9.0
"""Points: letters in a table, as small as they may become where it is wide, and the room between columns."""

POINTS, TALLEST = 72.0, 640.0
"""How many points are an inch, and how many a figure may be high to stand on a page with its heading."""

WRAPPED = 40
"""Letters of a cell beyond which it is broken over lines."""


def pdf(account: Account) -> bytes:
    """Pages of A4 with numbers; the same account gives the same bytes."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    page = story(account)
    _register()
    styles = _styles()
    width = A4[0] - 2 * MARGIN
    out = io.BytesIO()
    sheets = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=page.title,
        author="",
        invariant=1,
    )
    parts = [*_head(page, styles, width)]
    for section in page.sections:
        parts.append(_text(section.title, styles["section"]))
        parts += [part for block in section.blocks for part in _block(block, styles, width)]
    sheets.build(parts, onFirstPage=_numbered, onLaterPages=_numbered)
    return out.getvalue()


def _register() -> None:
    """Make the fonts known; done twice, it changes nothing."""
    import matplotlib as mpl
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for name, file in FONTS.items():
        registerFont(TTFont(name, folder / file))


def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    def style(name: str, size: float, font: str = "doe", color: str = "#222222", **more: Any) -> Any:
        return ParagraphStyle(
            name, fontName=font, fontSize=size, leading=1.35 * size, textColor=HexColor(color), spaceAfter=4, **more
        )

    boxed = {"borderPadding": 6, "leftIndent": 8, "rightIndent": 6, "spaceBefore": 8}
    blue, red = ({**boxed, "borderWidth": 0, "backColor": HexColor(color)} for color in ("#F1F6FA", "#FDF4EE"))
    return {
        "title": style("title", 18, "doe-bold"),
        "question": style("question", 11, color="#444444"),
        "about": style("about", 8, color="#555555"),
        "verdict": style("verdict", 11, "doe-bold", **{**blue, "spaceBefore": 12}),
        "certainty": style("certainty", 9, color="#555555", **{**blue, "spaceBefore": 6}),
        "section": style("section", 13, "doe-bold", spaceBefore=16, keepWithNext=1),
        "heading": style("heading", 9.5, "doe-bold", spaceBefore=9, keepWithNext=1),
        "lead": style("lead", 9.5),
        "plain": style("plain", 8.5),
        "note": style("note", 8.5, **blue),
        "warning": style("warning", 8.5, **red),
        "command": style("command", 7.5, "doe-mono", wordWrap="CJK"),
        "cell": style("cell", CELL),
    }


def _text(text: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph as Flowing

    return Flowing(escape(text, quote=False), style)


def _head(page: Page, styles: dict[str, Any], _: float) -> Iterator[Any]:
    from reportlab.platypus import Spacer

    yield _text(page.title, styles["title"])
    yield _text(page.question, styles["question"])
    yield _text(page.about, styles["about"])
    yield _text(page.verdict, styles["verdict"])
    yield _text(page.certainty, styles["certainty"])
    yield Spacer(1, 4)


def _block(block: Block, styles: dict[str, Any], width: float) -> Iterator[Any]:
    from reportlab.platypus import Spacer

    match block:
        case Heading(text):
            yield _text(text, styles["heading"])
        case Paragraph(text, kind):
            yield _text(text, styles[kind])
        case Table(rows, more):
            yield _table(columns(rows), styles, width)
            if more:
                yield _text(f"... and {more:,} more.", styles["plain"])
            yield Spacer(1, 5)
        case Facts(rows):
            told = [[_text(name, styles["plain"]), _text(said, styles["plain"])] for name, said in rows]
            yield _grid(told, [0.18 * width, 0.82 * width], [], CELL)
            yield Spacer(1, 5)
        case Picture(_, _, figure):
            yield _picture(as_png(figure), figure.get_figwidth(), figure.get_figheight(), width)
        case Shot(_, _, file):
            yield _picture(*first_frame(file), width)


def _picture(png: io.BytesIO, inches: float, tall: float, width: float) -> Any:
    """A picture in its own size, where it is no wider than the page."""
    from reportlab.platypus import Image

    scale = min(POINTS, width / inches, TALLEST / tall)
    return Image(png, scale * inches, scale * tall, hAlign="LEFT")


def _table(found: Sequence[Column], styles: dict[str, Any], width: float) -> Any:
    """A table as wide as its cells; where it is too wide, long cells are broken, then letters become smaller."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.platypus import Spacer

    if not found:
        return Spacer(1, 1)
    names = [column.name for column in found]
    widths = [
        GAP + max(stringWidth(text, "doe-bold", CELL) for text in (column.name, *column.cells)) for column in found
    ]
    if sum(widths) > width:
        most = GAP + 0.6 * WRAPPED * CELL
        widths = [wide if column.numeric else min(wide, most) for wide, column in zip(widths, found, strict=True)]
    small = max(LEAST, CELL * min(1.0, width / sum(widths)))
    widths = [min(1.0, width / sum(widths)) * each for each in widths]
    style = ParagraphStyle("small", parent=styles["cell"], fontSize=small, leading=1.3 * small, spaceAfter=0)
    lines: list[list[Any]] = [
        [_text(name, ParagraphStyle("head", parent=style, fontName="doe-bold")) for name in names]
    ]
    lines += [
        [cell if column.numeric else _text(cell, style) for cell, column in zip(cells, found, strict=True)]
        for cells in zip(*(column.cells for column in found), strict=True)
    ]
    right = [place for place, column in enumerate(found) if column.numeric]
    for place in right:
        lines[0][place].style = ParagraphStyle("right", parent=lines[0][place].style, alignment=2)
    return _grid(lines, widths, right, small, headed=True)


def _grid(lines: list[list[Any]], widths: list[float], right: list[int], size: float, *, headed: bool = False) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import LongTable

    grey, ink = HexColor("#DDDDDD"), HexColor("#777777")
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), "doe", size),
        ("TEXTCOLOR", (0, 0), (-1, -1), HexColor("#222222")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, grey),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), GAP / 2),
        *(("ALIGN", (place, 0), (place, -1), "RIGHT") for place in right),
    ]
    if headed:
        style.append(("LINEBELOW", (0, 0), (-1, 0), 0.6, ink))
    return LongTable(lines, colWidths=widths, style=style, repeatRows=1 if headed else 0, hAlign="LEFT", splitInRow=1)


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont("doe", 7)
    canvas.drawRightString(document.pagesize[0] - MARGIN, MARGIN / 2, str(document.page))
