"""Runs written out in the layout: what a later phase of a study has decided to train."""

from __future__ import annotations

from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.model import Level, Study

SETTINGS = "the levels of each run, one run after another, in the order of the factors"


def _lay(study: Study) -> Table:
    told = study.layout.get("settings", ())
    levels: tuple[Level, ...] = told if isinstance(told, tuple) else (told,)
    width = len(study.array_factors)
    if not levels or len(levels) % width:
        raise DesignError(f"{study.design}: layout settings has {len(levels)} levels; wanted {width} for each run")
    return Table([levels[start : start + width] for start in range(0, len(levels), width)])


NAMES = "what each of its runs is called"

listed = Fixed(
    "runs written out in the layout, as a later phase of a study has them", _lay, {"settings": SETTINGS, "names": NAMES}
)
