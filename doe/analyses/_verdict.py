"""What an analysis of variance shows and what it cannot, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doe.analyses._observed import LEVEL, label, sentences, term_of
from doe.model import Cell, Results, Sums

if TYPE_CHECKING:
    from collections.abc import Mapping

    from doe.statistics.entangled import Entangled
    from doe.statistics.strata import Fit


def verdict(fit: Fit, rows: Sequence[Mapping[str, Cell]], asked: Sequence[tuple[str, str]]) -> str:
    """Which terms do more than chance would, which do not, and which cannot be tested."""
    strata = [stratum for stratum in (fit.between, fit.within) if stratum is not None and stratum.lines]
    if not strata:
        return "Everything was declared to be error, so there is nothing to test."
    if all(stratum.mean_square is None for stratum in strata):
        if any(stratum.error_df for stratum in strata):
            return "The model fits to the last digit, so there is no error to judge it by."
        return _saturated(fit)
    interactions = {label(pair) for pair in asked}
    tested = {str(row["term"]): float(row["p"]) for row in rows if row["p"] is not None}
    seen = [term for term, p in tested.items() if p < LEVEL and term not in fit.observations.blocks]
    unseen = [term for term, p in tested.items() if p >= LEVEL and term in {*fit.observations.codes, *interactions}]
    depends = [term for term in seen if term in interactions]
    return sentences(
        f"More than chance would do (p < {LEVEL}): {', '.join(seen)}." if seen else "",
        f"Not told from chance: {', '.join(unseen)}." if unseen else "",
        f"As {depends[0]} acts, the mean of one factor of it holds only for the other's average." if depends else "",
        "Between trainings no degrees of freedom are left for error, so what is set once a training is not tested."
        if fit.between.lines and fit.between.mean_square is None
        else "",
    )


def _saturated(fit: Fit) -> str:
    """Say that nothing can be tested, and how large the largest share would be by chance alone."""
    said = "No degrees of freedom are left for error: effects can be ranked, not tested."
    dfs = [line.df for line in fit.between.lines]
    if len(dfs) < 2 or not all(dfs) or not fit.is_orthogonal:  # noqa: PLR2004 - the largest of one is all
        return said
    mean, high = null_largest(dfs)
    return (
        f"{said} By chance alone the largest of {len(dfs)} contributions would be {100 * mean:.0f} % on average,"
        f" and one time in twenty more than {100 * high:.0f} %. Replicates would tell."
    )


def null_largest(dfs: Sequence[int], draws: int = 20_000) -> tuple[float, float]:
    """The mean and the 95th percentile of the largest contribution where no factor does anything.

    Simulated: a term's sum of squares is then a chi-square of its degrees of freedom, in a saturated table of
    orthogonal terms. Seeded, so that the same table always has the same answer.
    """
    import numpy as np

    sums = np.random.default_rng(0).chisquare(dfs, size=(draws, len(dfs)))
    largest = (sums / sums.sum(axis=1, keepdims=True)).max(axis=1)
    return float(largest.mean()), float(np.quantile(largest, 0.95))


def pooled_note(results: Results) -> str:
    """Say which terms are in the error on purpose, and what that does to the tests if it was an afterthought."""
    if not results.asked.pooled:
        return ""
    names = ", ".join(label(term_of(text, results)) for text in results.asked.pooled)
    if results.completed:
        return f"The error holds {names}, as declared before the data."
    # The share of false positives is simulated: an L9 of nothing but noise, its smallest factor pooled.
    return (
        f"The error holds {names}, as told by --pool. Chosen after a look at the results that makes p far too small:"
        " on an L9 of mere noise the largest factor then passes at 5 % one time in three."
    )


def entangled_note(fit: Fit, sums: Sums) -> str:
    """Name the terms that share degrees of freedom with others, as those of too few or ill-chosen runs do."""
    from doe.statistics.entangled import entangled

    found = entangled(fit, sums)
    vague = [each for each in found if len(each.term) == 1 and _is_vague(each, fit)]
    exact = [each for each in found if each not in vague]
    part = "; only a part of each is judged" if any(each.left for each in vague) else ""
    names = ", ".join(label(each.term) for each in vague)
    return sentences(
        f"Too few trials are left to tell {names} from the other factors{part}." if vague else "",
        f"Not told apart in this table: {'; '.join(map(_told, exact))}." if exact else "",
        "What they share stands in no row; leave one out, or add runs." if exact else "",
    )


def _is_vague(each: Entangled, fit: Fit) -> bool:
    """Whether a main effect is lost among all the others, rather than in one of them."""
    mains = {term for term in fit.terms if len(term) == 1 and term != each.term}
    return not each.partners or set(each.partners) == mains


def _told(each: Entangled) -> str:
    others = " or ".join(map(label, each.partners)) if each.partners else "the others"
    part = f" ({each.left} of {each.wanted} degrees of freedom are its own)" if each.left else ""
    return f"{label(each.term)} from {others}{part}"


def overlap_note(fit: Fit, sums: Sums) -> str:
    """Say what each term was judged given, where that matters."""
    if fit.is_orthogonal:
        return ""
    given = {
        "I": "each term is judged given those above it, so that their order matters (type I)",
        "II": "each term is judged given all others, and shares overlap",
        "III": "each term is judged given all others, its own interactions too (type III), and shares overlap",
    }[sums]
    return f"{'Terms overlap' if fit.observations.is_balanced else 'The table is not balanced'}: {given}."


def within_note(fit: Fit) -> str:
    """Say by which spread the factor that is read along each training is judged, and by which the others."""
    import numpy as np

    within = fit.observations.within
    if within is None or fit.within is None:
        return ""
    said = (
        f"{within} is read off along each training and judged by the spread within trainings;"
        " the others by the spread between them."
    )
    sizes = set(np.bincount(fit.observations.plots).tolist())
    if len(sizes) > 1:
        said += " Some trainings lack readings, so the tests between trainings are approximate."
    if len(fit.within.lines) == 1 and len(fit.observations.codes) > 1:
        said += f" Interactions with {within} are part of the error within trainings."
    return said
