"""Which interactions a chosen main effect may really be."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doe.statistics.strata import Fit

LARGEST = 2_000
"""Different settings of which aliases are looked for; so many alias next to nothing."""

SMALL = 0.1
"""A share of a main effect that is not worth a word."""

NAMED = 3
"""Factors, and interactions of each, that the sentence names."""


def alias_sentence(fit: Fit, untold: Collection[str]) -> str:
    """Say which two-factor interactions outside the model may be what looks like a main effect; nothing if none.

    Args:
        fit: The model.
        untold: Factors whose effects count for nothing anyway.
    """
    import numpy as np

    from doe.statistics.aliases import main_effect_aliases

    seen = fit.observations
    names = [name for name in seen.between if any(name in term for term in fit.terms)]
    if len(names) < 3:  # noqa: PLR2004 - a factor and an interaction of two others
        return ""
    array = np.unique(np.stack([seen.codes[name] for name in names], axis=1), axis=0)
    if len(array) > LARGEST:
        return ""
    modelled = {frozenset(term) for term in fit.terms}
    partners: dict[str, dict[str, float]] = {name: {} for name in names if name not in untold}
    for (factor, (one, two)), share in main_effect_aliases(array).items():
        pair = (names[one], names[two])
        if names[factor] in partners and share >= SMALL and frozenset(pair) not in modelled:
            partners[names[factor]][" x ".join(pair)] = share
    found = {name: pairs for name, pairs in partners.items() if pairs}
    if not found:
        return ""
    if len(found) > 1 and all(len(pairs) == (len(names) - 1) * (len(names) - 2) // 2 for pairs in found.values()):
        whole = "is" if min(min(pairs.values()) for pairs in found.values()) == 1 else "is in part"
        return f"What looks like the effect of {_listed(found)} {whole} aliased with every interaction of two others."
    told = [f"{name} may be {_either(pairs)}" for name, pairs in list(found.items())[:NAMED]]
    more = "; and so on" if len(found) > NAMED else ""
    return f"By its aliases, what looks like {'; '.join(told)}{more}."


def _listed(names: Collection[str]) -> str:
    *some, last = names
    return f"{', '.join(some)} or {last}" if some else last


def _either(pairs: dict[str, float]) -> str:
    ordered = sorted(pairs, key=lambda pair: -pairs[pair])
    return _listed([*ordered[:NAMED], *(["another"] if len(ordered) > NAMED else [])])
