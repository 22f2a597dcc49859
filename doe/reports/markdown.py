"""An account as a page of Markdown; its figures lie beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doe.protocols import Account
from doe.reports._numbers import columns
from doe.reports._page import Block, Facts, Heading, Paragraph, Picture, Shot, Table
from doe.reports._story import story


def markdown(account: Account) -> str:
    """Headings, sentences, tables and links to figures, in the order of the story."""
    page = story(account)
    parts = [f"# {_escaped(page.title)}", _escaped(page.question), _escaped(page.about)]
    parts.append(f"**{_escaped(page.verdict)}** ({_escaped(page.certainty)})")
    for section in page.sections:
        parts.append(f"## {section.title}")
        parts += [text for block in section.blocks for text in _block(block, account.beside)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block, folder: str) -> Iterator[str]:
    match block:
        case Heading(text):
            yield f"### {_escaped(text)}"
        case Paragraph(text, "command"):
            yield "\n".join(f"    {line}" for line in text.splitlines())
        case Paragraph(text, kind):
            yield f"> {_escaped(text)}" if kind in {"note", "warning"} else _escaped(text)
        case Table(rows, more):
            yield _table(Table(rows))
            if more:
                yield f"... and {more:,} more."
        case Facts(rows):
            yield "\n".join(f"- {_escaped(name)}: {_escaped(said)}" for name, said in rows)
        case Picture(name, text):
            yield f"![{_escaped(text)}]({folder}/{name}.png)"
        case Shot(name, text, file):
            yield f"![{_escaped(text)}]({folder}/{name}{file.suffix})"


def _table(table: Table) -> str:
    found = columns(table.rows)
    if not found:
        return ""
    sides = ["---:" if column.numeric else ":---" for column in found]
    lines = [[_escaped(column.name) for column in found], sides]
    lines += [[_escaped(cell) for cell in cells] for cells in zip(*(column.cells for column in found), strict=True)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _escaped(text: str) -> str:
    r"""Text that means nothing but itself.

    What only begins a line's own meaning (``1.``, ``-``) is left as it is, as are underscores within words.
    """
    text = re.sub(r"([\\`*|\[\]<&~])", r"\\\1", " ".join(text.split()))
    return re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", text)
