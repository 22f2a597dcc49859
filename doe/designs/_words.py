"""Generators of two-level fractions as they are written: d = abc, or depth = width*dropout."""

from __future__ import annotations

import re
from collections.abc import Sequence

from doe.designs._errors import DesignError
from doe.loading import nearest
from doe.model import Study

LETTERS = "abcdefghjklmnopqrstuvwxyz"
"""What the first factors go by, in order; i is left out, as it stands for the identity."""


def generated(study: Study, generators: Sequence[str]) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The number of basic factors, every factor's column among their products, and its sign.

    Raises:
        DesignError: A generator cannot be read, names no factor, or builds on one that is generated itself.
    """
    names = [factor.name for factor in study.array_factors]
    products = dict(_read(study, names, generator) for generator in generators)
    if len(products) < len(generators):
        raise DesignError(f"{study.design}: two generators say the same factor")
    basic = [name for name in names if name not in products]
    columns, signs = [], []
    for name in names:
        sign, parts = products.get(name, (1, [name]))
        for part in parts:
            if part not in basic:
                raise DesignError(f"{study.design}: {name!r} cannot be made of {part!r}, which is generated itself")
        columns.append(sum(1 << basic.index(part) for part in set(parts) if parts.count(part) % 2))
        signs.append(sign)
        if columns[-1] in {0, *columns[:-1]}:
            raise DesignError(f"{study.design}: nothing tells {name!r} apart from another factor, or the mean")
    return len(basic), tuple(columns), tuple(signs)


def _read(study: Study, names: Sequence[str], generator: str) -> tuple[str, tuple[int, list[str]]]:
    """A generator's factor, its sign and the factors whose product it is."""
    match = re.fullmatch(r"\s*([\w.-]+)\s*=\s*([+-]?)\s*([\w.*: -]+?)\s*", generator)
    if not match:
        raise DesignError(f"{study.design}: generator {generator!r}: wanted d=abc or depth=width*dropout")
    made, sign, product = match.groups()
    parts = [part.strip() for part in re.split(r"[*:]", product)]
    if len(parts) == 1 and parts[0] not in names:
        parts = list(parts[0].replace(" ", ""))
    return _factor(study, names, made), (-1 if sign == "-" else 1, [_factor(study, names, part) for part in parts])


def _factor(study: Study, names: Sequence[str], word: str) -> str:
    """The factor of that name, or of that letter."""
    if word in names:
        return word
    letters = dict(zip(LETTERS, names, strict=False))
    if word.lower() in letters:
        return letters[word.lower()]
    raise DesignError(f"{study.design}: no factor {word!r} among the generators; {nearest(word, [*names, *letters])}")
