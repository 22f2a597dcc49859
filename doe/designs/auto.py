"""The smallest orthogonal array that carries the factors, on the columns that confound them the least."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from doe.designs import _layout as told
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Layout
from doe.loading import nearest
from doe.model import Study

if TYPE_CHECKING:
    from doe.statistics.confounding import Pair
    from doe.statistics.selection import Selected

WEAKEST, STRONGEST = 2, 3
"""What strengths there are to ask for."""

OPTIONS = {
    "interactions": "pairs of factors, as a:b: neither a main effect nor another of these may be confounded with them",
    "strength": "2, or 3: then no main effect is confounded with any interaction of two factors; 2 unless told",
    "runs": "the most runs there may be",
    "dummy": "true: a factor may lie on a column of more levels than it has, and repeats its first ones there",
}


def _lay(study: Study) -> Layout:
    if not study.array_factors:
        raise DesignError(f"{study.design} has nothing to set: every factor is read off along the training")
    from doe.statistics.selection import settled

    sizes = _sizes(study)
    selected = _selected(study, sizes)
    rows = settled(selected, sizes).tolist()
    named = zip(study.array_factors, selected.assignment.columns, strict=True)
    return Layout(len(rows), {factor.name: column + 1 for factor, column in named}, lambda run: rows[run])


def _sizes(study: Study) -> tuple[int, ...]:
    return tuple(len(factor.levels) for factor in study.array_factors)


def _selected(study: Study, sizes: tuple[int, ...]) -> Selected:
    """What is chosen; refused with what would do, where nothing within the runs allowed does."""
    from doe.statistics.selection import LARGEST, select, title

    clear, dummies, strength = _pairs(study), told.flag(study, "dummy"), _strength(study)
    most = told.whole(study, "runs", least=2) or LARGEST
    selected = select(sizes, clear, most, dummies=dummies, strength=strength)
    if selected:
        return selected
    strong = f"strength {strength} and " if strength > WEAKEST else ""
    refused = f"{study.design}: no array of {strong}at most {most} runs takes {_wanted(study, sizes)}"
    larger = select(sizes, clear, dummies=dummies, strength=strength)
    runs = len(larger.array) if larger else prod(sizes)
    name = title(runs, larger.levels) if larger and runs < prod(sizes) else "full_factorial"
    weaker = select(sizes, clear, most, dummies=dummies) if strong else None
    less = f"; {title(len(weaker.array), weaker.levels)}, of strength 2, in {len(weaker.array)}" if weaker else ""
    any_size = "" if larger else "; random and tpe take any"
    raise DesignError(f"{refused}; {name} does, in {runs:,}{less}{any_size}")


def _strength(study: Study) -> int:
    strength = told.whole(study, "strength", least=WEAKEST) or WEAKEST
    if strength > STRONGEST:
        raise DesignError(
            f"{study.design}: layout strength = {strength}: wanted 2 or 3; fraction has more, of two levels"
        )
    return strength


def _wanted(study: Study, sizes: Sequence[int]) -> str:
    """The factors by their levels, and the interactions wanted: "3 factors of 2 levels and 1 of 3 with a:b clear"."""
    counted = [f"{sizes.count(size)} of {size}" for size in sorted(set(sizes))]
    pairs = told.texts(study, "interactions")
    return f"factors of levels: {', '.join(counted)}" + (f", with {', '.join(pairs)} clear" if pairs else "")


def _pairs(study: Study) -> tuple[Pair, ...]:
    """The wanted interactions, as pairs of places among the factors."""
    names = [factor.name for factor in study.array_factors]
    pairs: list[Pair] = []
    for text in told.texts(study, "interactions"):
        parts = [part.strip() for part in text.split(":")]
        for part in parts:
            if part not in names:
                raise DesignError(f"{study.design}: interaction {text!r}: no factor {part!r}; {nearest(part, names)}")
        places = sorted({names.index(part) for part in parts})
        if len(parts) != 2 or len(places) != 2:  # noqa: PLR2004 - a pair
            raise DesignError(
                f"{study.design}: interaction {text!r}: wanted two different factors, as {names[0]}:{names[-1]}"
            )
        pairs.append((places[0], places[1]))
    return tuple(dict.fromkeys(pairs))


auto = Fixed(
    "the smallest orthogonal array that fits, columns chosen for least confounding (A3, then A4); up to 127 runs",
    _lay,
    OPTIONS,
)
