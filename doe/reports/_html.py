"""What every page of HTML is made of: one style, tables, and figures drawn into the page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from doe.model import Cell
from doe.reports._numbers import Column, columns

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE = """
:root { color-scheme: light dark; --ink: #222; --soft: #555; --faint: #e6e6e6; --line: #999; --paper: #fff;
  --blue: #0072B2; --blue-paper: #f1f6fa; --red: #D55E00; --red-paper: #fdf4ee; --code: #f4f4f4; }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; --soft: #aaa; --faint: #333; --line: #777; --paper: #181a1b;
  --blue: #56B4E9; --blue-paper: #1c262d; --red: #E69F00; --red-paper: #2b2419; --code: #232627; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --faint: #ddd; --line: #777; --paper: #fff;
  --blue: #0072B2; --blue-paper: #fff; --red: #D55E00; --red-paper: #fff; --code: #fff; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 66rem; padding: 2rem 1.5rem 4rem; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.05rem; margin: 0 0 .4rem; }
p { margin: .4rem 0; max-width: 48rem; } .question { font-size: 1.1rem; color: var(--soft); }
.size { color: var(--soft); margin-bottom: 1rem; }
ul { list-style: none; padding: 0; margin: 1rem 0; max-width: 52rem; }
li { padding: .45rem .8rem; border-left: 4px solid var(--blue); background: var(--blue-paper); margin: .35rem 0; }
li.warns { border-color: var(--red); background: var(--red-paper); }
.scroll { display: inline-block; max-width: 100%; overflow: auto; max-height: 34rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .88rem; }
th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--line); position: sticky;
  top: 0; background: var(--paper); }
th, td { padding: .18rem .9rem .18rem 0; vertical-align: top; white-space: pre-wrap; }
td { border-bottom: 1px solid var(--faint); }
.number { text-align: right; white-space: nowrap; } svg { max-width: 100%; height: auto; }
footer { color: var(--soft); font-size: .85rem; margin-top: 2.5rem; }
"""

MOST_POINTS = 2000
"""Points of a line or a cloud that are drawn one by one."""

HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'


def table(rows: Sequence[Mapping[str, Cell]], *, exact: bool = False, name: str = "") -> Iterator[str]:
    """A table that scrolls where it is too wide; where exact, each rounded number is told in full precision as well."""
    found = columns(rows)
    sides = [' class="number"' if column.numeric else "" for column in found]
    label = f' aria-label="{escape(name)}"' if name else ""
    yield f'<div class="scroll"><table{label}><thead><tr>'
    yield "".join(
        f'<th scope="col"{side}>{escape(column.name)}</th>' for column, side in zip(found, sides, strict=True)
    )
    yield "</tr></thead><tbody>"
    for place in range(len(rows)):
        cells = (_cell(column, place, side, exact=exact) for column, side in zip(found, sides, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def size_of(marks: Any) -> int:
    """How many points a line or a cloud has."""
    return len(marks.get_xydata() if hasattr(marks, "get_xydata") else marks.get_offsets())


def _cell(column: Column, place: int, side: str, *, exact: bool) -> str:
    value, text = column.values[place], escape(column.cells[place])
    full = f' data-value="{value!r}"' if exact and isinstance(value, float) else ""
    return f"<td{side}{full}>{text}</td>"


def drawing(figure: Figure, name: str, over: Callable[[Figure], str] = lambda _: "") -> str:
    """The figure as it stands in a page: no date, no declaration, ids that do not change, and what lies over it.

    Clouds of very many points become pixels, as each of them would be a line of the page.
    """
    from matplotlib import rc_context

    for axes in figure.axes:
        for cloud in (*axes.lines, *axes.collections):
            cloud.set_rasterized(size_of(cloud) > MOST_POINTS)

    out = io.StringIO()
    with rc_context({"svg.hashsalt": f"doe {name}", "svg.fonttype": "none"}):
        figure.savefig(
            out, format="svg", dpi=200, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    svg = re.sub(r"^.*?(?=<svg)", "", out.getvalue(), flags=re.DOTALL)
    # names of formats that look like addresses say nothing within a page
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(?::\w+)?="[^"]*"', "", svg)
    # parts that several figures of a page have would have the same id; only what is referred to needs one
    wanted = set(re.findall(r"#([\w-]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda found: found.group(0) if found.group(1) in wanted else "", svg)
    return re.sub(r"</svg>\s*$", lambda _: f"{over(figure)}</svg>", svg)
