"""What was seen on the floor, drawn: frames with tracks, counts over time, time by section, and who was where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trainers import _counting, _looks, _watching

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from trainers._looks import Opinion
    from trainers._watching import Followed, Watched
    from trainers.datasets._footage import Footage

    Numbers = NDArray[np.float64]

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Of the palette of Okabe and Ito, which the colour-blind can tell apart."""
BLUE, ORANGE, GREY = COLORS[0], COLORS[1], "#9A9A9A"
CELLS = 24
"""Of the map across."""


def strip(footage: Footage, watched: Watched, count: int = 6) -> Figure:
    """Draw so many frames, evenly spread, with the door, every track's box and number, and how it looks."""
    from matplotlib.figure import Figure

    columns = min(count, 3)
    rows = -(-count // columns)
    height, width = watched.clip.frames.shape[1:]
    figure = Figure(figsize=(3.3 * columns, 3.3 * rows * height / width + 0.5), layout="constrained", facecolor="white")
    grid = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    step = watched.frames.step
    chosen = (np.linspace(0, watched.until - 1, count + 2)[1:-1] // step * step).astype(int)
    for axes in grid:
        axes.set_axis_off()
    for axes, frame in zip(grid, chosen, strict=False):
        _frame(axes, footage, watched, int(frame))
    figure.supxlabel("Boxes: who is followed, and the expression told; dashed: the door; dotted: sections.", fontsize=8)
    return figure


def over_time(footage: Footage, watched: Watched) -> Figure:
    """Draw how many came in and went out up to each frame, as counted and, where it is known, in truth."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.2, 3.4), layout="constrained", facecolor="white")
    axes = figure.subplots()
    sides = [("counted", "-", 2.0, watched.followed)]
    if len(watched.clip.boxes):
        sides.append(("truth", ":", 1.4, _watching.known(watched)))
    for name, style, thickness, followed in sides:
        found = _watching.crossings(footage, followed)
        for way, color in (("in", BLUE), ("out", ORANGE)):
            frames = [0, *(crossing.frame for crossing in found if crossing.way == way), watched.until]
            heights = [*range(len(frames) - 1), len(frames) - 2]
            axes.step(
                frames, heights, where="post", linestyle=style, linewidth=thickness, color=color, label=f"{way}, {name}"
            )
    axes.set(xlabel="frame", ylabel="people so far", xlim=(0, watched.until), ylim=(0, None))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def floor_map(footage: Footage, watched: Watched) -> Figure:
    """Draw where feet stood for how long, over the empty floor, and the time in each section."""
    from matplotlib.figure import Figure

    height, width = watched.clip.frames.shape[1:]
    figure = Figure(figsize=(6.4, 5.0 * height / width + 0.9), layout="constrained", facecolor="white")
    axes = figure.subplots()
    axes.imshow(np.median(footage.train.frames, axis=0), cmap="gray", vmin=0, vmax=255, alpha=0.45)
    places = [_counting.feet(np.array(list(one.boxes.values()))) for one in watched.followed]
    every = np.concatenate(places) if places else np.empty((0, 2))
    side = width / CELLS
    bins = (np.arange(0, height + side, side), np.arange(0, width + side, side))
    often = np.histogram2d(every[:, 1], every[:, 0], bins=bins)[0] * watched.frames.step
    shown = np.ma.masked_equal(often, 0)
    extent = (0, bins[1][-1], bins[0][-1], 0)
    drawn = axes.imshow(shown, extent=extent, cmap="cividis", alpha=0.75, interpolation="nearest")
    figure.colorbar(drawn, ax=axes, label="frames, all people", shrink=0.85)
    _lines(axes, footage)
    times = [_watching.section_times(footage, one, watched.frames.step) for one in watched.followed]
    for name, corners in footage.floor.sections.items():
        across, top = np.mean(corners, axis=0)[0], min(down for _, down in corners)
        text = f"{name}\n{sum(time[name] for time in times)} frames"
        box = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
        axes.text(across, top - 3, text, ha="center", va="bottom", fontsize=8, bbox=box)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return figure


def table(footage: Footage, watched: Watched) -> list[dict[str, str | int]]:
    """Say of each track when it was there, how long in each section, and how it looked: a row each."""
    passes = _watching.crossings(footage, watched.followed)
    return [_row(footage, watched, one, passes) for one in watched.followed]


def _row(
    footage: Footage, watched: Watched, one: Followed, passes: Sequence[_counting.Crossing]
) -> dict[str, str | int]:
    own = {way: [c.frame for c in passes if c.who == one.who and c.way == way] for way in ("in", "out")}
    return {
        "who": one.who,
        "first_frame": min(one.boxes),
        "last_frame": max(one.boxes),
        "in_at": own["in"][0] if own["in"] else "",
        "out_at": own["out"][-1] if own["out"] else "",
        **_watching.section_times(footage, one, watched.frames.step),
        **{name: _told(one.looks, name, values) for name, values in in_words(footage).items()},
    }


def in_words(footage: Footage) -> dict[str, Sequence[str]]:
    """The values of what is told of a face."""
    return dict(zip(_looks.TOLD, (footage.classes, _looks.AGES, _looks.GENDERS), strict=True))


def _told(looks: Mapping[str, Opinion], name: str, values: Sequence[str]) -> str:
    """What most crops say, and how many of how many; nothing where no face was seen."""
    if name not in looks:
        return ""
    opinion = looks[name]
    return f"{values[opinion.told]} ({opinion.votes[opinion.told]} of {opinion.votes.sum()})"


def _frame(axes: Axes, footage: Footage, watched: Watched, frame: int) -> None:
    from matplotlib.patches import Rectangle

    axes.imshow(watched.clip.frames[frame], cmap="gray", vmin=0, vmax=255)
    _lines(axes, footage)
    height, width = watched.clip.frames.shape[1:]
    for one in watched.followed:
        if frame not in one.boxes:
            continue
        left, top, wide, high = one.boxes[frame]
        color = COLORS[one.who % len(COLORS)]
        axes.add_patch(Rectangle((left, top), wide, high, fill=False, edgecolor=color, linewidth=1.6))
        name = f" {footage.classes[one.looks['expression'].told]}" if one.looks else ""
        box = {"boxstyle": "square,pad=0.1", "facecolor": color, "edgecolor": "none"}
        above = top - 2 if top > height / 12 else top + high
        axes.text(min(left, 0.7 * width), above, f"{one.who}{name}", fontsize=6, color="white", va="bottom", bbox=box)
    axes.set_title(f"frame {frame}", fontsize=8, loc="left")
    axes.set(xlim=(0, width), ylim=(height, 0))


def _lines(axes: Axes, footage: Footage) -> None:
    """The door, and the edges of the sections."""
    from matplotlib.patches import Polygon

    (x, y), (far_x, far_y) = footage.floor.line
    axes.plot([x, far_x], [y, far_y], "--", color=ORANGE, linewidth=1.4)
    for corners in footage.floor.sections.values():
        axes.add_patch(Polygon(corners, fill=False, edgecolor="white", linestyle=":", linewidth=0.8))
