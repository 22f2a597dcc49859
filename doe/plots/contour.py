"""Contours: the response surface over each pair of numeric factors, the others at the best that was predicted."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from doe.model import Results
from doe.plots._style import HEIGHT, ORANGE, WIDTH, grid, label, sheet
from doe.surfaces import Fitted, surface_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from doe.statistics.contrasts import Matrix

MOST = 6
"""Pairs on a page."""
FINE = 41
"""Points a side of the grid."""


def contour(results: Results) -> Figure | None:
    """A panel a pair: lines of equal response, the trials as points; None where there is no surface of two factors."""
    import numpy as np

    fitted = surface_of(results)
    if fitted is None or len(fitted.axes) < 2:  # noqa: PLR2004 - a map has two sides
        return None
    centre = _best(fitted, results)
    pairs = list(combinations(range(len(fitted.axes)), 2))[:MOST]
    columns = 1 if len(pairs) == 1 else 2 if len(pairs) in {2, 4} else 3
    rows = -(-len(pairs) // columns)
    held = ", ".join(
        f"{axis.name}={axis.settable(float(code))}" for axis, code in zip(fitted.axes, centre, strict=True)
    )
    caption = f"points: trials; orange: the best inside the trials, at which the others are held ({held})"
    wide = WIDTH if columns > 1 else 4.6
    figure = sheet(f"{results.objective.response} over its numeric factors", wide, 0.6 + 0.95 * HEIGHT * rows, caption)
    known = np.isfinite(results.table[results.objective.response].to_numpy(dtype=float))
    for axes, pair in zip(grid(figure, len(pairs), columns), pairs, strict=True):
        _panel(axes, fitted, pair, centre)
        across, up = (fitted.axes[side].coded(results.table[fitted.axes[side].name][known].tolist()) for side in pair)
        axes.scatter(across, up, s=9, color="white", edgecolors="#444444", linewidths=0.5, zorder=3)
    return figure


def _best(fitted: Fitted, results: Results) -> Matrix:
    """The code of the trial whose prediction is best: inside of what was tried."""
    import numpy as np

    coded = np.column_stack([axis.coded(results.table[axis.name].tolist()) for axis in fitted.axes])
    losses = [results.objective.loss(float(value)) for value in _heights(fitted, coded)]
    return np.asarray(coded[int(np.argmin(losses))])


def _heights(fitted: Fitted, codes: Matrix) -> Matrix:
    """What the surface says at codes, nominal factors averaged over."""
    import numpy as np

    return np.asarray(fitted.surface.columns(codes) @ fitted.surface.coefficients)


def _panel(axes: Axes, fitted: Fitted, pair: tuple[int, int], centre: Matrix) -> None:
    import numpy as np

    side = np.linspace(-1.05, 1.05, FINE)
    across, up = np.meshgrid(side, side)
    codes = np.tile(centre, (FINE * FINE, 1))
    codes[:, pair[0]], codes[:, pair[1]] = across.ravel(), up.ravel()
    heights = _heights(fitted, codes).reshape(FINE, FINE)
    axes.contourf(across, up, heights, levels=12, cmap="Blues", alpha=0.6)
    lines = axes.contour(across, up, heights, levels=12, colors="#FFFFFF", linewidths=0.6)
    axes.clabel(lines, fontsize=6, colors="#222222", inline=False)
    axes.scatter(centre[pair[0]], centre[pair[1]], s=36, color=ORANGE, marker="D", zorder=4)
    for number, set_ticks in ((pair[0], axes.set_xticks), (pair[1], axes.set_yticks)):
        axis = fitted.axes[number]
        set_ticks([-1, 0, 1], [f"{axis.natural(code):.3g}" for code in (-1, 0, 1)], fontsize=7)
    axes.tick_params(length=0)
    label(axes, fitted.axes[pair[0]].name, fitted.axes[pair[1]].name)
