"""Box and Meyer's Bayesian screening: how probable it is that each effect, and each factor, is active."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from doe.analyses._contrasted import LEAST, contrasted, reading_order, surroundings
from doe.analyses._observed import caveats, fitted, observed, sentences
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.box_meyer import Posterior
    from doe.statistics.effects import Effects
    from doe.statistics.observations import Observations

ORDER = 3
"""So many active factors at most share an interaction, as in Box and Meyer (1993)."""

LIKELY = 0.5
"""More probable than not."""

MOST_RUNS = 256
"""Trials of larger tables tell their error in better ways."""


def box_meyer(results: Results) -> Finding | None:
    """Posterior probabilities, of factors the most probable first, then of what else the table can tell.

    ``effect_active`` is the probability that the effect itself, with all its degrees of freedom, is more than noise
    (Box and Meyer 1986, prior 0.2, active effects 10 times as wide as noise); ``factor_active`` that the factor is
    active in itself or in an interaction of up to three factors (Box and Meyer 1993, prior 0.25, the likeliest
    gamma). Does not apply where Lenth's method does not, nor to more than 256 trials.
    """
    seen = observed(results)
    contrasts = contrasted(results, seen)
    if contrasts is None or len(contrasts.found) < LEAST or len(contrasts.response) > MOST_RUNS:
        return None
    factors, most = _factors(seen, contrasts)
    active = dict(zip(seen.between, map(float, factors.factors), strict=True))
    effect = _effects(contrasts)
    ordered = sorted(active, key=lambda name: -active[name])
    rest = sorted((name for name in effect if name not in active), key=lambda name: -effect[name])
    rows: list[Mapping[str, Cell]] = [
        {"term": name, "effect_active": effect.get(name), "factor_active": active.get(name)}
        for name in [*ordered, *rest]
    ]
    likely = [name for name in ordered if active[name] > LIKELY]
    bounded = f"Sets of up to {most} of the {len(active)} factors were compared." if most < len(active) else ""
    note = sentences(
        f"Probably active, alone or in interactions: {', '.join(likely)}."
        if likely
        else "No factor is probably active.",
        f"That none is has a probability of {factors.none:.2f}, {_none(len(active), most):.2f} before the responses,"
        " where each effect had 0.20 and each factor 0.25.",
        f"Gamma, the size of active effects beside noise, is {factors.spread:.2f}, {_size(factors)}.",
        bounded,
        *surroundings(contrasts, seen.within),
        reading_order(results, fitted(results), contrasts),
        caveats(results, seen),
    )
    title = f"How probable it is that a factor moves {results.objective.response} (Box-Meyer)"
    return Finding("box-meyer", title, tuple(rows), note)


def _none(factors: int, most: int) -> float:
    """The probability that no factor is active before anything is seen, if so many at most can be."""
    return 1 / sum(math.comb(factors, active) * (1 / 3) ** active for active in range(most + 1))


def _size(factors: Posterior) -> str:
    """What the size of active effects that was taken says."""
    from doe.statistics.box_meyer import SPREADS

    least = factors.spread <= SPREADS[0]
    return "the least looked at: the responses say next to nothing of the factors" if least else "the likeliest"


def _factors(seen: Observations, contrasts: Effects) -> tuple[Posterior, int]:
    """The posterior of the factors, and how many at most were active at once."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    from doe.statistics.box_meyer import models

    first = np.unique(seen.plots, return_index=True)[1]
    # Threads that wait for each other over matrices this small take fifty times as long where cores are busy.
    with threadpool_limits(1):
        compared = models([seen.contrasts(name)[first] for name in seen.between], contrasts.base, ORDER)
        return compared.posterior(contrasts.response), compared.most


def _effects(contrasts: Effects) -> dict[str, float]:
    """The posterior of every effect, a factor's or an interaction's contrasts taken together."""
    import numpy as np

    from doe.statistics.box_meyer import effect_posteriors

    sums = np.array([total for total, _ in contrasts.sums.values()])
    posteriors = effect_posteriors(sums, [df for _, df in contrasts.sums.values()], contrasts.error)
    names = [term if isinstance(term, str) else " x ".join(term) for term in contrasts.sums]
    return dict(zip(names, map(float, posteriors), strict=True))
