"""An account as one HTML page that needs nothing else: no network, its figures drawn into it, its script in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape

from doe.protocols import Account
from doe.reports._hover import hot_spots
from doe.reports._html import HEAD, STYLE, drawing, table
from doe.reports._page import Block, Facts, Heading, Page, Paragraph, Picture, Section, Shot, Table
from doe.reports._script import DIALOG, SCRIPT
from doe.reports._story import story

SCALE = 118
"""Pixels to the inch of a figure: one that is as wide as a journal's page fills the column."""

LEAST = 540
"""Pixels of a figure's width below which its letters could not be read; a narrower window scrolls it."""

OWN_STYLE = """
body { max-width: 56rem; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--faint); }
h3 { font-size: 1rem; margin: 1.5rem 0 .35rem; }
.about { color: var(--soft); font-size: .92rem; }
.verdict { border-left: 5px solid var(--blue); background: var(--blue-paper); padding: .8rem 1.1rem; margin: 1.3rem 0 0;
  max-width: none; font-size: 1.12rem; }
.verdict span { display: block; color: var(--soft); font-size: .88rem; margin-top: .25rem; }
.lead { font-size: 1.03rem; }
.note, .warning { padding: .45rem .8rem; border-left: 4px solid var(--blue); background: var(--blue-paper);
  max-width: 52rem; }
.warning { border-color: var(--red); background: var(--red-paper); }
pre { background: var(--code); padding: .5rem .8rem; margin: .4rem 0; max-width: 52rem; white-space: pre-wrap;
  overflow-wrap: anywhere; font-size: .85rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem;
  font-size: .92rem; margin: .4rem 0 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
th { white-space: nowrap; } th button { all: unset; cursor: pointer; font: inherit; }
th button::after { content: " ↕"; opacity: .35; }
th[aria-sort=ascending] button::after { content: " ↑"; opacity: 1; }
th[aria-sort=descending] button::after { content: " ↓"; opacity: 1; }
button:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
figure { margin: 1.2rem 0; position: relative; } .shot img { max-width: 100%; } .drawing { cursor: zoom-in; }
.drawing svg { width: 100%; min-width: var(--least); } .drawing { overflow-x: auto; }
.drawing svg, .stage svg { display: block; background: #fff; }
.enlarge { position: absolute; right: 0; top: 0; font: inherit; font-size: .78rem; color: var(--soft);
  background: none; border: 0; cursor: zoom-in; opacity: 0; }
figure:hover .enlarge, .enlarge:focus-visible { opacity: 1; }
.spots circle:hover { stroke: #D55E00; stroke-width: 1.5; }
.tip { position: fixed; z-index: 9; pointer-events: none; background: var(--ink); color: var(--paper); font-size: .8rem;
  padding: .15rem .5rem; border-radius: 3px; max-width: 90vw; }
dialog { width: 96vw; height: 94vh; max-width: none; max-height: none; border: 0; padding: .6rem;
  background: var(--paper); color: var(--ink); } dialog::backdrop { background: #0009; }
dialog[open] { display: flex; flex-direction: column; }
.bar { display: flex; justify-content: space-between; font-size: .85rem; color: var(--soft); padding-bottom: .4rem; }
.bar button { font: inherit; } .stage { flex: 1; min-height: 0; cursor: grab; touch-action: none; }
.stage svg { width: 100%; height: 100%; }
@media (prefers-color-scheme: dark) { .drawing svg, .stage svg { filter: invert(.9) hue-rotate(180deg); } }
@media (max-width: 40rem) { body { padding: 1.2rem .9rem 3rem; } dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } .scroll { max-height: none; overflow: visible; }
  th { position: static; } th button::after, .enlarge, dialog { display: none; }
  .drawing svg { filter: none; min-width: 0; }
  h2, h3 { break-after: avoid; } figure, tr, .note, .warning, .verdict { break-inside: avoid; }
  .verdict, .note, .warning { border: 1px solid var(--line); border-left-width: 5px; } }
"""


def html(account: Account) -> str:
    """The whole page; a policy in it lets nothing be loaded, and no script run but its own."""
    page = story(account)
    own = b64encode(sha256(SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{own}'; base-uri 'none'"
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head>{HEAD}<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>{escape(page.title)}: report</title><style>{STYLE}{OWN_STYLE}</style></head><body>",
        *_head(page),
        *(line for section in page.sections for line in _section(section)),
        f"<footer>doe report {escape(page.title)}</footer>",
        f"{DIALOG}<script>{SCRIPT}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _head(page: Page) -> Iterator[str]:
    yield f"<header><h1>{escape(page.title)}</h1>"
    yield f'<p class="question">{escape(page.question)}</p><p class="about">{escape(page.about)}</p>'
    yield f'<p class="verdict">{escape(page.verdict)}<span>{escape(page.certainty)}</span></p></header>'


def _section(section: Section) -> Iterator[str]:
    yield f"<section><h2>{escape(section.title)}</h2>"
    name = section.title
    for block in section.blocks:
        name = block.text if isinstance(block, Heading) else name
        yield from _block(block, name)
    yield "</section>"


def _block(block: Block, name: str) -> Iterator[str]:
    match block:
        case Heading(text):
            yield f"<h3>{escape(text)}</h3>"
        case Paragraph(text, "command"):
            yield f"<pre>{escape(text)}</pre>"
        case Paragraph(text, kind):
            yield f'<p class="{kind}">{escape(text)}</p>'
        case Table(rows, more):
            yield from table(rows, exact=True, name=name)
            if more:
                yield f"<p>... and {more:,} more.</p>"
        case Facts(rows):
            told = (f"<dt>{escape(what)}</dt><dd>{escape(said)}</dd>" for what, said in rows)
            yield f"<dl>{''.join(told)}</dl>"
        case Picture(plot, text, figure):
            wide = SCALE * figure.get_figwidth()
            size = f"max-width: {wide:.0f}px; --least: {min(wide, LEAST):.0f}px"
            yield f'<figure data-text="{escape(text)}" style="{size}">'
            yield f'<div class="drawing" role="img" aria-label="{escape(text)}">'
            yield f"{drawing(figure, plot, hot_spots)}</div></figure>"
        case Shot(_, text, file):
            data = f"data:image/{file.suffix[1:]};base64,{b64encode(file.read_bytes()).decode()}"
            yield f'<figure class="shot"><img src="{data}" alt="{escape(text)}"></figure>'
