"""ResNet-18 with a fresh output layer: frozen, partly or wholly trained, from ImageNet weights, a file or nothing."""

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

IMAGENET = "resnet18-f37072fd.pth"
"""Torchvision's file."""
RECIPE = Recipe(rotation=10.0, zoom=0.0, shift=0.0, vertical_flip=False)
"""The augmentation of Lee and Yoo."""
SYNTHESIS = Synthesis()
STAGES = (64, 128, 256, 512)
"""Channels of each pair of residual blocks."""
BEFORE_LAST = 7
"""Layers before the last pair of residual blocks."""
SMALLEST = 8
"""Below this even the first stage sees a single point."""


def prepare(
    dataset: Dataset,
    *,
    weights: str = "imagenet",
    download: bool = False,
    base: Tuned = "frozen",
    width: Width = 1.0,
    optimizer: Optimizer = "adam",
    synthesis: Synthesis = SYNTHESIS,
) -> None:
    """Refuse in one line what cannot be trained, before any training."""
    from trainers import _recipe, _weights

    _recipe.check(optimizer, hidden=base != "frozen")
    dataset.check_size(SMALLEST)
    source = Weights(weights, IMAGENET)
    _weights.prepare(source, download=download, base=base, width=width)
    if source.given and source.name != "imagenet":
        _weights.put(source, blocks(width))
    _synthesis.check(dataset, synthesis)


def train(
    dataset: Dataset,
    epochs: int = 30,
    seed: int = 0,
    *,
    recipe: Recipe = RECIPE,
    synthesis: Synthesis = SYNTHESIS,
    dropout: Probability = 0.0,
    base: Tuned = "frozen",
    weights: str = "imagenet",
    download: bool = False,  # noqa: ARG001 - `prepare` has fetched them by now
    width: Width = 1.0,
    checkpoint: Path | None = None,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train torchvision's ResNet-18 (He and others, arXiv 1512.03385) with one dropout before its output layer.

    The augmentation, mirrored and turned by up to 10 degrees, is that of the founding divide-and-conquer study.
    Learning rates left at None are torch's defaults for the optimizer, and `relative_learning_rate` multiplies them, so
    that it means the same for each. `base` frozen trains the output layer alone, partly the last two residual blocks
    too, and trained all. `width` scales all layers for small machines.

    Held constant: cross entropy; gray images in three channels alike, normalised as ImageNet's were where weights are
    given and from -1 to 1 where not. The schedule `plateau` halves the learning rate after `patience` epochs without a
    lower validation loss.
    """
    import torch

    from trainers import _fit, _random, _synthetic_images

    dataset = _synthetic_images.joined(dataset, synthesis)
    torch.manual_seed(_random.stream(seed, 0, "weights"))
    network = build(dataset, dropout=dropout, base=base, weights=weights, width=width)
    yield from _fit.fit(dataset, network, epochs, seed, recipe, checkpoint=checkpoint, pictures=pictures)


def build(dataset: Dataset, *, dropout: float = 0.0, base: Tuned, weights: str, width: float) -> "Network":
    """Build the network with a fresh output layer for the classes of a dataset."""
    from torch import nn

    from trainers import _networks, _weights

    source = Weights(weights, IMAGENET)
    trunk = blocks(width)
    _weights.put(source, trunk)
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear(_scaled(STAGES[-1], width), len(dataset.classes)))
    kept = BEFORE_LAST if base == "partly" else 0
    return _networks.network(trunk, head, freeze=base == "frozen", pretrained=source.given, kept=kept)


def blocks(width: float) -> "nn.Sequential":
    """Build torchvision's ResNet-18 up to its pooled features, under torchvision's names for every weight."""
    from torch import nn
    from torchvision.models.resnet import BasicBlock

    first = _scaled(STAGES[0], width)
    layers = nn.Sequential()
    layers.add_module("conv1", nn.Conv2d(3, first, kernel_size=7, stride=2, padding=3, bias=False))
    layers.add_module("bn1", nn.BatchNorm2d(first))
    layers.add_module("relu", nn.ReLU(inplace=True))
    layers.add_module("maxpool", nn.MaxPool2d(kernel_size=3, stride=2, padding=1))
    before = first
    for number, stage in enumerate(STAGES, start=1):
        channels, stride = _scaled(stage, width), 1 if number == 1 else 2
        shortcut = None
        if stride > 1:
            projection = nn.Conv2d(before, channels, kernel_size=1, stride=stride, bias=False)
            shortcut = nn.Sequential(projection, nn.BatchNorm2d(channels))
        pair = BasicBlock(before, channels, stride, shortcut), BasicBlock(channels, channels)
        layers.add_module(f"layer{number}", nn.Sequential(*pair))
        before = channels
    layers.add_module("avgpool", nn.AdaptiveAvgPool2d(1))
    layers.add_module("flatten", nn.Flatten())
    for layer in layers.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    return layers


def _scaled(channels: int, width: float) -> int:
    return max(round(channels * width), 1)
