"""Convolutional networks of the tuning story, five of them, with adversarial regularisation as a factor."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trainers import _synthesis
from trainers._adversary import Adversary
from trainers._domains import Optimizer, Probability, Width
from trainers._recipe import Recipe
from trainers._synthesis import Synthesis
from trainers.datasets._dataset import Dataset

if TYPE_CHECKING:
    from torch import nn

Story = Literal["first", "second", "third", "fourth", "final"]
RECIPE = Recipe(vertical_flip=False, horizontal_flip=False, batch_size=50)
SYNTHESIS = Synthesis()
ADVERSARY = Adversary()
BLOCKS: dict[str, tuple[tuple[int, tuple[int, ...], float], ...]] = {
    "first": ((64, (5, 5), 0.4), (128, (3,) * 3, 0.4), (256, (3,) * 4, 0.5)),
    "second": ((64, (5, 5), 0.4), (128, (3, 3), 0.4), (256, (3, 3), 0.5), (512, (3, 3), 0.5), (512, (3, 3), 0.5)),
    "third": (
        (64, (3, 3), 0.5),
        (64, (3,) * 3, 0.5),
        (128, (3,) * 4, 0.5),
        (128, (3,) * 3, 0.5),
        (512, (3, 2, 2), 0.5),
    ),
    "fourth": (
        (32, (5, 5), 0.5),
        (64, (3,) * 3, 0.5),
        (64, (3,) * 4, 0.5),
        (128, (3,) * 3, 0.5),
        (512, (3, 2, 2), 0.5),
    ),
    "final": ((32, (3, 3), 0.5), (64, (3,) * 3, 0.5), (64, (3,) * 4, 0.5), (128, (3,) * 3, 0.5), (512, (3,) * 3, 0.5)),
}
"""Of each block its filters, the sides of its kernels, and the dropout after its halving."""
UNITS = 128
"""Units of the one hidden layer of the head."""
LAST_DROPOUT = {"first": 0.6, "second": 0.6, "third": 0.5, "fourth": 0.5, "final": 0.5}


def prepare(
    dataset: Dataset,
    *,
    network: Story = "final",
    optimizer: Optimizer = "adam",
    synthesis: Synthesis = SYNTHESIS,
) -> None:
    """Refuse in one line what cannot be trained, before any training."""
    from trainers import _recipe

    _recipe.check(optimizer)
    dataset.check_size(2 ** len(BLOCKS[network]))
    _synthesis.check(dataset, synthesis)


def train(
    dataset: Dataset,
    epochs: int = 30,
    seed: int = 0,
    *,
    recipe: Recipe = RECIPE,
    synthesis: Synthesis = SYNTHESIS,
    adversary: Adversary = ADVERSARY,
    network: Story = "final",
    dropout: Probability | None = None,
    width: Width = 1.0,
    checkpoint: Path | None = None,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train one of the five networks that a founding project went through while it tuned by hand on FER2013.

    Every convolution is followed by batch norm and ELU, every block by a halving and a dropout; the head has one hidden
    layer. `first` to `final` are the steps of that story, each with its own dropouts unless `dropout` sets them all.
    With `adversarial_multiplier` above 0 the loss is that of neural structured learning; 0 is plain cross entropy.

    Held constant: shades from 0 to 1, gray or color as the images are; weights by He's normal rule.
    """
    import torch

    from trainers import _adversarial, _fit, _networks, _random, _synthetic_images

    dataset = _synthetic_images.joined(dataset, synthesis)
    torch.manual_seed(_random.stream(seed, 0, "weights"))
    layers = build(dataset.shape, len(dataset.classes), network, dropout, width)
    plain = _fit.classification(dataset, recipe)
    lesson = _fit.Lesson(_adversarial.regularised(plain.objective, adversary), plain.judge)
    fitted = _networks.of_shades(layers)
    yield from _fit.fit(dataset, fitted, epochs, seed, recipe, lesson, checkpoint=checkpoint, pictures=pictures)


def build(
    shape: tuple[int, int, int], classes: int, network: Story, dropout: float | None = None, width: float = 1.0
) -> "nn.Sequential":
    """Build a network of the story for images of `shape`: channels, height, width."""
    from torch import nn

    channels, height, across = shape
    layers: list[nn.Module] = []
    for filters, kernels, own in BLOCKS[network]:
        wide = max(round(filters * width), 1)
        for kernel in kernels:
            # as TensorFlow does, an even kernel is given one row and column more behind than before
            layers += [nn.ZeroPad2d((0, 1, 0, 1))] if kernel % 2 == 0 else []
            layers += [nn.Conv2d(channels, wide, kernel, padding=(kernel - 1) // 2), nn.BatchNorm2d(wide), nn.ELU()]
            channels = wide
        layers += [nn.MaxPool2d(2), nn.Dropout(own if dropout is None else dropout)]
        height, across = height // 2, across // 2
    units = max(round(UNITS * width), 1)
    layers += [nn.Flatten(), nn.Linear(channels * height * across, units), nn.BatchNorm1d(units), nn.ELU()]
    layers += [nn.Dropout(LAST_DROPOUT[network] if dropout is None else dropout), nn.Linear(units, classes)]
    for layer in layers:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)
