"""What there is to be seen of a trained network: where it looks, what it mistakes; drawn once for every trainer."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch

from trainers import _saliency, _tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure
    from torch import Tensor

    from trainers._networks import Network

Tasks: TypeAlias = "tuple[tuple[str, tuple[str, ...]], ...]"
"""What is told of an image besides its class: the name of each, and of its values."""

ROWS = 12
"""Classes of which images are shown, the first ones."""
EACH = 2
"""Images of a class that are told rightly, and as many that are not."""
WORST = (3, 6)
"""Rows and columns of the mistakes."""
SAMPLES = 6
"""Real images of a class, and as many generated ones."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Images, what is to be told of them, and what a network has answered."""

    classes: tuple[str, ...]
    images: Tensor
    """Bytes of shape (images, channels, height, width), on the network's device."""
    wanted: Tensor
    """The index of each image's class; with tasks a column for it and for each of them."""
    answers: Tensor
    """Logits of the classes, and behind them those of each task."""
    tasks: Tasks = ()


def of_classes(answers: Tensor, wanted: Tensor, classes: Sequence[str], tasks: Tasks) -> tuple[Tensor, Tensor]:
    """The logits and labels of the classes alone, where there may be tasks beside them."""
    return (answers[:, : len(classes)], wanted[:, 0]) if tasks else (answers, wanted)


def of_training(folder: Path | None, network: Network, shown: Shown) -> None:
    """Draw where a network looks, for the classes and for each task, and its surest mistakes; in no folder nothing.

    Nothing random is drawn, and the network is as it was. What cannot be drawn is said in a line, and left.
    """
    if folder is None:
        return
    seen = of_classes(shown.answers, shown.wanted, shown.classes, shown.tasks)
    saliency(folder, "saliency", network, Shown(shown.classes, shown.images, seen[1], seen[0]))
    mistakes(folder, Shown(shown.classes, shown.images, seen[1], seen[0]))
    before = len(shown.classes)
    for number, (name, values) in enumerate(shown.tasks, start=1):
        logits = shown.answers[:, before : before + len(values)]
        told = Shown(values, shown.images, shown.wanted[:, number], logits)
        saliency(folder, f"saliency-{_kebab(name)}", network, told, before=before)
        before += len(values)


def saliency(folder: Path, stem: str, network: Network, shown: Shown, *, before: int = 0) -> None:
    """Draw by class a few images that are told rightly and a few that are not, each beside where the network looked.

    Args:
        folder: Where the file is to lie.
        stem: The file's name.
        network: On its device.
        shown: What it has answered.
        before: Its logits that stand before these.
    """
    with _said():
        rows = _chosen(shown)
        places = torch.tensor([place for row in rows for place in row if place is not None], dtype=torch.int64)
        if not len(places):
            return
        taken = shown.answers.argmax(dim=1).cpu()
        images = shown.images[places.to(shown.images.device)]
        maps = _saliency.grad_cam(network, images, (taken[places] + before).to(images.device)).cpu()
        by_place = dict(zip(places.tolist(), maps, strict=True))
        step, (tall, wide) = 2 + _tiles.GAP, _tiles.sides(shown.images)
        figure, axes = _tiles.sheet(2 * EACH * step + 1.6, len(rows) * (tall + _tiles.HEAD))
        for number, row in enumerate(rows):
            top = number * (tall + _tiles.HEAD) + _tiles.HEAD
            _tiles.row(axes, shown.classes[number], top + tall / 2)
            for column, place in enumerate(row):
                if place is not None:
                    left = 1.6 + column * step
                    _tiles.tile(axes, shown.images[place], left, top, wide)
                    _tiles.tile(axes, shown.images[place], left + wide, top, wide, by_place[place])
                    _tiles.title(axes, shown.classes, number, int(taken[place]), left + wide, top)
        wide = 2 * EACH * step + 1.6
        _tiles.note(
            axes,
            wide,
            len(rows) * (tall + _tiles.HEAD),
            "Beside each image, bright, what speaks for the answer (Grad-CAM).",
        )
        _save(figure, folder, stem)


def mistakes(folder: Path, shown: Shown) -> None:
    """Draw the images of which a network is most sure and wrong, with their true class and the one it takes."""
    with _said():
        wrong = _mistaken(shown)
        order: list[int] = wrong[: WORST[0] * WORST[1]].tolist()
        if not order:
            return
        chances, taken = shown.answers.float().softmax(dim=1).max(dim=1)
        tall, wide = _tiles.sides(shown.images)
        rows, columns = -(-len(order) // WORST[1]), WORST[1]
        width, height = columns * (1 + 5 * _tiles.GAP), rows * (tall + 1.5 * _tiles.HEAD)
        figure, axes = _tiles.sheet(width, height)
        for number, place in enumerate(order):
            row, column = divmod(number, columns)
            left, top = (
                column * (1 + 5 * _tiles.GAP) + 2.5 * _tiles.GAP,
                row * (tall + 1.5 * _tiles.HEAD) + 1.5 * _tiles.HEAD,
            )
            _tiles.tile(axes, shown.images[place], left, top, wide)
            true, said = (shown.classes[int(found[place])] for found in (shown.wanted, taken))
            text = f"{_tiles.short(true)},\ntaken for {_tiles.short(said)} {float(chances[place]):.0%}"
            axes.text(left + wide / 2, top - 0.06, text, ha="center", va="bottom", fontsize=6.5, color=_tiles.INK)
        of = f"The {len(order)} of {len(wrong)} wrong answers, on {len(taken)} validation images, that are surest."
        _tiles.note(axes, width, height, of)
        _save(figure, folder, "mistakes")


def samples(folder: Path, classes: Sequence[str], real: Sequence[Tensor], made: Sequence[Tensor]) -> None:
    """Draw of each class some of its own images, and beside them some that were generated: bytes, as all images."""
    with _said():
        tall, wide = _tiles.sides(real[0])
        width, height = 1.6 + 2 * SAMPLES + 5 * _tiles.GAP, len(classes[:ROWS]) * (tall + _tiles.GAP) + _tiles.HEAD
        figure, axes = _tiles.sheet(width, height)
        for side, head in enumerate(("of the training split", "generated")):
            left = 1.6 + side * (SAMPLES + 5 * _tiles.GAP)
            axes.text(
                left, _tiles.HEAD - 0.1, head, ha="left", va="bottom", color=_tiles.ORANGE if side else _tiles.BLUE
            )
            for number, images in enumerate((made if side else real)[:ROWS]):
                top = _tiles.HEAD + number * (tall + _tiles.GAP)
                if not side:
                    _tiles.row(axes, classes[number], top + tall / 2)
                for column, image in enumerate(images[:SAMPLES]):
                    _tiles.tile(axes, image, left + column, top, wide - _tiles.GAP / 3)
        _tiles.note(axes, width, height, "The first ones of each, not the best.")
        _save(figure, folder, "generated")


def save(folder: Path, stem: str, draw: Callable[[], Figure]) -> None:
    """Draw a figure of one's own, and write it; what cannot be drawn is said in a line, and left."""
    with _said():
        _save(draw(), folder, stem)


def _chosen(shown: Shown) -> list[list[int | None]]:
    """By class the first images that are told rightly, and the first that are not; None where there are no more."""
    taken = shown.answers.argmax(dim=1)
    rows: list[list[int | None]] = []
    for label in range(min(len(shown.classes), ROWS)):
        row: list[int | None] = []
        for of in (taken == label, taken != label):
            found: list[int] = ((shown.wanted == label) & of).nonzero()[:EACH, 0].tolist()
            row += [*found, *[None] * (EACH - len(found))]
        rows.append(row)
    return rows


def _save(figure: Figure, folder: Path, stem: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{stem}.png")


@contextmanager
def _said() -> Iterator[None]:
    """Let no training fail of a picture."""
    try:
        yield
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        first = str(error).strip().partition("\n")[0] or type(error).__name__
        warnings.warn(f"a picture cannot be drawn: {first}; the training goes on without", stacklevel=4)


def _mistaken(shown: Shown) -> Tensor:
    """Where the wrong answers stand, the surest first."""
    chances, taken = shown.answers.float().softmax(dim=1).max(dim=1)
    wrong = (taken != shown.wanted).nonzero()[:, 0]
    return wrong[chances[wrong].argsort(descending=True, stable=True)]


def _kebab(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "task"
