"""Faces drawn from numbers: many at a time, every line and patch a soft mask over a grid of points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shades: TypeAlias = NDArray[np.floating]
    Columns: TypeAlias = Mapping[str, Shades]

VIEW = 1.12
"""The picture spans this far from its middle; a face's half height is about 0.95."""
SIDES = (-1, 1)


@dataclass(frozen=True, slots=True)
class Canvas:
    """Pictures being painted, and where each of their points lies on its own turned, scaled and shifted face."""

    pictures: Shades
    """Shades from 0 to 1, of shape (faces, size, size)."""
    x: Shades
    """Rightwards from the middle of the face."""
    y: Shades
    """Downwards from the middle of the face."""
    softness: float
    """How wide an edge is: one pixel, so that thin lines do not flicker."""

    def paint(self, depth: Shades, shade: Shades | float, opacity: Shades | float = 1.0) -> None:
        """Cover the points of positive `depth`, a distance from the edge inwards, with `shade`."""
        mask = np.clip(depth / self.softness + 0.5, 0, 1) * opacity
        self.pictures[...] += mask * (shade - self.pictures)

    def ellipse(
        self, across: Shades | float, down: Shades | float, width: Shades | float, height: Shades | float
    ) -> Shades:
        """Depth inside an ellipse about (across, down) with the given half axes."""
        radius: Shades = np.hypot((self.x - across) / width, (self.y - down) / height)
        return (1 - radius) * np.minimum(width, height)

    def line(
        self,
        start: tuple[Shades | float, Shades | float],
        end: tuple[Shades | float, Shades | float],
        thickness: Shades | float,
    ) -> Shades:
        """Depth inside a straight stroke with round ends."""
        along_x, along_y = end[0] - start[0], end[1] - start[1]
        share = ((self.x - start[0]) * along_x + (self.y - start[1]) * along_y) / (along_x**2 + along_y**2)
        share = np.clip(share, 0, 1)
        distance: Shades = np.hypot(self.x - start[0] - share * along_x, self.y - start[1] - share * along_y)
        return thickness - distance


def draw(size: int, movements: Columns, looks: Columns) -> Shades:
    """Draw faces as shades of shape (faces, size, size); every column of numbers has shape (faces, 1, 1)."""
    canvas = _blank(size, looks)
    _head(canvas, looks)
    for side in SIDES:
        _eye(canvas, movements, looks, side)
        _brow(canvas, movements, looks, side)
        _cheek(canvas, movements, looks, side)
    _nose(canvas, movements, looks)
    _mouth(canvas, movements, looks)
    _age(canvas, looks)
    light = 1 + looks["light_across"] * canvas.x + looks["light_down"] * canvas.y
    canvas.pictures[...] *= light
    _hidden(canvas, looks)
    return canvas.pictures


def _blank(size: int, looks: Columns) -> Canvas:
    ticks = (((np.arange(size) + 0.5) / size * 2 - 1) * VIEW).astype(np.float32)
    across, down = ticks[None, None, :] - looks["shift_across"], ticks[None, :, None] - looks["shift_down"]
    cosine, sine = np.cos(looks["turn"]), np.sin(looks["turn"])
    x: Shades = (across * cosine + down * sine) / looks["scale"]
    y: Shades = (down * cosine - across * sine) / looks["scale"]
    backdrop = looks["backdrop"] + looks["backdrop_slope"] * ticks[None, :, None]
    return Canvas(np.broadcast_to(backdrop, x.shape).copy(), x, y, 2 * VIEW / size)


def _head(canvas: Canvas, looks: Columns) -> None:
    width, height, hair, skin = looks["face_width"], looks["face_height"], looks["hair"], looks["skin"]
    canvas.paint(canvas.ellipse(0, 1.25, 0.85, 0.5), skin * 0.55)  # shoulders
    if "woman" in looks:
        canvas.paint(canvas.ellipse(0, 0.45, width + 0.2, 0.75), hair, looks["woman"])
    canvas.paint(canvas.ellipse(0, -0.12, width + 0.1, height + 0.05), hair)
    for side in SIDES:
        canvas.paint(canvas.ellipse(side * (width + 0.01), 0.02, 0.09, 0.16), skin * 0.85)
    face = canvas.ellipse(0, 0.05, width, height)
    below_hairline = canvas.y - looks["hairline"] - 0.25 * canvas.x**2
    canvas.paint(np.minimum(face, below_hairline), skin)
    jaw = np.minimum(face, canvas.y - 0.3 + 0.35 * canvas.x**2 - 0.1)
    canvas.paint(jaw, hair * 0.8, 0.55 * looks["beard"])


def _eye(canvas: Canvas, movements: Columns, looks: Columns, side: int) -> None:
    across, down, width = side * looks["eye_across"], looks["eye_down"], looks["eye_width"]
    squint = np.clip(movements["squint"], 0, 1)
    openness = np.maximum(0.065 * (1 + 0.75 * movements["eye_widen"]) - 0.03 * squint, 0.008)
    white = canvas.ellipse(across, down, width, openness)
    canvas.paint(canvas.ellipse(across, down, width + 0.03, openness + 0.03), looks["skin"] * 0.7)
    canvas.paint(white, 0.97)
    canvas.paint(np.minimum(white, canvas.ellipse(across, down, 0.06, 0.06)), 0.08)
    pouch = canvas.line((across - 0.8 * width, down + 0.1), (across + 0.8 * width, down + 0.1), 0.014)
    canvas.paint(pouch, looks["skin"] * 0.7, squint)
    rim = 0.014 - np.abs(np.hypot((canvas.x - across) / 1.15, canvas.y - down) - 0.19)
    canvas.paint(rim, 0.1, looks["glasses"])
    bridge = canvas.line((side * 0.03, down), (across - side * 0.21, down), 0.014)
    canvas.paint(bridge, 0.1, looks["glasses"])


def _brow(canvas: Canvas, movements: Columns, looks: Columns, side: int) -> None:
    across = side * looks["eye_across"]
    height = looks["eye_down"] - 0.17 - 0.10 * movements["brow_raise"]
    inner = (across - side * 0.13, height - 0.10 * movements["brow_pinch"])
    outer = (across + side * 0.15, height + 0.03 * movements["brow_pinch"] + 0.02)
    canvas.paint(canvas.line(inner, outer, looks["brow_thickness"]), looks["hair"] * 0.6)


def _cheek(canvas: Canvas, movements: Columns, looks: Columns, side: int) -> None:
    fold = canvas.line((side * 0.12, 0.20), (side * (0.26 + 0.03 * movements["mouth_widen"]), 0.36), 0.012)
    smile = np.maximum(movements["mouth_curve"], 0)
    canvas.paint(fold, looks["skin"] * 0.6, np.clip(0.8 * movements["nose_wrinkle"] + 0.5 * smile, 0, 1))


def _nose(canvas: Canvas, movements: Columns, looks: Columns) -> None:
    shade, wrinkle = looks["skin"] * 0.72, np.clip(movements["nose_wrinkle"], 0, 1)
    top = looks["eye_down"] + 0.1
    tip = top + looks["nose_length"] + 0.1 - 0.04 * wrinkle
    canvas.paint(canvas.line((0.0, top), (0.04, tip), 0.016), shade)
    for side in SIDES:
        canvas.paint(canvas.ellipse(side * 0.05, tip, 0.03, 0.018), shade * 0.6)
        canvas.paint(canvas.line((side * 0.05, 0.02), (side * 0.16, 0.10), 0.012), shade * 0.8, wrinkle)
    for down in (-0.08, -0.02, 0.04):
        canvas.paint(canvas.line((-0.06, down), (0.06, down), 0.01), shade * 0.85, wrinkle)


def _mouth(canvas: Canvas, movements: Columns, looks: Columns) -> None:
    half_width = looks["mouth_width"] * (1 + 0.35 * movements["mouth_widen"])
    gape = np.maximum(movements["mouth_open"], 0)
    place = np.clip(canvas.x / half_width, -1, 1)
    bow = 1 - place**2
    middle = looks["mouth_down"] - 0.13 * movements["mouth_curve"] * (0.65 - bow) - 0.04 * movements["nose_wrinkle"]
    from_middle, from_corner = np.abs(canvas.y - middle), half_width - np.abs(canvas.x)
    lips = 0.024 + 0.018 * np.sqrt(bow) + 0.14 * gape * bow
    canvas.paint(np.minimum(lips - from_middle, from_corner), looks["lips"])
    throat = np.minimum(0.10 * gape * bow - 0.01 - from_middle, from_corner)
    canvas.paint(throat, 0.03)
    upper_teeth = np.minimum(
        0.03 * gape - np.abs(canvas.y - middle + 0.05 * gape), 0.75 * half_width - np.abs(canvas.x)
    )
    canvas.paint(upper_teeth, 0.95, np.clip(3 * movements["mouth_curve"], 0, 1))


def _age(canvas: Canvas, looks: Columns) -> None:
    for down in (-0.60, -0.52):
        canvas.paint(canvas.line((-0.3, down), (0.3, down), 0.01), looks["skin"] * 0.72, looks["old"])
    for side in SIDES:
        canvas.paint(canvas.line((side * 0.5, -0.14), (side * 0.6, -0.2), 0.01), looks["skin"] * 0.72, looks["old"])


def _hidden(canvas: Canvas, looks: Columns) -> None:
    """Cover a part of some faces, as a hand or a scarf would."""
    beside = 0.30 - np.abs(canvas.x - looks["cover_across"])
    canvas.paint(np.minimum(beside, 0.18 - np.abs(canvas.y - looks["cover_down"])), 0.5, looks["covered"])
