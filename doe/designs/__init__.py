"""The shelf of designs. To add one: write it beside these, and give it a line here."""

from __future__ import annotations

from collections.abc import Mapping

from doe.designs._around import OPTIONS as AROUND
from doe.designs._arrays import ARRAYS
from doe.designs._fixed import DesignError, Fixed
from doe.designs._forbid import condition
from doe.designs._later import Later
from doe.designs.auto import auto
from doe.designs.box_behnken import box_behnken
from doe.designs.central_composite import central_composite
from doe.designs.definitive_screening import definitive_screening
from doe.designs.fraction import fraction
from doe.designs.full_factorial import full_factorial
from doe.designs.latin_hypercube import latin_hypercube
from doe.designs.listed import listed
from doe.designs.optimal import optimal
from doe.designs.plackett_burman import plackett_burman
from doe.designs.sequential import Sequential, cmaes, gp, nsga, optuna, qmc, random, tpe
from doe.designs.sobol import sobol
from doe.designs.table import table
from doe.designs.taguchi import taguchi
from doe.protocols import Design

__all__ = ["AROUND", "DESIGNS", "Design", "DesignError", "Fixed", "Later", "Sequential", "condition"]

DESIGNS: Mapping[str, Fixed | Sequential] = {
    **{name: taguchi(name) for name in ARRAYS},
    "auto": auto,
    "full_factorial": full_factorial,
    "fraction": fraction,
    "central_composite": central_composite,
    "box_behnken": box_behnken,
    "definitive_screening": definitive_screening,
    "latin_hypercube": latin_hypercube,
    "sobol": sobol,
    "plackett_burman": plackett_burman,
    "optimal": optimal,
    "table": table,
    "listed": listed,
    "random": random,
    "tpe": tpe,
    "gp": gp,
    "cmaes": cmaes,
    "qmc": qmc,
    "nsga": nsga,
    "optuna": optuna,
}
