"""A flat network, then a tree of networks for the classes it confuses; flat, routed and per-stage accuracy apart."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from trainers import _division, _synthesis
from trainers._architecture import Architecture
from trainers._division import Division, Loss
from trainers._domains import Optimizer
from trainers._recipe import Recipe
from trainers._synthesis import Synthesis
from trainers.datasets._dataset import Dataset

RECIPE = Recipe(rotation=10.0, zoom=0.0, shift=0.0, vertical_flip=False)
"""The augmentation of Lee and Yoo."""
ARCHITECTURE = Architecture()
DIVISION = Division()
SYNTHESIS = Synthesis()
ALIKE = ("flat", "routed_soft", "routed_hard", "oracle_routed", "mean_stage", "stage_1")
"""What is one number for a tree of one node, as nothing is routed there."""


def prepare(
    dataset: Dataset,
    *,
    epochs: int = 30,
    optimizer: Optimizer = "adam",
    architecture: Architecture = ARCHITECTURE,
    division: Division = DIVISION,
    synthesis: Synthesis = SYNTHESIS,
) -> None:
    """Refuse in one line what cannot be trained, before any training."""
    from trainers import _architecture

    _architecture.prepare(architecture, dataset, optimizer)
    _division.check(division, len(dataset.classes), dataset.name)
    if epochs <= division.flat_epochs and _division.divides(division, len(dataset.classes)):
        raise ValueError(
            f"flat_epochs={division.flat_epochs} leaves nothing of epochs={epochs} for the models of the tree"
        )
    _synthesis.check(dataset, synthesis)


def train(
    dataset: Dataset,
    epochs: int = 30,
    seed: int = 0,
    *,
    recipe: Recipe = RECIPE,
    architecture: Architecture = ARCHITECTURE,
    division: Division = DIVISION,
    synthesis: Synthesis = SYNTHESIS,
    loss: Loss = "ce",
    checkpoint: Path | None = None,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Fit a flat network, find the classes it confuses most, and fit a tree of networks that tells those apart last.

    After Lee and Yoo (IEEE Access, 2023, doi 10.1109/ACCESS.2023.3294099). The confusion matrix of the validation
    images, as counts, is a graph in which a frequent confusion is a short edge; the cheapest path of `group_size`
    vertices is the group. The root tells the group and the other classes apart; the group is halved while it is even.
    Every model is fitted to the images of its own classes.

    The first `flat_epochs` epochs are the flat model's, and `val_accuracy` is its accuracy. In each epoch after them
    all models of the tree see their images once, with seven equal classes the work of 2.1 flat epochs, and
    `val_accuracy` is that of soft routing: by the product of the probabilities on the way to a class. Always apart:
    `val_flat_accuracy`, of the flat model as it was when the tree was made; `val_routed_soft_accuracy`;
    `val_routed_hard_accuracy`, by the likeliest branch of each node; `val_oracle_routed_accuracy`, if every image came
    rightly to the last node on its way; `val_stage_1_accuracy` of the root and so on down, each on the images of its
    own classes; and `val_mean_stage_accuracy`, their plain mean, which is no accuracy of anything that answers.
    `group/<class>` is 1 in the group, and `grouping_stability` the share of bootstrap samples of the validation images
    that give the same group. Group and routing are read on the same images; with `read_test` the last reading has the
    accuracy of soft routing on the test split, which had no part in either. Generated images are fitted to by the flat
    model and by each model of the tree for its own classes, and change nothing of what is read.

    `grouping` none fits the flat model for all epochs, as does a tree of a single node: all accuracies are then the
    flat one. A longer training begins like a shorter one, but for schedules that know the last epoch. In the second
    phase each model has its own schedule, and `learning_rate` is the root's.

    Held constant: all models are of the flat one's kind, and `cnn` is the `final` one of the story.
    """
    import torch

    from trainers import _architecture, _conquer, _fit, _nodes, _random, _synthetic_images, _tree

    dataset = _synthetic_images.joined(dataset, synthesis)
    torch.manual_seed(_random.stream(seed, 0, "weights"))
    flat = _architecture.build(architecture, dataset)
    if _division.divides(division, len(dataset.classes)):
        _division.check(division, len(dataset.classes), dataset.name)
        plan = _tree.Plan(epochs, seed, recipe, division, partial(_architecture.build, architecture), loss)
        yield from _conquer.train(dataset, flat, plan, checkpoint=checkpoint, pictures=pictures)
        return
    lesson = _fit.classification(dataset, recipe, _nodes.LOSSES[loss])
    for measured in _fit.fit(dataset, flat, epochs, seed, recipe, lesson, checkpoint=checkpoint, pictures=pictures):
        yield measured | {f"val_{name}_accuracy": measured["val_accuracy"] for name in ALIKE}
