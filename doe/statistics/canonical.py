"""Canonical analysis: what a second-order surface looks like, and where it leads.

Box and Draper, Response Surfaces, Mixtures, and Ridge Analyses (2nd edition, 2007), chapters 10 to 12. A surface is
c + b'x + x'Bx, with x counted from the middle of the coded factors.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from doe.statistics.contrasts import Matrix

FLAT = 1e-9
"""A curvature this small beside the largest is rounding: the surface has no stationary point along it."""

STEPS = 2000
"""Of the climb to the best point of a region."""


class Canonical(NamedTuple):
    """The axes of a surface."""

    curvatures: Matrix
    """How the surface bends along each axis, the most bent downwards first: eigenvalues of B."""
    directions: Matrix
    """The axes, one a column, each of length one, its largest part positive."""
    stationary: Matrix | None
    """Where the surface is level in all directions; None where it is flat along an axis."""


def canonical(linear: Matrix, quadratic: Matrix) -> Canonical:
    """The axes of a surface, along which its terms do not mix, and the point where it is level."""
    curvatures, directions = np.linalg.eigh(quadratic)
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, range(len(linear))])
    size = np.abs(curvatures).max()
    if not size or np.abs(curvatures).min() <= FLAT * size:
        return Canonical(curvatures, directions, None)
    return Canonical(curvatures, directions, -directions @ ((directions.T @ linear) / curvatures) / 2)


def ridge(linear: Matrix, quadratic: Matrix, radius: float, *, upwards: bool) -> Matrix:
    """The point at a distance from the middle where the surface is highest, or lowest.

    It solves (B - m I) x = -b/2 with m at or beyond the largest curvature: Hoerl, Chemical Engineering Progress 55
    (1959); Draper, Ridge analysis of response surfaces, Technometrics 5 (1963).
    """
    sign = 1.0 if upwards else -1.0
    curvatures, directions = np.linalg.eigh(sign * quadratic)
    slopes = sign * directions.T @ linear / 2
    top, reach = curvatures[-1], np.linalg.norm(slopes)
    if radius <= 0:
        return np.zeros(len(linear))
    tied = curvatures >= top - FLAT * max(1.0, float(np.abs(curvatures).max()))
    if np.abs(slopes[tied]).max() <= FLAT * max(float(reach), FLAT):
        return _from_a_saddle(curvatures, directions, slopes, tied, radius)
    low, high = top, top + reach / radius
    for _ in range(200):
        middle = (low + high) / 2
        far = np.linalg.norm(slopes / np.maximum(middle - curvatures, 1e-300)) > radius
        low, high = (middle, high) if far else (low, middle)
    point = directions @ (slopes / np.maximum(high - curvatures, 1e-300))
    return np.asarray(point * (radius / np.linalg.norm(point)))


def _from_a_saddle(curvatures: Matrix, directions: Matrix, slopes: Matrix, tied: Matrix, radius: float) -> Matrix:
    """Where nothing points along the steepest axis, go along it what the others leave of the way."""
    step = np.zeros(len(slopes))
    others = ~tied.astype(bool)
    step[others] = slopes[others] / (curvatures[-1] - curvatures[others])
    length = float(np.linalg.norm(step))
    if length < radius:
        step[-1] = np.sqrt(radius**2 - length**2)
        return np.asarray(directions @ step)
    low, high = curvatures[-1], curvatures[-1] + np.linalg.norm(slopes) / radius
    for _ in range(200):
        middle = (low + high) / 2
        far = np.linalg.norm(slopes[others] / (middle - curvatures[others])) > radius
        low, high = (middle, high) if far else (low, middle)
    step[others] = slopes[others] / (high - curvatures[others])
    return np.asarray(directions @ step)


class Region(NamedTuple):
    """Where the trials were: between their extremes, and no farther from the middle than the farthest of them."""

    low: Matrix
    high: Matrix
    radius: float

    def holds(self, points: Matrix) -> Matrix:
        """Whether each point, one a row, lies in the region, but for rounding."""
        slack = 1e-9
        inside = ((points >= self.low - slack) & (points <= self.high + slack)).all(axis=1)
        return np.asarray(inside & (np.linalg.norm(points, axis=1) <= self.radius + slack))

    def nearest(self, points: Matrix) -> Matrix:
        """The point of the region nearest to each, one a row.

        Where the distance binds, all coordinates shrink by one factor before they are cut off at the extremes.
        """
        low, high = np.zeros(len(points)), np.ones(len(points))
        within = np.linalg.norm(np.clip(points, self.low, self.high), axis=1) <= self.radius
        if within.all():
            return np.clip(points, self.low, self.high)
        for _ in range(60):
            middle = (low + high) / 2
            far = np.linalg.norm(np.clip(points * middle[:, None], self.low, self.high), axis=1) > self.radius
            low, high = np.where(far, low, middle), np.where(far, middle, high)
        return np.clip(points * np.where(within, 1.0, low)[:, None], self.low, self.high)

    def cloud(self, count: int, seed: int = 0) -> Matrix:
        """Points all over the region and its edge, the same for the same seed."""
        draws = np.random.default_rng(seed).uniform(self.low, self.high, size=(count, len(self.low)))
        return self.nearest(draws)


def region_of(points: Matrix) -> Region:
    """The region of these points, one a row; it holds the middle, too."""
    radius = float(np.linalg.norm(points, axis=1).max())
    return Region(np.minimum(points.min(axis=0), 0.0), np.maximum(points.max(axis=0), 0.0), radius)


def best_in(region: Region, linear: Matrix, quadratic: Matrix, *, upwards: bool, starts: Matrix) -> Matrix:
    """The highest (or lowest) point of a surface in a region.

    Each of the starts, one a row, climbs along the slope and stays in the region, as far as it gets. Exact where the
    surface has one summit there; where it has several, the best of those reached.
    """
    sign = 1.0 if upwards else -1.0
    steep = 2 * float(np.abs(np.linalg.eigvalsh(quadratic)).max())
    size = float(np.linalg.norm(linear)) / max(region.radius, 1e-12)
    step = 1 / max(steep, size, 1e-300)
    points = region.nearest(starts)
    for _ in range(STEPS):
        moved = region.nearest(points + sign * step * (linear + 2 * points @ quadratic))
        still = float(np.abs(moved - points).max(initial=0.0)) < 1e-12  # noqa: PLR2004 - rounding
        points = moved
        if still:
            break
    heights = points @ linear + np.einsum("ij,jk,ik->i", points, quadratic, points)
    return np.asarray(points[int(np.argmax(sign * heights))])
