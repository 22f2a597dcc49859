"""Confirmation: whether fresh trainings at the predicted setting bring what was predicted, and more than others do."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, sqrt
from typing import TYPE_CHECKING

from doe.analyses._beside import is_another, taken, unpredicted, widened
from doe.analyses._observed import fitted, sentences
from doe.analyses.optimum import optimum
from doe.model import Cell, Finding, Results

if TYPE_CHECKING:
    import pandas as pd

    from doe.statistics.contrasts import Matrix

BITS = 48
"""Images whose answers stand in one metric ``test_right/<number>``."""
DRAWS = 4000
"""Times that the images of the test split are drawn anew."""
FEWEST, MOST, USUAL = 3, 10, 5
"""Trainings of each setting: what seeds do decides between the first two; the last where that is not known."""
FAILED = "Not confirmed"
"""How a verdict begins that casts doubt on the model."""


def confirmation(results: Results) -> Finding | None:
    """Each setting that was confirmed, with the mean of its trainings; the verdict stands in the note.

    The mean of n fresh trainings is held against the interval that the model gave for the mean of n more: Montgomery,
    Design and Analysis of Experiments (2017), 10.6. On the test split settings are compared image by image (paired
    bootstrap over images, each trained several times).
    """
    table = results.later.get("confirm")
    if table is None or not len(table) or "called" not in table:
        return None
    response = results.objective.response
    named = {name: table[table["called"] == name] for name in dict.fromkeys(table["called"])}
    rows = [_row(name, part, response) for name, part in named.items()]
    verdict = _verdict(results, named)
    values = {name: found for name, part in named.items() if (found := _finite(part[response]))}
    note = sentences(
        verdict,
        unpredicted(results, named),
        _against(results, named),
        taken(results, values),
        _on_test(named),
    )
    failed = verdict.startswith(FAILED)
    return Finding("confirmation", f"Confirmation of {response}", tuple(rows), note, warns=failed)


def trainings_each(results: Results) -> int:
    """Trainings of each setting that tell apart what the model says is apart, by the error of the study itself."""
    from doe.statistics.linear import t_quantile

    fit = fitted(results)
    variance = fit.between.mean_square if fit else None
    if fit is None or variance is None:
        return USUAL
    means = [
        estimate.mean
        for name, levels in fit.observations.levels.items()
        for place in range(len(levels))
        if (estimate := fit.mean(name, place)) is not None
    ]
    apart = max(means) - min(means)
    for count in range(FEWEST, MOST):
        if t_quantile(2 * count - 2) * (2 * variance / count) ** 0.5 <= apart:
            return count
    return MOST


def _row(name: str, part: pd.DataFrame, response: str) -> Mapping[str, Cell]:
    values = _finite(part[response])
    tested = _finite(part["test_accuracy"]) if "test_accuracy" in part else []
    return {
        "setting": name,
        "n": len(values),
        "mean": _mean(values),
        "sd": _sd(values),
        "test_accuracy": _mean(tested),
    }


def _verdict(results: Results, named: Mapping[str, pd.DataFrame]) -> str:
    if "predicted" not in named:
        return "Nothing was predicted, so there is nothing to be held against it."
    values = _finite(named["predicted"][results.objective.response])
    found, mean = optimum(results), _mean(values)
    if mean is None or found is None:
        return "No training at the predicted setting completed."
    if is_another(results, named["predicted"]):
        return (
            f"{mean:.4g} on average of {len(values)} at what was predicted to be best; by what was trained since,"
            " another setting is: doe confirm trains it."
        )
    rows = {row["best"]: row for row in found.table}
    predicted = rows["predicted"]["predicted"]
    if "new trial" not in rows:
        return (
            f"{mean:.4g} on average of {len(values)}, where {predicted:.4g} was predicted; the design left no error, so"
            " that no interval says how far apart they may be."
        )
    low, high = _interval(rows, len(values))
    if low <= mean <= high:
        return (
            f"Confirmed: {mean:.4g} on average of {len(values)}, inside the interval that was predicted, {low:.4g} to"
            f" {high:.4g}. {widened(results)}".rstrip()
        )
    side = "above" if mean > high else "below"
    return (
        f"{FAILED}: {mean:.4g} on average of {len(values)} is {side} the interval that was predicted, {low:.4g} to"
        f" {high:.4g}. Effects do not add up: an interaction is suspected, and doe augment with --foldover or"
        " --clear A:B would find it."
    )


def _interval(rows: Mapping[Cell, Mapping[str, Cell]], count: int) -> tuple[float, float]:
    """For the mean of several new trials: between that of the mean and that of one."""
    mean, one = rows["predicted"], rows["new trial"]
    centre, low, high = (float(one[name] or 0.0) for name in ("corrected", "low", "high"))
    narrow = (float(mean["high"] or 0.0) - float(mean["low"] or 0.0)) / 2
    below, above = ((side**2 - narrow**2) / count + narrow**2 for side in (centre - low, high - centre))
    return centre - sqrt(max(below, 0.0)), centre + sqrt(max(above, 0.0))


def _against(results: Results, named: Mapping[str, pd.DataFrame]) -> str:
    """The first setting against each other one, by the spread within settings."""
    from doe.statistics.linear import t_quantile

    response = results.objective.response
    parts = {name: values for name, part in named.items() if (values := _finite(part[response]))}
    df = sum(len(values) - 1 for values in parts.values())
    if len(parts) < 2 or df < 1:  # noqa: PLR2004 - two to be compared
        return ""
    variance = sum((_sd(values) or 0.0) ** 2 * (len(values) - 1) for values in parts.values()) / df
    (first, ours), *others = parts.items()
    said = []
    for name, values in others:
        apart = (_mean(ours) or 0.0) - (_mean(values) or 0.0)
        half = t_quantile(df) * sqrt(variance * (1 / len(ours) + 1 / len(values)))
        said.append(f"{first} against {name}: {apart:+.4g} ({apart - half:+.4g} to {apart + half:+.4g})")
    return f"In {response}, {'; '.join(said)}."


def _on_test(named: Mapping[str, pd.DataFrame]) -> str:
    """The same on the test split, image by image."""
    import numpy as np

    right = {name: found for name, part in named.items() if (found := _right(part)) is not None}
    if not right:
        return ""
    (first, ours), *others = right.items()
    draws = np.random.default_rng(0).integers(0, len(ours), size=(DRAWS, len(ours)))
    low, high = np.quantile(ours[draws].mean(axis=1), [0.025, 0.975])
    said = [f"on {len(ours)} test images {first} has {ours.mean():.4g} ({low:.4g} to {high:.4g})"]
    for name, theirs in others:
        apart = ours - theirs
        low, high = np.quantile(apart[draws].mean(axis=1), [0.025, 0.975])
        said.append(f"{apart.mean():+.4g} against {name} ({low:+.4g} to {high:+.4g})")
    return f"{', '.join(said)[0].upper()}{', '.join(said)[1:]}: the test split is spent by this."


def _right(part: pd.DataFrame) -> Matrix | None:
    """For each test image the share of trainings that answered it right; None where that is not known."""
    import numpy as np

    names = sorted((n for n in part if str(n).startswith("test_right/")), key=lambda n: int(str(n).partition("/")[2]))
    known = part.dropna(subset=names) if names else part[:0]
    if not len(known):
        return None
    numbers = known[names].to_numpy().astype(np.int64)
    bits = (numbers[:, :, None] >> np.arange(BITS)) & 1
    images = int(known["test_images"].iloc[0])
    return np.asarray(bits.reshape(len(known), -1)[:, :images].mean(axis=0), dtype=float)


def _finite(column: pd.Series) -> list[float]:
    return [float(value) for value in column.tolist() if value is not None and isfinite(value)]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _sd(values: list[float]) -> float | None:
    if len(values) < 2:  # noqa: PLR2004 - a spread is of two
        return None
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
