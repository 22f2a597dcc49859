"""A judged plan as one HTML page that needs nothing else: no network, no script, the map drawn into it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from doe.commands._judge import Judged
from doe.commands._plan_screen import factors_table, heading, runs_table
from doe.evaluations import EVALUATIONS, main_effects
from doe.model import Cell, Finding
from doe.plots import PLAN_PLOTS
from doe.reports._numbers import column, is_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_ROWS = 200
"""Rows of a table that are shown; --json has all of them."""

SIDE_BY_SIDE = 14
"""Rows of a table short enough to stand beside another."""

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 0 auto; max-width: 66rem;
  padding: 2rem 1.5rem 4rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.05rem; margin: 0 0 .4rem; }
p { margin: .4rem 0; max-width: 48rem; } .question { font-size: 1.1rem; color: #444; }
.size { color: #555; margin-bottom: 1rem; }
ul { list-style: none; padding: 0; margin: 1rem 0; max-width: 52rem; }
li { padding: .45rem .8rem; border-left: 4px solid #0072B2; background: #f3f7fa; margin: .35rem 0; }
li.warns { border-color: #D55E00; background: #fdf4ee; }
.tables { display: flex; flex-wrap: wrap; gap: 1.8rem 3rem; align-items: flex-start; margin-top: 1.8rem; }
section { max-width: 100%; } section.long { flex-basis: 100%; }
.short { max-width: 30rem; }
.scroll { display: inline-block; max-width: 100%; overflow-x: auto; max-height: 34rem; overflow-y: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .88rem; }
th { text-align: left; color: #555; font-weight: 600; border-bottom: 1px solid #999; position: sticky; top: 0;
  background: #fff; }
th, td { padding: .18rem .9rem .18rem 0; vertical-align: top; white-space: pre-wrap; }
td { border-bottom: 1px solid #eee; }
.number { text-align: right; white-space: nowrap; }
section p { color: #444; font-size: .92rem; } svg { max-width: 100%; height: auto; }
footer { color: #777; font-size: .85rem; margin-top: 2.5rem; }
"""


def plan_page(judged: Judged) -> str:
    """The page: what is planned and what it means first, then the map, then the tables."""
    said = [finding for finding in judged.findings if finding.name in {*EVALUATIONS, "detect"}]
    tables = [finding for finding in judged.findings if finding.name not in EVALUATIONS]
    first, *more = heading(judged)
    name = escape(judged.study.name)
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{name}: the plan</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>',
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
        *(line for finding in tables for line in _section(finding)),
        *(line for f in said if f.name in EVALUATIONS for line in _section(f, note=False)),
        "</div>",
        f"<footer>doe plan {name}{f' · digest {judged.study.digest}' if judged.plan else ''}</footer>",
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _section(finding: Finding, *, note: bool = True) -> Iterator[str]:
    if not finding.table and not (note and finding.note):
        return
    kind = "long" if len(finding.table) > SIDE_BY_SIDE or finding.name == "alias-structure" else "short"
    yield f'<section class="{kind}"><h2>{escape(finding.title)}</h2>'
    if finding.table:
        yield from _table(finding.table)
    if note and finding.note:
        yield f"<p>{escape(finding.note)}</p>"
    yield "</section>"


def _table(rows: Sequence[Mapping[str, Cell]]) -> Iterator[str]:
    shown = rows[:MOST_ROWS]
    columns = {name: column(name, [row[name] for row in shown]) for name in rows[0]}
    columns = {name: cells for name, cells in columns.items() if any(cells)}
    sides = [' class="number"' if all(map(is_number, cells)) else "" for cells in columns.values()]
    yield '<div class="scroll"><table><thead><tr>'
    yield "".join(f"<th{side}>{escape(name)}</th>" for name, side in zip(columns, sides, strict=True))
    yield "</tr></thead><tbody>"
    for cells in zip(*columns.values(), strict=True):
        told = (f"<td{side}>{escape(cell)}</td>" for cell, side in zip(cells, sides, strict=True))
        yield f"<tr>{''.join(told)}</tr>"
    yield "</tbody></table></div>"
    if len(rows) > MOST_ROWS:
        yield f"<p>... and {len(rows) - MOST_ROWS:,} more; --json has all.</p>"


def _map(judged: Judged) -> Iterator[str]:
    figure = PLAN_PLOTS["correlation-map"](main_effects(judged.study, judged.runs)) if judged.runs else None
    if figure is not None:
        yield '<section class="long"><h2>Correlation map</h2>'
        yield "<p>Every column of the model against every other, main effects first, then two-factor interactions if"
        yield "there is room: white where the two can be told apart, dark where they cannot.</p>"
        yield f"{_drawing(figure)}</section>"


def _drawing(figure: Figure) -> str:
    """The figure as it stands in a page: no date, no declaration, ids that do not change."""
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.hashsalt": "doe", "svg.fonttype": "none"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return re.sub(r"^.*?(?=<svg)", "", out.getvalue(), flags=re.DOTALL)
