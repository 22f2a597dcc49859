"""Which factors were told from chance, be it level by level or by a surface, and which may interact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations

from doe.analyses._by_surface import BySurface
from doe.analyses._link import linked
from doe.analyses._modelling import model_of
from doe.analyses._observed import label, observed, tested
from doe.model import Results


def chances(results: Results) -> Mapping[str, float]:
    """For each factor that can be tested the least p of a term it stands in, its interactions included.

    The p values are those of the analysis of variance, or of the surface where that replaces it.
    """
    from doe.statistics.linear import p_value

    if observed(results).is_constant:
        return {}
    model = model_of(linked(results)[0])
    if isinstance(model, BySurface):
        return model.chances()
    fit = tested(results)
    found: dict[str, float] = {}
    for stratum in (fit.between, fit.within) if fit is not None else ():
        if stratum is None or stratum.mean_square is None:
            continue
        for line in stratum.lines:
            if line.df:
                p = p_value(line.sum_sq / line.df / stratum.mean_square, line.df, stratum.error_df)
                found |= {name: min(p, found.get(name, 1.0)) for name in line.term}
    return found


def suspected(results: Results, clear: Collection[str] = ()) -> tuple[str, str] | None:
    """The pair of factors whose interaction, added to the model, leaves least unexplained.

    Args:
        results: A table that the model does not fit.
        clear: Interactions (``a x b``) that are left out, as the table tells them from main effects anyway.
    """
    import numpy as np

    from doe.statistics.contrasts import product

    fit = tested(results)
    if fit is None:
        return None
    mains = [name for name in fit.observations.codes if (name,) in fit.terms]
    left: dict[tuple[str, str], float] = {}
    for one, two in combinations(mains, 2):
        if label((one, two)) in clear or {(one, two), (two, one)} & set(fit.terms):
            continue
        model = np.hstack([fit.model, product(fit.columns[one,], fit.columns[two,])])
        found = np.linalg.lstsq(model, fit.residuals, rcond=None)[0]
        left[one, two] = float(np.sum((fit.residuals - model @ found) ** 2))
    # pairs that are aliased with one another leave the same but for rounding: then the first of them
    return min(left, key=lambda pair: float(f"{left[pair]:.6g}")) if left else None
