"""Whether what a file says has the shape of a study: tables where tables are wanted, texts that can be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doe.model import StudyError

TEXTS = ("design", "trainer", "dataset", "maximize", "minimize")
TABLES = ("constants", "factors", "layout", "demo", "analysis", "target")
MOST = 2**63
"""TOML's whole numbers have 64 bits; larger ones are no number to torch, numpy or a database either."""
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line feed, what turns the direction of a line, and halves of letters."""
KINDS = {"text": str, "table": dict}


def check_shape(shown: str, page: Mapping[str, Any]) -> None:
    """Refuse a page whose keys are of another kind, or that holds a text or a number which cannot be kept.

    Raises:
        StudyError: With the key that is wrong, and what was wanted.
    """
    kinds = {**dict.fromkeys(TEXTS, "text"), **dict.fromkeys(TABLES, "table")}
    for name, value in page.items():
        _check_kind(shown, name, value, kinds.get(name))
    for name, kind in (("dataset", "text"), ("constants", "table")):
        _check_kind(shown, f"demo {name}", page.get("demo", {}).get(name), kind)
    _check_values(shown, page)


def is_printable(text: str) -> bool:
    """Whether a text can stand on a screen: it moves no cursor, rings no bell and can be written in UTF-8."""
    return not UNPRINTABLE.search(text)


def is_file(text: str) -> bool:
    """Whether there is such a file; a name that no file can have is that of none."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


def is_folder(text: str) -> bool:
    """Whether there is such a folder, ``~`` being the user's own; a name that no folder can have is that of none."""
    try:
        return Path(text).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):  # ~nobody has no home
        return False


def _check_kind(shown: str, name: str, value: Any, kind: str | None) -> None:
    if kind is not None and value is not None and not isinstance(value, KINDS[kind]):
        raise StudyError(f"{shown}: {name} = {_short(value)}: wanted a {kind}")


def _check_values(shown: str, page: Mapping[str, Any]) -> None:
    """Look into every table and list, whatever its depth."""
    left: list[Any] = [page]
    while left:
        match left.pop():
            case dict() as table:
                left += [*table.keys(), *table.values()]
            case list() as several:
                left += several
            case str() as text if not is_printable(text):
                raise StudyError(f"{shown}: {_short(text)} has a control character")
            case int() as number if not -MOST <= number < MOST:
                raise StudyError(f"{shown}: a whole number of {number.bit_length()} bits; 64 is the most")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."  # noqa: PLR2004 - a line's width
