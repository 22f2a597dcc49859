"""Figures as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from doe.model import DoeError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
"""What would make two files of the same figure differ is left out."""


class PlotError(DoeError):
    """A figure cannot be drawn or written."""


def save(figure: Figure, path: Path) -> None:
    """Write a figure as png, svg or pdf, by the path's suffix; the same figure gives the same bytes.

    Raises:
        PlotError: Another suffix, or a place that cannot be written.
    """
    metadata = METADATA.get(path.suffix.lower())
    if metadata is None:
        raise PlotError(f"{path}: wanted a name that ends in .png, .svg or .pdf, not {path.suffix or 'nothing'!r}")
    from matplotlib import rc_context

    try:
        # Ids in an SVG are random unless salted; text stays text, so that it can be searched and edited.
        with rc_context({"svg.hashsalt": "doe", "svg.fonttype": "none", "pdf.fonttype": 42}):
            figure.savefig(path, dpi=200, metadata=metadata)
    except OSError as error:
        raise PlotError(f"cannot write {path}: {error.strerror}") from None
