"""VGG16 with a fresh head: frozen, partly or wholly trained, from ImageNet weights, a file or nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from trainers import _synthesis
from trainers._domains import Optimizer, Probability, Tuned, Width
from trainers._recipe import Recipe
from trainers._synthesis import Synthesis
from trainers._weights import Weights
from trainers.datasets._dataset import Dataset

if TYPE_CHECKING:
    from torch import nn

    from trainers._networks import Network

IMAGENET = {False: "vgg16-397923af.pth", True: "vgg16_bn-6c64b313.pth"}
"""Torchvision's files, without and with batch norm."""
RECIPE = Recipe()
SYNTHESIS = Synthesis()
HALVINGS = 5
PLAN = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels, and how many convolutions of 3x3 have them before the next halving.

Configuration D of Simonyan and Zisserman, arXiv 1409.1556, table 1.
"""
HEAD = 4096
"""Units in each hidden layer of the head."""


def prepare(
    dataset: Dataset,
    *,
    weights: str = "imagenet",
    download: bool = False,
    base: Tuned = "frozen",
    batch_norm: bool = False,
    width: Width = 1.0,
    optimizer: Optimizer = "adam",
    synthesis: Synthesis = SYNTHESIS,
) -> None:
    """Refuse in one line what cannot be trained, before any training."""
    from trainers import _recipe, _weights

    _recipe.check(optimizer)
    dataset.check_size(2**HALVINGS)
    source = Weights(weights, IMAGENET[batch_norm])
    _weights.prepare(source, download=download, base=base, width=width)
    if source.given and source.name != "imagenet":
        _weights.check(source, shapes(batch_norm=batch_norm))
    _synthesis.check(dataset, synthesis)


def train(
    dataset: Dataset,
    epochs: int = 30,
    seed: int = 0,
    *,
    recipe: Recipe = RECIPE,
    synthesis: Synthesis = SYNTHESIS,
    dropout: Probability = 0.5,
    base: Tuned = "frozen",
    weights: str = "imagenet",
    download: bool = False,  # noqa: ARG001 - `prepare` has fetched them by now
    batch_norm: bool = False,
    width: Width = 1.0,
    checkpoint: Path | None = None,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train torchvision's VGG16 with two fully connected layers of 4,096, one dropout and as many outputs as classes.

    The network, the augmentation and the schedule are those of the facial-expression study that founded this project
    (an L9 over optimizer, epochs, dropout and batch size on 48x48 faces). Learning rates left at None are torch's
    defaults for the optimizer, and `relative_learning_rate` multiplies them, so that it means the same for each.
    `base` frozen trains the head alone, partly the last three convolutions too, and trained all. `width` scales all
    layers for small machines; without weights VGG16 learns only with `batch_norm`. `metrics` full
    adds Keras's binary accuracy and the confusion matrix.

    Held constant: cross entropy; gray images in three channels alike, normalised as ImageNet's were where weights are
    given and from -1 to 1 where not. The schedule `plateau` halves the learning rate after `patience` epochs without a
    lower validation loss.
    """
    import torch

    from trainers import _fit, _random, _synthetic_images

    dataset = _synthetic_images.joined(dataset, synthesis)
    torch.manual_seed(_random.stream(seed, 0, "weights"))
    network = build(dataset, dropout=dropout, base=base, weights=weights, batch_norm=batch_norm, width=width)
    yield from _fit.fit(dataset, network, epochs, seed, recipe, checkpoint=checkpoint, pictures=pictures)


def build(
    dataset: Dataset, *, dropout: float = 0.5, base: Tuned, weights: str, batch_norm: bool, width: float
) -> "Network":
    """Build the network with a fresh head for the classes of a dataset."""
    from trainers import _networks, _weights

    source = Weights(weights, IMAGENET[batch_norm])
    trunk = convolutions(width, batch_norm=batch_norm)
    _weights.put(source, trunk, "features.")
    own, kept = head(dataset, dropout, width), _last_block(trunk) if base == "partly" else 0
    return _networks.network(trunk, own, freeze=base == "frozen", pretrained=source.given, kept=kept)


def convolutions(width: float, *, batch_norm: bool) -> "nn.Sequential":
    """Build the thirteen convolutions of torchvision's VGG16, in its places and initialised as it does.

    Torchvision itself takes longer to import than the rest of a short training's start.
    """
    from torch import nn

    layers: list[nn.Module] = []
    before = 3
    for channels, count in PLAN:
        for _ in range(count):
            layers.append(nn.Conv2d(before, before := _scaled(channels, width), kernel_size=3, padding=1))
            layers += [nn.BatchNorm2d(before)] if batch_norm else []
            layers.append(nn.ReLU(inplace=True))
        layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
    for layer in layers:
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def shapes(*, batch_norm: bool) -> dict[str, tuple[int, ...]]:
    """The tensors of the convolutions by the names of torchvision's files, told without building them."""
    found: dict[str, tuple[int, ...]] = {}
    before, place = 3, 0
    for channels, count in PLAN:
        for _ in range(count):
            found |= {f"features.{place}.weight": (channels, before, 3, 3), f"features.{place}.bias": (channels,)}
            if batch_norm:
                place += 1
                names = ("weight", "bias", "running_mean", "running_var")
                found |= {f"features.{place}.{name}": (channels,) for name in names}
                found[f"features.{place}.num_batches_tracked"] = ()
            before, place = channels, place + 2  # what lets through what is above nothing comes after
        place += 1
    return found


def _last_block(convolutions: "nn.Sequential") -> int:
    """Where the last three convolutions begin: after the last halving but one."""
    from torch import nn

    return [place for place, layer in enumerate(convolutions, start=1) if isinstance(layer, nn.MaxPool2d)][-2]


def head(dataset: Dataset, dropout: float, width: float) -> "nn.Sequential":
    """Build the classifier of the founding study, initialised as Keras does."""
    from torch import nn

    _, height, across = dataset.shape
    points = (height >> HALVINGS) * (across >> HALVINGS)
    hidden = _scaled(HEAD, width)
    layers = nn.Sequential(
        nn.Flatten(),
        nn.Linear(_scaled(512, width) * points, hidden),
        nn.ReLU(inplace=True),
        nn.Linear(hidden, hidden),
        nn.ReLU(inplace=True),
        nn.Dropout(dropout),
        nn.Linear(hidden, len(dataset.classes)),
    )
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return layers


def _scaled(channels: int, width: float) -> int:
    return max(round(channels * width), 1)
