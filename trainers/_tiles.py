"""Images side by side on a page, with their names and what is said of them: how every picture of images is laid out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

BLUE, ORANGE, INK = "#0072B2", "#D55E00", "#222222"
"""Of the palette of Okabe and Ito, which the colour-blind can tell apart."""
OPAQUE = 0.8
"""How opaque a map lies on its image where it is brightest; where it is nothing the image is seen as it is."""
LONGEST = 13
"""Letters of a class's name."""
LINES = 4
"""Classes of a group that are named."""
SCALE, DOTS = 0.85, 130
"""Inches of an image in a picture, and dots an inch."""
HEAD, FOOT, GAP = 0.42, 0.42, 0.12
"""Room above, below and between images, in images."""


def sides(images: Tensor) -> tuple[float, float]:
    """Height and width of an image where the longer is 1."""
    _, _, height, width = images.shape
    return height / max(height, width), width / max(height, width)


def sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """A page for so many images across and down."""
    # by its name, so that who imports beforehand what trials will need leaves out what few of them draw with
    draw = import_module("matplotlib.figure").Figure
    figure: Figure = draw(figsize=(SCALE * width, SCALE * (height + FOOT)), dpi=DOTS, facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    return figure, axes


def tile(axes: Axes, image: Tensor, left: float, top: float, width: float, laid_over: Tensor | None = None) -> None:
    """Put an image in its place, and a map over it: bytes of shape (channels, height, width), numbers from 0 to 1."""
    channels, height, across = image.shape
    colors = image[:3] if channels > 2 else image[:1].expand(3, -1, -1)  # noqa: PLR2004 - red, green, blue
    place = (left, left + width, top + width * height / across, top)
    axes.imshow(colors.permute(1, 2, 0).cpu().numpy(), extent=place)
    if laid_over is not None:
        shades = laid_over.numpy()
        axes.imshow(shades, extent=place, cmap="inferno", vmin=0, vmax=1, alpha=OPAQUE * shades**0.5)


def row(axes: Axes, name: str, middle: float) -> None:
    """Write the name of a row before it, of a group of classes one below the other."""
    names = name.split("+")
    lines = [short(part) for part in names[:LINES]] + (["…"] if len(names) > LINES else [])
    axes.text(1.45, middle, " +\n".join(lines), ha="right", va="center", weight="bold", fontsize=9)


def title(axes: Axes, classes: Sequence[str], true: int, taken: int, middle: float, top: float) -> None:
    """Write above an image whether it is told rightly, or what it is taken for."""
    text, color = ("rightly told", BLUE) if true == taken else (f"taken for {short(classes[taken])}", ORANGE)
    axes.text(middle, top - 0.06, text, ha="center", va="bottom", fontsize=7, color=color)


def note(axes: Axes, width: float, height: float, text: str) -> None:
    """Write a line below, and set the page's bounds."""
    axes.text(GAP, height + FOOT * 0.6, text, ha="left", va="center", fontsize=7, color=INK)
    axes.set(xlim=(0, width), ylim=(height + FOOT, 0), aspect="auto")


def short(name: str) -> str:
    """A name that finds room."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
