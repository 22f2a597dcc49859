"""Figures as pictures within a file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESOLUTION = 220
"""Dots to the inch: sharp in print at the width of a page."""


def as_png(figure: Figure) -> io.BytesIO:
    """The figure in pixels; the same figure gives the same bytes."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=RESOLUTION, metadata={"Software": None})
    out.seek(0)
    return out
