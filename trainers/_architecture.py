"""Which network is fitted, for trainers that fit several alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from trainers._domains import Optimizer, Probability, Tuned, Width

if TYPE_CHECKING:
    from trainers._networks import Network
    from trainers.datasets._dataset import Dataset

Name: TypeAlias = Literal["resnet18", "vgg16", "cnn"]


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network of another trainer, and what it may be told there."""

    network: Name = "resnet18"
    """`cnn` is its `final` one."""
    dropout: Probability | None = None
    """None: the network's own."""
    base: Tuned = "trained"
    """Of resnet18 and vgg16."""
    weights: str = "imagenet"
    """Of resnet18 and vgg16: imagenet, none or a file."""
    download: bool = False
    batch_norm: bool = False
    """Of vgg16; the others have it."""
    width: Width = 1.0


def prepare(architecture: Architecture, dataset: Dataset, optimizer: Optimizer) -> None:
    """Refuse in one line what the network's own trainer would."""
    from trainers import cnn, resnet18, vgg16

    told = {"weights": architecture.weights, "download": architecture.download, "optimizer": optimizer}
    match architecture.network:
        case "resnet18":
            resnet18.prepare(dataset, base=architecture.base, width=architecture.width, **told)  # type: ignore[arg-type]
        case "vgg16":
            normed = architecture.batch_norm
            vgg16.prepare(dataset, base=architecture.base, batch_norm=normed, width=architecture.width, **told)  # type: ignore[arg-type]
        case "cnn":
            cnn.prepare(dataset, optimizer=optimizer)


def build(architecture: Architecture, dataset: Dataset) -> Network:
    """Build the network with as many outputs as there are classes, as its own trainer does."""
    from trainers import _networks, cnn, resnet18, vgg16

    own = {} if architecture.dropout is None else {"dropout": architecture.dropout}
    base, weights, width = architecture.base, architecture.weights, architecture.width
    match architecture.network:
        case "resnet18":
            return resnet18.build(dataset, base=base, weights=weights, width=width, **own)
        case "vgg16":
            normed = architecture.batch_norm
            return vgg16.build(dataset, base=base, weights=weights, batch_norm=normed, width=width, **own)
        case "cnn":
            return _networks.of_shades(cnn.build(dataset.shape, len(dataset.classes), "final", width=width, **own))
