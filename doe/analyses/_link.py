"""The scale on which effects are added up, so that no prediction is impossible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from doe.model import Results

if TYPE_CHECKING:
    from doe.statistics.contrasts import Matrix


@dataclass(frozen=True, slots=True)
class Link:
    """A scale, the way there and the way back."""

    name: str
    """``identity``, ``logit`` or ``log``."""
    there: Callable[[Matrix], Matrix]
    """From responses to the scale."""
    back: Callable[[Matrix], Matrix]
    """From the scale to responses."""

    def value(self, number: float) -> float:
        """The response at a place on the scale."""
        import numpy as np

        return float(self.back(np.array([number]))[0])

    def place(self, response: float) -> float:
        """The place of a response on the scale."""
        import numpy as np

        return float(self.there(np.array([response]))[0])


AS_IT_IS = Link("identity", lambda numbers: numbers, lambda numbers: numbers)
"""The response's own scale."""


def linked(results: Results) -> tuple[Results, Link]:
    """The same results with the response on the scale on which effects add up.

    A logit where it is known of how many images the response is a share, and all of it lies between 0 and 1: any other
    table of shares is read as it stands. A logarithm for seconds, as twice the epochs take twice the time. Otherwise
    the response as it is: that one is above zero does not say that its effects multiply.
    """
    import numpy as np

    name = results.objective.response
    values = results.table[name].to_numpy(dtype=float)
    finite = values[np.isfinite(values)]
    link = _link(name, finite, results.asked.trials_of)
    if link.name == "identity":
        return results, link
    known = np.isfinite(values)
    scaled = np.where(known, link.there(np.where(known, values, finite[0])), np.nan)
    return replace(results, table=results.table.assign(**{name: scaled})), link


def _link(name: str, values: Matrix, images: int | None) -> Link:
    if not len(values):
        return AS_IT_IS
    if name == "seconds" and values.min() > 0:
        return _log()
    if images is None or values.min() < 0 or values.max() > 1:
        return AS_IT_IS
    if values.min() > 0 and values.max() < 1:
        return _logit(0.0, 1.0)
    # Half an image more on either side: Cox, Analysis of Binary Data (1970), the empirical logit.
    return _logit(0.5 / (images + 1), images / (images + 1))


def _log() -> Link:
    import numpy as np

    return Link("log", np.log, np.exp)


def _logit(start: float, slope: float) -> Link:
    from scipy.special import expit, logit

    return Link("logit", lambda share: logit(start + slope * share), expit)
