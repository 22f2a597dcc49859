"""Power for an accuracy: what can be noticed on so many images, if trainings differed by chance of them only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doe.evaluations._assumptions import Assumptions
from doe.evaluations.power import Sensitivity, sensitivity
from doe.model import Cell, Finding, Study, Trial


def accuracy_power(study: Study, trials: Sequence[Trial], assumed: Assumptions) -> Finding | None:
    """The smallest loss of accuracy between two levels that a binomial model notices; None without the images.

    By the chi-squared test on the arcsine scale (Cohen 1988), all other levels halfway between the two on it.
    """
    tests = sensitivity(study, trials)
    if assumed.accuracy is None or assumed.images is None or tests is None or not tests.spreads:
        return None
    rows = tuple(_row(study, tests, name, assumed) for name in tests.freedom)
    note = (
        f"Accuracies of {assumed.accuracy:g} on {assumed.images:,} images, judged by a binomial model (chi-squared,"
        " on the arcsine scale), as if trainings differed by chance of the images only: that their seeds make them"
        " differ more is what --sd is for."
    )
    return Finding("accuracy-power", "Power for a share of images", rows, note)


def _row(study: Study, tests: Sensitivity, name: str, assumed: Assumptions) -> Mapping[str, Cell]:
    from doe.statistics import proportions

    about, df = assumed.accuracy or 0.0, tests.freedom[name]
    # of a difference of one on the arcsine scale
    size = (assumed.images or 0) * study.replicates / tests.spreads[name]
    high = proportions.scaled(about)
    least = high - (proportions.noncentrality(df, assumed.power, assumed.significance) / size) ** 0.5
    row: dict[str, Cell] = {
        "term": name,
        "df": df,
        "images a level": round(2 * size),
        "smallest loss": about - proportions.share(least) if least > 0 else None,
    }
    if assumed.effect is not None:
        lost = high - proportions.scaled(max(0.0, about - assumed.effect))
        row["power"] = proportions.power(df, size * lost**2, assumed.significance)
    return row
