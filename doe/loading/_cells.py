"""Cells of a CSV file that mean nothing but themselves, wherever the file is opened.

A spreadsheet takes a text that begins with one of ``= + - @``, a tab or a line's end for a formula, which may start
programs or send what the sheet holds elsewhere. An apostrophe before it keeps it a text; reading takes it away again.
Source: OWASP, CSV Injection (owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import re

FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a formula begins, in the letters of East Asian keyboards, too; and how one that was guarded does."""


def guarded(value: object) -> object:
    """What to write for a value: texts that a spreadsheet would take for a formula get an apostrophe before them.

    Numbers, and texts that read as one, stay as they are.
    """
    if not isinstance(value, str) or not FORMULA.match(value) or _is_number(value):
        return value
    return f"'{value}"


def unguarded(cell: str) -> str:
    """What a cell says that ``guarded`` wrote; one apostrophe before the beginning of a formula is taken away."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
