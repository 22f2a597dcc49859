"""Sampling noise: how much of the spread of an accuracy is there only because it is counted on so many images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, fitted, sentences
from doe.analyses._readings import last_readings
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    from doe.statistics.arrays import Array
    from doe.statistics.strata import Fit


def sampling_noise(results: Results) -> Finding | None:
    """Standard deviations seen, beside the binomial one, sqrt(p (1 - p) / n); ``share`` compares their squares.

    Needs the number of images, and shares from 0 to 1. A share above 100 % is a spread smaller than chance would make
    it, as the images are the same for all trials.
    """
    images = results.asked.trials_of
    if images is None:
        return None
    single, said = last_readings(results)
    fit = fitted(single)
    if fit is None or fit.observations.is_constant:
        return None
    seen, response = fit.observations, results.objective.response
    if seen.response.min() < 0 or seen.response.max() > 1:
        return None
    rows = _rows(fit, images, _runs(fit, single))
    note = sentences(
        _note(rows, float(seen.response.mean()), images, response),
        "All trials are judged on the same images, so part of this noise is common to them and does not make them"
        " differ: the shares are the most it can be.",
        said,
        caveats(single, seen),
    )
    return Finding("sampling-noise", f"How much of the spread of {response} is sampling noise", tuple(rows), note)


def _rows(fit: Fit, images: int, runs: Array) -> list[dict[str, Cell]]:
    import numpy as np

    response = fit.observations.response
    chance = float(np.mean(response * (1 - response)) / images)
    counts = np.bincount(runs)
    means = np.bincount(runs, response) / counts
    spreads: list[tuple[str, float, float]] = []
    if len(means) < len(response):
        spreads.append(("all trials", float(response.var(ddof=1)), chance))
    if len(means) > 1:
        spreads.append(("between runs", float(means.var(ddof=1)), chance * float(np.mean(1 / counts))))
    if fit.between.mean_square is not None:
        spreads.append(("left by the model", fit.between.mean_square, chance))
    return [
        {"spread": name, "sd": variance**0.5, "sd by chance": by_chance**0.5, "share": by_chance / variance}
        for name, variance, by_chance in spreads
        if variance > 0
    ]


def _runs(fit: Fit, single: Results) -> Array:
    """Which run each response belongs to, counted from 0: trials of one setting."""
    import numpy as np

    codes = [fit.observations.codes[name] for name in fit.observations.codes]
    if fit.observations.loose and "run" in single.table:
        finite = np.isfinite(single.table[single.objective.response].to_numpy(dtype=float))
        return np.unique(single.table["run"].to_numpy()[finite], return_inverse=True)[1]
    return np.unique(np.stack(codes, axis=1), axis=0, return_inverse=True)[1].ravel()


def _note(rows: list[dict[str, Cell]], mean: float, images: int, response: str) -> str:
    by_name = {str(row["spread"]): float(row["share"] or 0.0) for row in rows}
    counted = (
        f"Counted on {images:,} images, {response} near {mean:.3g} moves by"
        f" ±{1.96 * (mean * (1 - mean) / images) ** 0.5:.2g} by the draw of the images alone."
    )
    among = "between runs" if "between runs" in by_name else "all trials"
    if among not in by_name:
        return counted
    share = by_name[among]
    spread = "the spread between runs" if among == "between runs" else "the spread between trials"
    if share >= 1:
        said = f"So {spread} is no larger than that noise: it could all be chance."
    else:
        said = f"At most {_percent(share)} of {spread} (variance) is such noise."
    if "left by the model" in by_name:
        left = by_name["left by the model"]
        said += (
            f" Of what the model leaves at most {_percent(left)} is." if left < 1 else " What the model leaves, too."
        )
    return f"{counted} {said}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else f"{100 * share:.1g} %"  # noqa: PLR2004 - one per cent
