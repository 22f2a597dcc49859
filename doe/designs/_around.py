"""What can be put around any fixed design: runs at its centre, and an outer array of noise settings for every run.

Inner and outer arrays: Taguchi, System of Experimental Design (1987), chapter 28; centre points: Box and Wilson, On
the experimental attainment of optimum conditions, JRSS B 13 (1951).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from doe.designs import _layout as told
from doe.designs._arrays import ARRAYS
from doe.designs._coding import decoded, is_numeric
from doe.designs._columns import placed
from doe.designs._errors import DesignError
from doe.designs._laid import Lay, Layout, Table
from doe.model import Asked, Factor, Level, Setting, Study, is_number, shown

OPTIONS: Mapping[str, str] = {
    "centre_points": "how many runs in the middle of all numbers, for each combination of what has no middle",
    "outer": "the array of the noise factors; full_factorial unless told",
}
"""What every fixed design may be told, unless it has an option of that name itself."""

FULL = "full_factorial"
"""The outer array where nothing is said."""

MOST_CENTRES = 8
"""More combinations of levels without a middle are no centre."""

LARGEST = 1_000_000
"""More runs than anyone trains; their mere order would fill the memory."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Every run of a plan, noise settings included."""

    count: int
    """How many there are."""

    columns: Mapping[str, int]
    """For each factor of the inner array the column, counted from 1, that says its level."""

    setting: Callable[[int], Setting]
    """The setting of a run, counted from 0."""


def laid_out(study: Study, lay: Lay, *, own: Mapping[str, str], crossed: bool) -> Runs:
    """The design for the factors that are no noise, its centre points, and all of that under every noise setting.

    Args:
        study: The whole study.
        lay: What lays the design out; it is shown a study without noise factors, and one with them if not ``crossed``.
        own: The options that the design reads itself.
        crossed: Whether noise factors are crossed with the design; if not, it has columns for them as for the others.

    Raises:
        DesignError: The factors do not fit, there is no middle, or there is no such outer array.
    """
    noise = tuple(factor for factor in study.array_factors if factor.role == "noise") if crossed else ()
    inner = _without(study, noise)
    runs = _written(lay(inner), inner.array_factors)
    if "centre_points" not in own:
        runs = _centred(inner, runs, told.whole(study, "centre_points", least=0) or 0)
    return _crossed(study, runs, noise)


def _without(study: Study, noise: Sequence[Factor]) -> Study:
    """The study as its inner array sees it."""
    if not noise:
        return study
    names = {factor.name for factor in noise}
    kept = [factor for factor in study.factors if factor not in noise]
    # levels that slide along with a noise factor are laid out like any others
    factors = tuple(replace(f, times=None) if f.times and f.times.on in names else f for f in kept)
    if not any(factor.role != "within" for factor in factors):
        raise DesignError(f"{study.design} has nothing to set but noise ({', '.join(factor.name for factor in noise)})")
    return replace(study, factors=factors, analysis=Asked(), layout=_unmet(study, names))


def _unmet(study: Study, noise: Collection[str]) -> Mapping[str, Level | tuple[Level, ...]]:
    """What is left for the inner array to see to: crossing clears interactions of its factors with the noise."""
    if "interactions" not in study.layout:
        return study.layout
    inner = [factor.name for factor in study.array_factors if factor.name not in noise]
    clear = {f"{one}:{other}" for pair in product(inner, noise) for one, other in (pair, pair[::-1])}
    wanted = tuple(text for text in told.texts(study, "interactions") if text.replace(" ", "") not in clear)
    return {**study.layout, "interactions": wanted}


def _written(laid: Layout | Table, factors: Sequence[Factor]) -> Runs:
    names = [factor.name for factor in factors]

    def setting(run: int) -> Setting:
        if isinstance(laid, Table):
            return dict(zip(names, laid.rows[run], strict=True))
        levels = zip(factors, laid.levels(run), strict=True)
        return {factor.name: factor.levels[level] for factor, level in levels}

    return Runs(laid.runs, laid.columns, setting)


def _centred(study: Study, runs: Runs, wanted: int) -> Runs:
    """The runs, and behind them those at the centre."""
    if not wanted:
        return runs
    factors = study.array_factors
    if not any(map(is_numeric, factors)):
        raise DesignError(f"{study.design} has no centre: no factor has numbers between its levels")
    loose = [factor for factor in factors if not is_numeric(factor)]
    combinations = prod(len(factor.levels) for factor in loose)
    if combinations > MOST_CENTRES:
        raise DesignError(
            f"{study.design}: {', '.join(factor.name for factor in loose)} have {combinations} combinations of levels, "
            f"each with a centre of its own; {MOST_CENTRES} is the most"
        )
    places = [(_middle(study, factor),) if is_numeric(factor) else factor.levels for factor in factors]
    names = [factor.name for factor in factors]
    centres = [dict(zip(names, values, strict=True)) for values in product(*places)] * wanted
    return Runs(
        runs.count + len(centres),
        runs.columns,
        lambda run: runs.setting(run) if run < runs.count else centres[run - runs.count],
    )


def _middle(study: Study, factor: Factor) -> Level:
    """The middle one of an odd number of levels, else the middle between the outermost on the factor's scale."""
    ordered = sorted(level for level in factor.levels if is_number(level))
    if len(ordered) % 2:
        return ordered[len(ordered) // 2]
    middle = decoded(factor, 0)
    if middle in {ordered[0], ordered[-1]}:
        raise DesignError(f"{study.design}: {factor.name!r} has no centre between {shown(factor.levels)}")
    return middle


def _crossed(study: Study, runs: Runs, noise: Sequence[Factor]) -> Runs:
    """Every run under every noise setting, the noise changing fastest."""
    wanted = told.text(study, "outer", [FULL, *ARRAYS])
    if not noise:
        if wanted is not None:
            raise DesignError(f"{study.design}: layout outer = {wanted}, but no factor of role noise is to be crossed")
        return runs
    settings = _outer(study, noise, wanted or FULL, runs.count)
    names = [factor.name for factor in study.array_factors]

    def setting(run: int) -> Setting:
        place, under = divmod(run, len(settings))
        levels = {**runs.setting(place), **settings[under]}
        return {name: levels[name] for name in names}

    return Runs(runs.count * len(settings), runs.columns, setting)


def _outer(study: Study, noise: Sequence[Factor], name: str, inner: int) -> list[Setting]:
    """The noise settings in standard order."""
    names = [factor.name for factor in noise]
    if name == FULL:
        size = prod(len(factor.levels) for factor in noise)
        if inner * size > LARGEST:
            raise DesignError(
                f"{study.design}: {inner:,} runs x {size:,} of the noise factors; {LARGEST:,} is the most"
            )
        return [dict(zip(names, levels, strict=True)) for levels in product(*(factor.levels for factor in noise))]
    try:
        laid = _written(placed(name, noise), noise)
    except DesignError as error:
        raise DesignError(f"{study.design}: layout outer = {name}: {error}") from None
    return [laid.setting(run) for run in range(laid.count)]
