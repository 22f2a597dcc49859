"""The shelf of designs. To add one: write it beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Mapping

from doe.designs._arrays import ARRAYS
from doe.designs._fixed import DesignError, Fixed
from doe.designs.full_factorial import full_factorial
from doe.designs.sequential import Sequential, random, tpe
from doe.designs.taguchi import taguchi
from doe.protocols import Design

__all__ = ["DESIGNS", "Design", "DesignError", "Fixed", "Sequential"]

DESIGNS: Mapping[str, Fixed | Sequential] = {
    **{name: taguchi(name) for name in ARRAYS},
    "full_factorial": full_factorial,
    "random": random,
    "tpe": tpe,
}
