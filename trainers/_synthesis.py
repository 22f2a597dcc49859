"""What may be told of generated training images, for every trainer of images alike."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge, Interval

from trainers._domains import Count, Positive, Width
from trainers.datasets._dataset import Dataset

SyntheticImages: TypeAlias = Literal["none", "dcgan"]
FEWEST = 16
"""Training images of a class below which nothing can be learnt of it; the founding study's smallest class had 75."""
UNKNOWN = -1
"""In the place of an attribute of a generated image."""
INNERMOST = 6
"""Pixels a side that a GAN's innermost layer has at least."""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Generated images beside the real ones of the training split, from a GAN for each class."""

    synthetic_images: SyntheticImages = "none"
    synthetic_fraction: Annotated[float, Interval(gt=0, le=10)] = 1.0
    """Generated images for each real one of their class; an epoch is longer by as many."""
    gan_epochs: Count = 500
    """As in the founding study; of the images of one class each."""
    gan_width: Width = 1.0
    """Times the filters of both networks."""
    gan_generator_rate: Positive = 4e-4
    gan_discriminator_rate: Positive = 1e-5
    gan_batch_size: Count = 64
    gan_seed: Annotated[int, Ge(0)] = 0
    """Not the trial's own: every trial of a study gets the same images."""


def check(dataset: Dataset, synthesis: Synthesis) -> None:
    """Refuse in one line a dataset of which no image can be generated, where any is wanted.

    Raises:
        ValueError: The images are too small, or there are too few of a class.
    """
    if synthesis.synthetic_images == "none":
        return
    dataset.check_size(INNERMOST)
    label, count = min(dataset.counts["train"].items(), key=lambda pair: pair[1])
    if count < FEWEST:
        raise ValueError(
            f"a GAN wants at least {FEWEST} training images of every class, and {dataset.name} has {count} of {label!r}"
        )
