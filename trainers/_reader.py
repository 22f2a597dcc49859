"""A network of `multi_task` that reads crops of faces, taught on generated ones once for each size of crop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from trainers import _architecture, _fit, _looks, _random, _tasks, resnet18
from trainers._architecture import Architecture
from trainers._recipe import Recipe
from trainers.datasets import _cache, _draw, _expressions, _scene, faces
from trainers.datasets._dataset import Dataset, Split

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from trainers._networks import Network

TAUGHT, JUDGED = 1500, 50
"""Generated faces that are learnt from, and those that the loop of fitting looks at meanwhile."""
EPOCHS = 10
SEED = 0
"""One reader for all, as a camera is bought with one."""
DIFFICULTY = 0.5
"""Of the faces."""
NETWORK = Architecture(network="resnet18", base="trained", weights="none", width=0.25)
RECIPE = Recipe(optimizer="adamw", learning_rate=6e-3, schedule="one_cycle", augmentation="mirror", precision="float32")
TASKS = "old+woman"
"""Besides the expression."""
FLOOR_SHADES = (60, 200)
NOISE = 4.0
"""The deviation of a point, in shades."""
SLIP = (0.08, 0.15, 0.08)
"""How far a crop may miss the face across, down and in length, a share of its side: hair is often taken for floor."""
EDGE = 5
"""Points of the floor about a face."""


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """What reads faces."""

    side: int
    """Points a side of a crop."""
    network: Network
    sizes: tuple[int, ...]
    """How many values each of what is told has."""


def learn(side: int, expressions: Literal[5, 7] = 5) -> Reader:
    """Teach a reader of crops of so many points a side, or take the one that was taught before from the cache."""
    options = {"side": side, "expressions": expressions, "torch": torch.__version__}
    modules = (_looks, _tasks, _fit, _architecture, resnet18, _scene, faces, _draw, _expressions)
    sources = (__file__, *(str(module.__file__) for module in modules))

    def make() -> Network:
        crops = _crops(side, expressions)
        values = _tasks.chosen(TASKS, crops)
        torch.manual_seed(_random.stream(SEED, 0, "weights"))
        network = _fresh(crops)
        lesson = _tasks.lesson(crops, RECIPE, values, _tasks.Weights(1.0, 1.0))
        for _ in _fit.fit(crops, network, EPOCHS, SEED, RECIPE, lesson):
            pass
        return network

    def read(folder: Path) -> Network:
        from safetensors.torch import load_file

        few = _crops(side, expressions, least=True)
        network = _fresh(few)
        network.trained.load_state_dict(load_file(folder / "weights.safetensors"))
        network.trained.eval()
        return network

    network = _cache.kept_as("face_reader", sources, options, make, _write, read)
    return Reader(side, network, (expressions, 2, 2))


@torch.inference_mode()
def read(reader: Reader, crops: NDArray[np.uint8]) -> list[list[NDArray[np.float64]]]:
    """Give, for each crop of shape (POINTS, POINTS), the probabilities of what is told."""
    images = torch.from_numpy(crops[:, None]).float()
    parts = torch.split(images, _fit.JUDGED_AT_ONCE)
    logits = torch.cat([reader.network.answer(reader.network.see(part)) for part in parts]).double()
    told = [part.softmax(dim=1).numpy() for part in torch.split(logits, list(reader.sizes), dim=1)]
    return [[part[number] for part in told] for number in range(len(crops))]


def _fresh(crops: Dataset) -> Network:
    network = _architecture.build(NETWORK, crops)
    return _tasks.with_heads(network, _tasks.chosen(TASKS, crops))


def _write(network: Network, folder: Path) -> None:
    from safetensors.torch import save_file

    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in network.trained.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")


def _crops(side: int, expressions: Literal[5, 7], *, least: bool = False) -> Dataset:
    """Faces as a track cuts them out, as a dataset; but few of them where only its form is asked for."""
    sizes = {"train": JUDGED if least else TAUGHT, "val": JUDGED, "test": expressions}
    splits = {name: _split(count, side, expressions, f"reader {name}") for name, count in sizes.items()}
    return Dataset("crops", "crops of generated faces", _expressions.classes(expressions), **splits)


def _split(count: int, side: int, expressions: Literal[5, 7], stream: str) -> Split:
    """Faces on floors of any shade, cut out as carelessly as a track cuts them."""
    drawn = faces.split_of(count, _scene.FACE, expressions, DIFFICULTY, stream, genders=True)
    random = np.random.default_rng(list(stream.encode()))
    mask = _scene.head_mask(_scene.FACE)
    crops = np.empty((count, 1, _looks.POINTS, _looks.POINTS), dtype=np.uint8)
    for crop, face in zip(crops, drawn.images[:, 0], strict=True):
        around = random.uniform(*FLOOR_SHADES)
        picture = around + mask * (face.astype(float) - around) + NOISE * random.standard_normal(face.shape)
        across, down, larger = random.uniform(-1, 1, 3) * SLIP * _scene.FACE
        canvas = np.pad(picture, EDGE, constant_values=around)
        crop[0] = _looks.crop(canvas, (EDGE + across, EDGE + down, _scene.FACE + larger), side)
    return Split(crops, drawn.labels, drawn.attributes)
