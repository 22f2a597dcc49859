"""Generated images from a DCGAN for each class, judged by their distance from the validation images."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from annotated_types import Ge

from trainers import _synthesis
from trainers._domains import Count, Positive, Probability, Width
from trainers.datasets._dataset import Dataset


def prepare(dataset: Dataset) -> None:
    """Refuse in one line what cannot be trained, before any training."""
    _synthesis.check(dataset, _synthesis.Synthesis("dcgan"))
    label, count = min(dataset.counts["val"].items(), key=lambda pair: pair[1])
    if count < 2:  # noqa: PLR2004 - one image has no distances within
        raise ValueError(
            f"at least 2 validation images of every class are wanted, and {dataset.name} has {count} of {label!r}"
        )


def train(
    dataset: Dataset,
    epochs: int = 500,
    seed: int = 0,
    *,
    noise_size: Annotated[int, Ge(1)] = 100,
    generator_rate: Positive = 4e-4,
    discriminator_rate: Positive = 1e-5,
    beta1: Probability = 0.5,
    batch_size: Count = 64,
    width: Width = 1.0,
    checkpoint: Path | None = None,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Train a generator of images against a discriminator, for each class by itself.

    After Radford, Metz and Chintala (arXiv 1511.06434), in the form of the facial-expression study that founded this
    project: 5x5 convolutions, batch norm on all but the last layers, leaky rectifiers, two learning rates. Built for
    128x128 pixels it has that study's 24,034,819 and 17,484,289 parameters in color; for smaller images it has fewer
    layers. Its loss is binary cross entropy of logits, which the study does not name. `width` scales all layers for
    small machines.

    The response to minimize is `kernel_distance`: between generated images of each class and its validation images, on
    512 features of a fixed network with random weights, and the mean over the classes; `kernel_distance/<class>` is
    each by itself. It is 0 on average for images like the validation images, and may be below. `generator_loss` and
    `discriminator_loss` are means over all training images, and say little of how good the images are.

    Held constant: Adam for both; normal noise; shades from -1 to 1; float32; first weights from a normal distribution
    of deviation 0.02 cut at two deviations; batch norm by the batch at hand, and where images are judged by one of 64.
    """
    from trainers import _dcgan, _generators

    settings = _dcgan.Settings(width, noise_size, generator_rate, discriminator_rate, beta1, batch_size)
    yield from _generators.train(dataset, epochs, seed, settings, checkpoint=checkpoint, pictures=pictures)
