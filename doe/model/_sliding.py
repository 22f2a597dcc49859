"""Sliding levels: levels of one factor that are relative to the level of another.

A device of Taguchi's (Phadke, Quality Engineering Using Robust Design, 1989) against an interaction that
is known beforehand: learning rates of a third, once and three times what each optimizer usually takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doe.model._values import Level, is_number


@dataclass(frozen=True, slots=True)
class Sliding:
    """What a factor's levels are multiplied by before the trainer gets them."""

    on: str
    """The other factor, or a constant."""

    bases: tuple[tuple[str, float], ...]
    """For each of its levels, as it is written, the number that stands for the level 1."""

    def base(self, level: Level) -> float | None:
        """The base at a level of the other factor; None where there is none."""
        return next((base for text, base in self.bases if _means(text, level)), None)

    def __str__(self) -> str:
        """The bases as a person writes them: ``adam 0.001, sgd 0.1``."""
        return ", ".join(f"{text} {base:g}" for text, base in self.bases)


def faults(
    slidings: Mapping[str, Sliding], levels: Mapping[str, tuple[Level, ...]], within: str | None
) -> Iterator[str]:
    """What is wrong with the sliding factors, each in a line.

    Args:
        slidings: For each sliding factor what it slides on.
        levels: The levels of every factor, and of every constant its value.
        within: The factor that is read off along each training.
    """
    for name, sliding in slidings.items():
        who = f"factor {name!r} slides on {sliding.on!r}"
        if within in {sliding.on, name}:
            yield f"{who}: {within} is read off within each training, and has one level in none"
        elif sliding.on not in levels:
            yield f"{who}, which is none of the factors and constants {', '.join(levels)}"
        elif name in (chain := tuple(_chain(name, slidings))):
            yield f"factor {name!r} slides on itself: {' on '.join([name, *chain])}"
        else:
            for level in levels[sliding.on]:
                if sliding.base(level) is None:
                    yield f"factor {name!r} has no base for {sliding.on} = {level}; it has {sliding}"


def product(level: float, base: float) -> float:
    """What a trainer is told: to twelve digits, so that three times 0.1 is 0.3."""
    return float(f"{level * base:.12g}")


def _chain(name: str, slidings: Mapping[str, Sliding]) -> Iterator[str]:
    """What a factor slides on, and what that slides on, to its end or until one comes again."""
    seen: set[str] = set()
    while name in slidings and name not in seen:
        seen.add(name)
        name = slidings[name].on
        yield name


def _means(text: str, level: Level) -> bool:
    """Whether a text is how the level is written; numbers count by their value."""
    if isinstance(level, bool):
        return text.lower() == str(level).lower()
    if str(level) == text or not is_number(level):
        return str(level) == text
    try:
        return float(text) == level
    except ValueError:
        return False
