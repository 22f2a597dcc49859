"""Two-level fractions: a half, a quarter, ... of all combinations, chosen so that the least is confounded.

Box, Hunter and Hunter, Statistics for Experimenters (2005), chapter 6; minimum aberration: Fries and Hunter (1980).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.designs import _layout as told
from doe.designs._coding import is_numeric, written_out
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.designs._words import generated
from doe.model import Study, shown

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

USUAL = 4
"""The resolution where nothing is said: no factor's effect is confounded with an interaction of two."""

LARGEST = 9
"""Two to this power is the most runs that are searched: more than anyone trains."""


def _lay(study: Study) -> Table:
    _check(study)
    basic, columns, signed = _chosen(study)
    from doe.statistics.fractions import signs

    runs = _folded(study, signs(basic, columns) * signed)
    rows = [*runs.tolist(), *[[0] * len(columns)] * _centre_points(study)]
    places = {factor.name: place for place, factor in enumerate(study.array_factors, start=1)}
    return Table(written_out(study, rows), places)


def _check(study: Study) -> None:
    if not study.array_factors:
        raise DesignError(f"{study.design} has nothing to set: every factor is read off along the training")
    for factor in study.array_factors:
        if len(factor.levels) != 2:  # noqa: PLR2004 - two-level fractions
            raise DesignError(
                f"{study.design} wants 2 levels of {factor.name!r}, not {len(factor.levels)} ({shown(factor.levels)})"
            )


def _chosen(study: Study) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The number of basic factors, and each factor's column and sign: as generated, or the best there is."""
    generators = told.texts(study, "generators")
    wanted, runs = told.whole(study, "resolution", least=3), told.whole(study, "runs", least=2)
    if generators:
        if wanted or runs:
            raise DesignError(f"{study.design}: generators leave nothing for resolution and runs to say")
        return generated(study, generators)
    factors = len(study.array_factors)
    found = smallest(study, factors, wanted or (3 if runs else min(USUAL, factors + 1)), runs)
    return (*found, (1,) * factors)


def smallest(study: Study, factors: int, wanted: int, runs: int | None) -> tuple[int, tuple[int, ...]]:
    """The smallest fraction of that resolution, or the one of so many runs; at last the full factorial.

    Raises:
        DesignError: There is none.
    """
    from doe.statistics.fractions import least_aberration, resolution

    sizes = range(min(factors.bit_length(), factors), min(factors, LARGEST) + 1)

    def reached(basic: int) -> int | None:
        return resolution(basic, least_aberration(basic, factors))

    for basic in sizes:
        # without words of three, there are twice as many runs as factors: no need to search
        possible = wanted < USUAL or factors <= 2 ** (basic - 1) or basic == factors
        # a full factorial confounds nothing: its first word, were there one, would be longer than all its factors
        if runs in {None, 2**basic} and possible and (reached(basic) or factors + 1) >= wanted:
            return basic, least_aberration(basic, factors)
    wish = [f"resolution {wanted}"] * (runs is None or runs in {2**basic for basic in sizes})
    wish += [f"{runs} runs"] * (runs is not None)
    there = ((2**basic, reached(basic)) for basic in sizes)
    offered = ", ".join(f"{f'resolution {words}' if words else 'all'} in {size}" for size, words in there)
    raise DesignError(f"{study.design} of {factors} factors has no {' in '.join(wish)}; there is {offered or 'none'}")


def _folded(study: Study, runs: npt.NDArray[np.int_]) -> npt.NDArray[np.int_]:
    """The runs, and behind them their mirror images in all factors or in one, or half of those."""
    import numpy as np

    names = [factor.name for factor in study.array_factors]
    mirrored = told.text(study, "foldover", ["full", *names])
    half = told.text(study, "semifold", names)
    if mirrored is None:
        if half is not None:
            raise DesignError(f"{study.design}: semifold = {half} needs foldover to say which factor is mirrored")
        return runs
    turned = np.array([-1 if mirrored in {"full", name} else 1 for name in names])
    image = runs * turned
    if not {tuple(run) for run in image.tolist()} - {tuple(run) for run in runs.tolist()}:
        raise DesignError(
            f"{study.design}: foldover = {mirrored} only repeats the runs; one of {shown(tuple(names))} "
            "can be mirrored where it stands in a word of the defining relation"
        )
    if half is not None:
        image = image[image[:, names.index(half)] == 1]
    return np.vstack([runs, image])


def _centre_points(study: Study) -> int:
    """How many runs lie in the middle of all factors."""
    wanted = told.whole(study, "centre_points", least=0) or 0
    for factor in study.array_factors:
        if wanted and not is_numeric(factor):
            raise DesignError(f"{study.design}: {factor.name!r} has no centre between {shown(factor.levels)}")
    return wanted


fraction = Fixed(
    "two-level fraction of minimum aberration: the smallest of resolution 4 unless told; Box and Hunter 1961",
    _lay,
    {
        "resolution": "the length of the shortest word: 3, 4, 5, ...",
        "runs": "how many runs: 4, 8, 16, ...",
        "generators": "what each further factor is the product of: d=abc, or depth=width*dropout",
        "foldover": "full, or the factor to mirror: as many runs again",
        "semifold": "the factor of whose foldover only the high half is run",
        "centre_points": "how many runs in the middle of all factors",
    },
)
"""The design ``fraction``."""
