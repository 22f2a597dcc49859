"""A data set of torchvision that lies on disk already: MNIST and its kin, CIFAR, SVHN, STL10, GTSRB."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from trainers.datasets._dataset import Dataset
from trainers.datasets._options import Drawing, Look

if TYPE_CHECKING:
    from trainers.datasets._part import Heap

Told: TypeAlias = dict[str, dict[str, Any]]
Parts: TypeAlias = dict[str, Any]

TRAIN: Told = {"train": {"train": True}, "test": {"train": False}}
SPLIT: Told = {"train": {"split": "train"}, "test": {"split": "test"}}
THREE: Told = {**SPLIT, "val": {"split": "val"}}
KNOWN: dict[str, Told] = {
    **dict.fromkeys(("MNIST", "FashionMNIST", "KMNIST", "CIFAR10", "CIFAR100", "USPS"), TRAIN),
    **dict.fromkeys(("SVHN", "STL10", "GTSRB", "Food101"), SPLIT),
    **dict.fromkeys(("DTD", "Flowers102", "PCAM"), THREE),
}
"""What each wants to be told of its splits."""
LOOK = Look(size=32, color="rgb")
DRAWING = Drawing()


def load(path: str, *, look: Look = LOOK, drawing: Drawing = DRAWING) -> Dataset:
    """Load the data set that the end of `path` names from the folder before it, as torchvision keeps it there.

    `torchvision:/data/CIFAR10` is `torchvision.datasets.CIFAR10("/data")`, and `torchvision:CIFAR10` that of the folder
    one works in. Nothing is downloaded. Its train and test, and val where it has one, stay; else val is drawn.

    Raises:
        ValueError: With one line about a name, or what torchvision misses.
    """
    from importlib.metadata import version

    from trainers.datasets import _cache, _listed, _part

    _part.check("torchvision", drawing)
    root, name = Path(path).expanduser().resolve().parent, Path(path).name
    if name not in KNOWN:
        raise ValueError(f"torchvision:{path} ends in {name!r}; wanted one of {', '.join(KNOWN)}")
    options = {
        "name": name,
        "version": version("torchvision"),
        "files": _states(root, name),
        "look": dataclasses.asdict(look),
        "drawing": dataclasses.asdict(drawing),
    }

    def make() -> Dataset:
        return _part.part("torchvision", f"torchvision's {name}", _heap(_opened(root, name), look), drawing)

    return _cache.kept("torchvision", (__file__, *_listed.SOURCES), options, make)


def _opened(root: Path, name: str) -> Parts:
    """Let torchvision open each split, which reads nothing but what lies there."""
    # the library, not this file: imports are absolute
    import torchvision

    try:
        return {place: getattr(torchvision.datasets, name)(root, **told) for place, told in KNOWN[name].items()}
    except (OSError, RuntimeError, ValueError) as error:
        said = str(error).strip().partition("\n")[0].partition(" You can use")[0]
        raise ValueError(f"torchvision:{root / name}: {root} holds no whole {name}: {said}") from error


def _states(root: Path, name: str) -> list[tuple[str, int, int]]:
    """What tells whether the files have changed: those of the folder of its name, or else those beside it."""
    from trainers.datasets import _listed

    folder = next((root / there for there in (name, name.lower()) if (root / there).is_dir()), root)
    return [(str(file), *_listed.state(file)) for file in sorted(folder.rglob("*")) if file.is_file()]


def _heap(parts: Parts, look: Look) -> "Heap":
    import numpy as np
    from PIL import Image

    from trainers.datasets._decode import MODES
    from trainers.datasets._part import Heap

    images, labels, places = [], list[int](), list[str]()
    for place, found in parts.items():
        for index in range(len(found)):
            image, label = found[index]
            small = image.convert(MODES[look.color]).resize(look.shape, Image.Resampling.BILINEAR)
            images.append(np.atleast_3d(np.asarray(small, dtype=np.uint8)).transpose(2, 0, 1))
            labels.append(int(label))
            places.append(place)
    known = getattr(parts["train"], "classes", None)
    classes = tuple(map(str, known or range(max(labels) + 1)))
    return Heap(np.stack(images), np.array(labels, dtype=np.int64), classes, places)
