"""Plain values that the nouns are made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

Level: TypeAlias = bool | int | float | str
Setting: TypeAlias = Mapping[str, Level]
Metrics: TypeAlias = Mapping[str, float]
Cell: TypeAlias = Level | None


class DoeError(Exception):
    """Anything that the user can mend; the command line says it in one line. Each kind stands beside what raises it."""

    exit_code = 2


class StudyError(DoeError):
    """The study contradicts itself."""


def is_number(level: object) -> bool:
    """Whether a level is a finite number that a float can hold; True and False are not."""
    if isinstance(level, bool) or not isinstance(level, int | float):
        return False
    try:
        return math.isfinite(level)
    except OverflowError:  # a whole number beyond what a float can hold
        return False


def shown(levels: tuple[Level, ...]) -> str:
    """Levels as a person writes them: separated by commas."""
    return ", ".join(str(level) for level in levels)
