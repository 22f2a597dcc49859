"""A judged plan as one HTML page that needs nothing else: no network, no script, the map drawn into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from doe.commands._judge import Judged
from doe.commands._plan_screen import SAID_FIRST, factors_table, heading, runs_table, said_in_sets
from doe.evaluations import EVALUATIONS, main_effects
from doe.model import Cell, Finding
from doe.plots import PLAN_PLOTS
from doe.reports._html import HEAD, STYLE, drawing, table

MOST_ROWS = 200
"""Rows of a table that are shown; --json has all of them."""

SIDE_BY_SIDE, ABREAST = 14, 5
"""Rows and columns of a table small enough to stand beside another."""

WORDY = frozenset({"alias-structure", "alias-sets", "defining-relation"})
"""Findings whose cells are sentences."""

OWN_STYLE = """
.tables { display: flex; flex-wrap: wrap; gap: 1.8rem 3rem; align-items: flex-start; margin-top: 1.8rem; }
section { max-width: 100%; } section.long { flex-basis: 100%; } .short { max-width: 30rem; }
section p { color: var(--soft); font-size: .92rem; }
@media (prefers-color-scheme: dark) { svg { filter: invert(.9) hue-rotate(180deg); } }
"""


def plan_page(judged: Judged) -> str:
    """The page: what is planned and what it means first, then the map, then the tables."""
    said = [finding for finding in judged.findings if finding.name in SAID_FIRST]
    left_out = {*EVALUATIONS, *said_in_sets(judged.findings)}
    tables = [finding for finding in judged.findings if finding.name not in left_out]
    first, *more = heading(judged)
    name = escape(judged.study.name)
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head>{HEAD}<title>{name}: the plan</title>',
        f"<style>{STYLE}{OWN_STYLE}</style></head><body>",
        f"<h1>{name}</h1>",
        *(f'<p class="question">{escape(line)}</p>' for line in more),
        f"<p>{escape(first.partition(' · ')[2])}</p>",
        f'<p class="size">{escape(judged.size)}. Nothing has been trained yet.</p>',
        "<ul>",
        *(f"<li{' class=warns' if f.warns else ''}>{escape(f.note)}</li>" for f in said if f.note),
        "</ul>",
        '<div class="tables">',
        *_section(factors_table(judged.study)),
        *_section(runs_table(judged.study, judged.order)),
        *_map(judged),
        *(line for f in tables for line in _section(f, note=f.name not in SAID_FIRST)),
        *(line for f in said if f.name in EVALUATIONS for line in _section(f, note=False)),
        "</div>",
        f"<footer>doe plan {name}{f' · digest {judged.study.digest}' if judged.plan else ''}</footer>",
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _section(finding: Finding, *, note: bool = True) -> Iterator[str]:
    if not finding.table and not (note and finding.note):
        return
    wide = finding.table and len(finding.table[0]) > ABREAST
    long = wide or len(finding.table) > SIDE_BY_SIDE or finding.name in WORDY
    kind = "long" if long else "short"
    yield f'<section class="{kind}"><h2>{escape(finding.title)}</h2>'
    if finding.table:
        yield from _table(finding.table)
    if note and finding.note:
        yield f"<p>{escape(finding.note)}</p>"
    yield "</section>"


def _table(rows: Sequence[Mapping[str, Cell]]) -> Iterator[str]:
    yield from table(rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        yield f"<p>... and {len(rows) - MOST_ROWS:,} more; --json has all.</p>"


def _map(judged: Judged) -> Iterator[str]:
    figure = PLAN_PLOTS["correlation-map"](main_effects(judged.study, judged.runs)) if judged.runs else None
    if figure is not None:
        yield '<section class="long"><h2>Correlation map</h2>'
        yield "<p>Every column of the model against every other, main effects first, then two-factor interactions if"
        yield "there is room: white where the two can be told apart, dark where they cannot.</p>"
        yield f"{drawing(figure, 'correlation-map')}</section>"
