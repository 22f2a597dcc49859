"""Sliding levels as they stand in a file or are typed, and what comes of them held against the trainer's domain."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from doe.loading._signature import Hyperparameter
from doe.model import Level, Setting, Sliding, Study, StudyError, is_number

TYPED = " times "
"""What stands between levels and bases on a command line, as in ``1,3 times optimizer:adam=1e-3,sgd=0.1``."""


def sliding_of(name: str, value: Any) -> Sliding:
    """What a factor's levels are relative to, from ``{ optimizer = { adam = 1e-3, sgd = 0.1 } }``.

    Raises:
        StudyError: It says something else.
    """
    if isinstance(value, dict) and len(value) == 1:
        ((other, bases),) = value.items()
        if isinstance(bases, dict) and bases and all(is_number(base) for base in bases.values()):
            return Sliding(other, tuple(sorted((text, float(base)) for text, base in bases.items())))
    raise StudyError(f"factor {name!r}: times = {value!r}: wanted {{ FACTOR = {{ LEVEL = NUMBER, ... }} }}")


def parse_sliding(text: str) -> tuple[str, dict[str, Any] | None]:
    """What was typed after ``--factor`` without its bases, and the bases; None where there are none.

    Raises:
        StudyError: What stands after ``times`` is not as wanted.
    """
    levels, times, said = text.partition(TYPED)
    if not times:
        return text, None
    other, colon, pairs = said.partition(":")
    bases = dict(pair.partition("=")[::2] for pair in pairs.split(","))
    try:
        numbers = {level.strip(): float(base) for level, base in bases.items()}
    except ValueError:
        numbers = {}
    if not colon or not numbers or not all(numbers):
        raise StudyError(f"--factor {text}: wanted ...{TYPED}FACTOR:LEVEL=NUMBER,LEVEL=NUMBER,...")
    return levels, {other.strip(): numbers}


def told_by(study: Study, setting: Setting, known: Mapping[str, Hyperparameter]) -> dict[str, Level]:
    """Constants and levels as the trainer and the dataset get them: the sliding ones times their base.

    Raises:
        StudyError: There is no base, or the product lies outside the domain.
    """
    told: dict[str, Level] = {**study.constants, **setting}
    passed: dict[str, Level] = {}
    for name, value in study.passed(setting).items():
        wanted = known[name]
        level: Level = int(value) if wanted.kind is int and value.is_integer() else value
        if not wanted.admits(level):
            other = study.sliding[name].on
            base = study.sliding[name].base(told[other])
            raise StudyError(
                f"{name} = {told[name]:g} x {base:g}, the base of {other} = {told[other]}, is {value:g}:"
                f" wanted {wanted.wanted}"
            )
        passed[name] = level
    return {**told, **passed}


def check_sliding(study: Study, known: Mapping[str, Hyperparameter]) -> None:
    """Hold every product of a level and a base against the signature.

    Raises:
        StudyError: One lies outside the domain.
    """
    levels: dict[str, tuple[Level, ...]] = {name: (value,) for name, value in study.constants.items()}
    levels |= {factor.name: factor.levels for factor in study.factors}
    first: Setting = {factor.name: factor.levels[0] for factor in study.array_factors}
    for name, sliding in study.sliding.items():
        for level, other in product(levels[name], levels[sliding.on]):
            told_by(study, {**first, sliding.on: other, name: level}, known)
