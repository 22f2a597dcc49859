"""People who walk over a shop floor, stop and leave, drawn frame by frame with their faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from trainers.datasets._footage import PEOPLE_COLUMNS, Clip, Floor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shades: TypeAlias = NDArray[np.float32]
    Numbers: TypeAlias = NDArray[np.float64]

WIDTH, HEIGHT = 256, 192
FACE = 28
"""Points a side: below, a mouth is hardly to be seen."""
TALL = 2 * FACE
DOOR = 164.0
"""How far down the line lies; who stands in the doorway is to be seen whole before it, but for the legs."""
SECTIONS = ("shelves", "counter", "window")
REACH = (75.0, 152.0)
"""How far up and down the floor feet stand still."""
LEAST_SEEN = 0.35
"""The share of a person that is in the frame before it is said to be there."""
JUMP = 0.4
"""The part of the video after which a lamp over one half of the floor is switched."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What makes a video harder to read."""

    light: float
    """How far the light changes: a share of its middle."""
    noise: float
    """The standard deviation of a point's noise, in shades."""
    pillars: int
    """How many stand before the people."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who walks, and where in each frame."""

    number: int
    expression: int
    old: int
    woman: int
    start: int
    """The first frame."""
    feet: Numbers
    """From the first frame on, the point between the feet: of shape (frames, 2)."""
    picture: Shades
    """Head above, body below, of shape (TALL, FACE)."""
    solid: Shades
    """How much of each point is the person and not the floor behind."""


def floor() -> Floor:
    """The door at the lower edge, and three sections side by side."""
    third = WIDTH / 3
    sections = {
        name: ((i * third, 60.0), ((i + 1) * third, 60.0), ((i + 1) * third, DOOR), (i * third, DOOR))
        for i, name in enumerate(SECTIONS)
    }
    return Floor(((0.0, DOOR), (float(WIDTH), DOOR)), (WIDTH / 2, DOOR / 2), sections)


def people(
    count: int, frames: int, faces: NDArray[np.uint8], known: Numbers, seed: np.random.Generator
) -> list[Person]:
    """Let so many people come, one after another at even steps of time, each with a face, a body and a way of its own.

    Args:
        count: How many.
        frames: How many frames there are for them to come in.
        faces: A picture each, of shape (count, FACE, FACE).
        known: The expression, the age and the gender of each, of shape (count, 3).
        seed: What decides their ways.
    """
    found = []
    for number in range(count):
        start = int((number + 0.35 * seed.random()) * 0.85 * frames / count)
        picture, solid = _figure(faces[number], seed)
        expression, old, woman = (int(value) for value in known[number])
        found.append(Person(number + 1, expression, old, woman, start, _way(seed), picture, solid))
    return found


def film(frames: int, walkers: list[Person], weather: Weather, seed: np.random.Generator) -> Clip:
    """Draw every frame, those in front over those behind, and write down who is where."""
    shop, pillars = _shop(weather.pillars)
    lights = _lights(frames, weather.light, seed)
    drawn = np.empty((frames, HEIGHT, WIDTH), dtype=np.uint8)
    rows = []
    for frame in range(frames):
        canvas = shop.copy()
        here = [(w, w.feet[frame - w.start]) for w in walkers if w.start <= frame < w.start + len(w.feet)]
        for walker, (x, y) in sorted(here, key=lambda pair: float(pair[1][1])):
            box = _paste(canvas, walker, round(float(x)), round(float(y)))
            if box is not None:
                rows.append((frame, walker.number, *box))
        canvas[:, pillars] = 70
        noise = weather.noise * seed.standard_normal(canvas.shape, dtype=np.float32)
        drawn[frame] = np.clip(canvas * lights[frame] + noise + 0.5, 0, 255)
    boxes = np.array(rows, dtype=np.float64).reshape(-1, 6)
    known = [(walker.number, walker.expression, walker.old, walker.woman) for walker in walkers]
    return Clip(drawn, boxes, np.array(known, dtype=np.int64).reshape(-1, PEOPLE_COLUMNS))


def head_mask(side: int) -> Shades:
    """How much of each point of a picture of a face is head: an ellipse with a soft edge."""
    ticks = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    distance = np.hypot(ticks[None, :] / 0.95, ticks[:, None])
    return np.asarray(np.clip((1 - distance) * side / 2 + 0.5, 0, 1), dtype=np.float32)


def _figure(face: NDArray[np.uint8], seed: np.random.Generator) -> tuple[Shades, Shades]:
    picture = np.full((TALL, FACE), seed.choice([seed.uniform(15, 60), seed.uniform(190, 240)]), dtype=np.float32)
    picture[:FACE] = face
    solid = np.ones((TALL, FACE), dtype=np.float32)
    solid[:FACE] = head_mask(FACE)
    solid[FACE - 3 :, 3:-3] = 1
    solid[-FACE // 2 :, FACE // 2 - 1 : FACE // 2 + 1] = 0  # between the legs
    return picture, solid


def _way(seed: np.random.Generator) -> Numbers:
    """In at the door, to one to three places with a stop at each, and out again."""
    below = HEIGHT + TALL
    doors = seed.uniform(FACE, WIDTH - FACE, 2)
    stops = [
        (seed.uniform(FACE, WIDTH - FACE), seed.uniform(*REACH), int(seed.integers(5, 40)))
        for _ in range(int(seed.integers(1, 4)))
    ]
    pace = seed.uniform(2.5, 4.0)
    steps: list[tuple[float, float]] = [(float(doors[0]), float(below))]
    for x, y, pause in [*stops, (float(doors[1]), float(below), 0)]:
        from_x, from_y = steps[-1]
        count = max(1, round(float(np.hypot(x - from_x, y - from_y)) / pace))
        steps += [(from_x + (x - from_x) * i / count, from_y + (y - from_y) * i / count) for i in range(1, count + 1)]
        steps += [steps[-1]] * pause
    return np.array(steps)


def _shop(pillars: int) -> tuple[Shades, NDArray[np.bool_]]:
    """The empty floor: a wall, tiles and shelves; and which columns of it pillars hide."""
    down, across = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    shop = 105 + 0.12 * down + 6 * np.sign(np.sin(across / 10) * np.sin(down / 10))
    shop[:40] = 135 - 8 * (across[:40] // 16 % 2)
    hidden = np.zeros(WIDTH, dtype=bool)
    for place in range(pillars):
        middle = round((place + 1) * WIDTH / (pillars + 1))
        hidden[middle - 5 : middle + 5] = True
    return np.asarray(shop, dtype=np.float32), hidden


def _lights(frames: int, light: float, seed: np.random.Generator) -> Shades:
    """What each frame's shades are multiplied by, of shape (frames, 1, width): clouds, and a lamp over one half."""
    time = np.arange(frames)[:, None] / 300
    across = np.linspace(-1, 1, WIDTH)[None, :]
    clouds = 0.5 * np.sin(2 * np.pi * (2.0 * time + seed.random()) + across)
    lamp = 0.5 * (time * 300 > JUMP * frames) / (1 + np.exp(-8 * across * seed.choice([-1, 1])))
    return np.asarray(1 + light * (clouds + lamp), dtype=np.float32)[:, None, :]


def _paste(canvas: Shades, walker: Person, x: int, y: int) -> tuple[int, int, int, int] | None:
    """Paint a person whose feet stand at a point; give the box that is to be seen, if enough is."""
    left, top = x - FACE // 2, y - TALL
    rows = slice(max(top, 0), min(y, HEIGHT))
    columns = slice(max(left, 0), min(left + FACE, WIDTH))
    wide, high = columns.stop - columns.start, rows.stop - rows.start
    if wide <= 0 or high <= 0:
        return None
    own = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
    canvas[rows, columns] += walker.solid[own] * (walker.picture[own] - canvas[rows, columns])
    if wide * high < LEAST_SEEN * FACE * TALL:
        return None
    return columns.start, rows.start, wide, high
