"""Box-Cox: the power of the response at which the model fits best, and whether it is worth taking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doe.analyses._observed import caveats, fitted, sentences
from doe.analyses._readings import last_readings
from doe.model import Finding, Results

if TYPE_CHECKING:
    from doe.statistics.box_cox import Power

SIMPLE = {
    1.0: "as it is",
    0.0: "log({})",
    0.5: "sqrt({})",
    -1.0: "1 / {}",
    -0.5: "1 / sqrt({})",
    2.0: "{}²",
    -2.0: "1 / {}²",
}
"""Powers that have a meaning, and what they make of a response."""

NARROW = 2.0
"""Responses whose largest is less than so many times the smallest are nearly straight under any power."""


def box_cox(results: Results) -> Finding | None:
    """The power by the likelihood of the model (Box and Cox, JRSS B 26, 1964), with its 95 % confidence interval.

    Needs responses above zero, and something left for error. ``low`` and ``high`` are empty beyond -5 and 5.
    """
    single, said = last_readings(results)
    fit = fitted(single)
    if fit is None or fit.observations.is_constant or fit.observations.loose or fit.between.mean_square is None:
        return None
    seen, response = fit.observations, results.objective.response
    title = f"Power of {response} at which the model fits best (Box-Cox)"
    least, most = float(seen.response.min()), float(seen.response.max())
    if least <= 0:
        refused = f"Powers want responses above zero; the least here is {least:g}."
        return Finding("box-cox", title, (), sentences(refused, caveats(single, seen)))
    from doe.statistics.box_cox import box_cox as power_of

    power = power_of(seen.response, list(fit.columns.values()))
    suggested = _suggested(power)
    row = {"power": power.best, "low": power.low, "high": power.high, "suggested": suggested}
    note = sentences(
        _words(power, suggested, response),
        f"The largest {response} is only {most / least:.2g} times the smallest, so that no power changes much."
        if most < NARROW * least and not power.admits(1.0)
        else "",
        _share(results, least, most),
        said,
        caveats(single, seen),
    )
    return Finding("box-cox", title, (row,), note)


def _suggested(power: Power) -> float | None:
    """Leaving it, where the interval allows that; else the simple power in the interval that is nearest to the best."""
    if power.admits(1.0):
        return 1.0
    simple = [some for some in SIMPLE if power.admits(some)]
    if not simple or power.best is None:
        return power.best if not simple else simple[0]
    return min(simple, key=lambda some: abs(some - float(power.best or 0.0)))


def _words(power: Power, suggested: float | None, response: str) -> str:
    if power.low is None and power.high is None:
        return f"No power from -5 to 5 can be told from another: nothing speaks against {response} as it is."
    if suggested == 1.0:
        return f"The power 1 lies in the 95 % interval: nothing speaks against {response} as it is."
    if suggested is None:
        return f"The best power of {response} lies beyond -5 to 5, where no power is a scale of use."
    made = SIMPLE[suggested].format(response) if suggested in SIMPLE else f"{response} to the power {suggested:.2g}"
    return f"{response} as it is (power 1) fits worse than chance allows: analyse {made} instead."


def _share(results: Results, least: float, most: float) -> str:
    if not (least > 0 and most < 1) or "accuracy" not in results.objective.response:
        return ""
    if results.asked.trials_of is None:
        return (
            "For a share of images the log odds are the natural scale: say of how many it is a share (trials_of),"
            " and their analysis stands beside this one."
        )
    return "For a share of images the log odds are the natural scale: see the analysis of deviance."
