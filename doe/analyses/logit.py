"""Logit: an accuracy as what it is, a share of so many images, by a binomial model on the log odds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, fitted, sentences
from doe.analyses._readings import last_readings
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.logit import Deviances
    from doe.statistics.strata import Fit

LEVEL = 0.05
"""The usual level of a test."""

NAMED = 6
"""So many rows are named; more are counted."""


def logit(results: Results) -> Finding | None:
    """Analysis of deviance by term, each given all the others (type II); needs the number of images.

    ``F`` and ``p`` judge by how far trials differ (the dispersion); ``p_binomial`` by the drawing of the images alone,
    and is empty where the responses are not whole numbers of them.
    """
    images = results.asked.trials_of
    if images is None:
        return None
    single, said = last_readings(results)
    fit = fitted(single)
    if fit is None or fit.observations.is_constant or fit.observations.loose:
        return None
    seen, response = fit.observations, results.objective.response
    title = f"Analysis of deviance of {response}, a share of {images:,} images"
    if outside := _outside(fit, response, images):
        return Finding("logit", title, (), sentences(outside, caveats(single, seen)), warns=True)
    from doe.statistics.logit import are_whole, deviances

    found = deviances(seen.response, images, fit.columns)
    whole = are_whole(seen.response, images)
    rows = _rows(found, whole=whole)
    note = sentences(
        _verdict(found, rows, fit),
        _dispersion(found, images),
        _separation(found, fit),
        "" if whole else f"Not all responses are whole numbers of {images:,} images, so the shares are taken as given.",
        said,
        caveats(single, seen),
    )
    return Finding("logit", title, tuple(rows), note)


def _outside(fit: Fit, response: str, images: int) -> str:
    """Why the responses cannot be shares; nothing where they can."""
    low, high = float(fit.observations.response.min()), float(fit.observations.response.max())
    if low >= 0 and high <= 1:
        return ""
    worst = high if high > 1 else low
    percent = " Divide percentages by 100." if 2 < high <= 100 and low >= 0 else ""  # noqa: PLR2004 - per cent
    return f"A share of {images:,} images lies between 0 and 1; {response} has {worst:g}.{percent}"


def _rows(found: Deviances, *, whole: bool) -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = []
    for part in found.parts:
        statistic, p = found.test(part) or (None, None)
        row: dict[str, Cell] = {"term": " x ".join(part.term), "df": part.df, "deviance": part.deviance}
        rows.append(row | {"F": statistic, "p": p, "p_binomial": part.p_binomial if whole else None})
    empty = {"F": None, "p": None, "p_binomial": None}
    rows.append({"term": "error", "df": found.error_df, "deviance": found.error_deviance, **empty})
    total = len(found.fitted) - 1
    rows.append({"term": "total", "df": total, "deviance": found.total_deviance, **empty})
    return rows


def _verdict(found: Deviances, rows: list[dict[str, Cell]], fit: Fit) -> str:
    if found.dispersion is None:
        return (
            "No degrees of freedom are left for error, so how far seeds differ is not known:"
            " p_binomial says what the draw of the images could not do, and another seed still might."
        )
    terms = [(str(row["term"]), row["p"]) for row in rows if row["term"] not in fit.observations.blocks]
    seen = [term for term, p in terms if isinstance(p, float) and p < LEVEL]
    unseen = [term for term, p in terms if isinstance(p, float) and p >= LEVEL]
    clear = f"More than chance would do on the scale of log odds (p < {LEVEL}): {', '.join(seen)}." if seen else ""
    return sentences(clear, f"Not told from chance: {', '.join(unseen)}." if unseen else "")


def _dispersion(found: Deviances, images: int) -> str:
    """How far trials differ beside how far the draw of the images would make them."""
    if found.dispersion is None:
        return ""
    if found.dispersion <= 1:
        return (
            f"Around the model trials vary no more than drawing {images:,} images anew would make them"
            f" (dispersion {found.dispersion:.2g})."
        )
    return (
        f"Around the model trials vary {found.dispersion:.2g} times as much (variance) as drawing {images:,} images"
        " alone would make them (dispersion); p allows for it."
    )


def _separation(found: Deviances, fit: Fit) -> str:
    """Say where the log odds have no end, as all images were right, or all wrong."""
    if not found.separated:
        return ""
    rows = set(found.separated)
    codes, levels = fit.observations.codes, fit.observations.levels
    whole = [
        f"{name}={level}"
        for name in codes
        for number, level in enumerate(levels[name])
        if set((codes[name] == number).nonzero()[0].tolist()) <= rows
    ]
    where = ", ".join(whole) if 0 < len(whole) <= NAMED else f"{len(rows)} of {len(found.fitted)} rows"
    return f"At 0 or 100 % ({where}) log odds have no end: the deviances hold, estimates and intervals there do not."
