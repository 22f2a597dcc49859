r"""An account as a LaTeX document; its figures lie beside it. For pdflatex, xelatex and lualatex alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doe.protocols import Account
from doe.reports._figures import first_frame
from doe.reports._numbers import Column, columns
from doe.reports._page import Block, Facts, Heading, Paragraph, Picture, Shot, Table
from doe.reports._story import story

LONG = 35
"""Rows beyond which a table may be broken over pages, and letters beyond which a cell may be over lines."""

PREAMBLE = r"""\documentclass[a4paper,10pt]{article}
\usepackage{ifxetex,ifluatex}
\newif\ifunicode \ifxetex\unicodetrue\fi \ifluatex\unicodetrue\fi
\ifunicode\usepackage{fontspec}\else\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}\usepackage{lmodern}\fi
\usepackage{textcomp,geometry,graphicx,booktabs,longtable,array}
\geometry{margin=2.2cm}
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}\setlength{\tabcolsep}{5pt}
\newcommand{\other}[2]{\ifunicode#2\else[U+#1]\fi} % a letter that the fonts of pdflatex do not have
\newsavebox{\wide}
\newenvironment{fitting}{\begin{lrbox}{\wide}}{\end{lrbox}%
\ifdim\wd\wide>\linewidth\resizebox{\linewidth}{!}{\usebox{\wide}}\else\usebox{\wide}\fi}
\begin{document}
"""

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": r"-{}",
    "[": r"{[}",
    "]": r"{]}",
    "±": r"\ensuremath{\pm}",
    "×": r"\ensuremath{\times}",
    "−": r"\ensuremath{-}",
    "·": r"\ensuremath{\cdot}",
    "²": r"\textsuperscript{2}",
    "…": r"\ldots{}",
    **{letter: f"\\{letter}" for letter in "#$%&_"},
}
"""What means something else in LaTeX, or is not in its fonts, and how it is written."""


def latex(account: Account) -> str:
    """The whole document, from its class to its end."""
    page = story(account)
    parts = [
        PREAMBLE,
        rf"{{\LARGE\bfseries {_escaped(page.title)}\par}}",
        rf"{{\large {_escaped(page.question)}\par}}",
        rf"{{\small {_escaped(page.about)}\par}}",
        rf"\fbox{{\parbox{{0.97\linewidth}}{{\textbf{{{_escaped(page.verdict)}}}\\ {_escaped(page.certainty)}}}}}",
    ]
    for section in page.sections:
        parts.append(rf"\section*{{{_escaped(section.title)}}}")
        parts += [text for block in section.blocks for text in _block(block, account.beside)]
    return "\n\n".join([*parts, r"\end{document}"]) + "\n"


def _block(block: Block, folder: str) -> Iterator[str]:
    match block:
        case Heading(text):
            yield rf"\subsection*{{{_escaped(text)}}}"
        case Paragraph(text, "command"):
            yield rf"{{\small\ttfamily\raggedright {_escaped(text)}\par}}"
        case Paragraph(text, kind):
            mark = {"note": r"\textbullet\ ", "warning": r"\textbf{!}\ "}.get(kind, "")
            yield mark + _escaped(text)
        case Table(rows, more):
            yield _table(columns(rows), len(rows))
            if more:
                yield _escaped(f"... and {more:,} more.")
        case Facts(rows):
            lines = "\n".join(rf"\item[{{{_escaped(name)}}}] {_escaped(said)}" for name, said in rows)
            yield rf"\begin{{description}}\raggedright{chr(10)}{lines}{chr(10)}\end{{description}}"
        case Picture(name, _, figure):
            width = min(1.0, float(figure.get_figwidth()) / 7.2)
            yield rf"\includegraphics[{_size(width)}]{{{folder}/{name}.pdf}}"
        case Shot(name, _, file):
            _, wide, _ = first_frame(file)
            yield rf"\includegraphics[{_size(min(1.0, wide / 7.2))}]{{{folder}/{name}.png}}"


def _size(width: float) -> str:
    """A picture's size as a share of the line; no higher than a page."""
    return rf"width={width:.3f}\linewidth,height=0.9\textheight,keepaspectratio"


def _table(found: Sequence[Column], rows: int) -> str:
    if not found:
        return ""
    sides = "".join(map(_side, found))
    head = " & ".join(rf"\textbf{{{_escaped(column.name)}}}" for column in found) + r" \\ \midrule"
    lines = [" & ".join(map(_escaped, cells)) for cells in zip(*(column.cells for column in found), strict=True)]
    body = "\n".join(rf"{line} \\" for line in lines)
    if rows > LONG:
        begin = (
            rf"{{\footnotesize\begin{{longtable}}[l]{{@{{}}{sides}@{{}}}} \toprule {head} \endhead \bottomrule \endfoot"
        )
        return f"{begin}\n{body}\n\\end{{longtable}}}}"
    begin = rf"{{\small\begin{{fitting}}\begin{{tabular}}{{@{{}}{sides}@{{}}}} \toprule {head}"
    return f"{begin}\n{body} \\bottomrule\n\\end{{tabular}}\\end{{fitting}}\\par}}"


def _side(column: Column) -> str:
    if column.numeric:
        return "r"
    longest = max(map(len, column.cells))
    return rf">{{\raggedright\arraybackslash}}p{{{min(0.6, 0.012 * longest):.2f}\linewidth}}" if longest > LONG else "l"


def _escaped(text: str) -> str:
    """Text that means nothing but itself, control characters left out."""
    return "".join(map(_letter, " ".join(text.split())))


def _letter(letter: str) -> str:
    if letter in SPECIAL:
        return SPECIAL[letter]
    if letter.isascii() or "\u00c0" <= letter <= "\u017f":  # what T1 has: Latin with accents
        return letter if letter.isprintable() else ""
    return rf"\other{{{ord(letter):04X}}}{{{letter}}}"
